use super::*;

#[test]
fn the_preprocessor_drops_lines_wherever_they_stand() {
    let file = "<?xml version=\"1.0\"?>\n<include>\n<a x=\"$${domain}\">\n\
        <!-- <X-PRE-PROCESS cmd=\"include\" data=\"acl.d/*.xml\"/> -->\n\
        <b/><x-pre-process CMD = \"exec\" data=\"/bin/lists\"/>\n<!--#include \"old.xml\"--><c/>\n\
        <!--#set a=b\n<gone/> --><d/>\r\n<e y=\"see X-PRE-PROCESS\"/>\n\
        <f z=\"$${a}\"/> <include> stays\n</a></include>\n</a>\n";
    let seen = preprocess(file);
    assert_eq!(seen.text.len(), file.len());
    let left: Vec<&str> = seen.text.split_whitespace().collect();
    let expected = [
        "<a",
        "x=\"$${domain}\">",
        "<c/>",
        "<d/>",
        "<f",
        "z=\"$${a}\"/>",
        "<include>",
        "stays",
        "</a>",
    ];
    assert_eq!(left, expected);
    let brought: Vec<_> = seen
        .brought
        .iter()
        .map(|directive| (directive.place.line, directive.brings.clone()))
        .collect();
    assert_eq!(
        brought,
        [
            (4, Brings::Files("acl.d/*.xml".to_owned())),
            (5, Brings::Program),
            (6, Brings::Files("old.xml".to_owned())),
        ]
    );
}

#[test]
fn hostile_28_refused_with_line_and_column() {
    let place = |line, column| Place { line, column };
    let deep = "\n".to_owned() + &"<a>".repeat(65) + &"</a>".repeat(65);
    let cases = [
        (
            "<a>\n  <b>\n</a>",
            "line 3, column 1: not well-formed XML: expected 'b' tag, not 'a'",
        ),
        (
            "<a>\n <b x=y/></a>",
            "line 2, column 7: not well-formed XML: expected a quote not 'y'",
        ),
        (
            "<a>\n<b/>",
            "line 2, column 5: not well-formed XML: the root node was opened but never closed",
        ),
        (
            "",
            "line 1, column 1: not well-formed XML: the document does not have a root node",
        ),
        (
            "<a>A & B</a>",
            "line 1, column 6: not well-formed XML: malformed entity reference",
        ),
        (
            "<a><!-- a -- b --></a>",
            "line 1, column 4: not well-formed XML: comment contains '--'",
        ),
        (
            "<!DOCTYPE a [<!ENTITY b \"c\">]>\n<a>&b;</a>",
            "line 1, column 1: a DOCTYPE is not accepted",
        ),
        (deep.as_str(), "line 2, column 193: nested too deeply"),
    ];
    for (text, expected) in cases {
        let error = parse(text).unwrap_err().to_string();
        assert_eq!(error, expected, "{text}");
    }
    assert_eq!(
        parse(&" ".repeat(LOADED_LIMIT + 1)).unwrap_err(),
        XmlError::TooBig
    );
    assert_eq!(check_size(&"\n".repeat(SIZE_LIMIT)), Ok(()));
    assert_eq!(
        check_size(&"\n".repeat(SIZE_LIMIT + 1)),
        Err(XmlError::TooBig)
    );
    assert_eq!(
        parse(&("<a>".to_owned() + &"<b/>".repeat(400_000))).unwrap_err(),
        XmlError::TooMany
    );
    let deepest = "<a>".repeat(1_000_000);
    assert!(parse(&deepest).is_err());
    assert_eq!(Lines::new("ä\nöü<").place("ä\nöü".len()), place(2, 3));
}

#[test]
fn words_that_are_true() {
    for word in [
        "allow", "ALLOW", "Yes", "on", "t", "TRUE", "active", "enabled", "1", "-2", "3.5",
    ] {
        assert!(is_true(word), "{word}");
    }
    for word in [
        "permit", "maybe", "deny", "", "0", "0.9", "allow ", "1a", "-", ".",
    ] {
        assert!(!is_true(word), "{word}");
    }
}

#[test]
fn numbers_as_c_reads_them() {
    let cases = [
        ("24", 24),
        (" 24abc", 24),
        ("+8", 8),
        ("-8", -8),
        ("", 0),
        ("x", 0),
        ("032", 32),
        ("4294967304", 8),
        ("99999999999999999999", -1),
    ];
    for (text, number) in cases {
        assert_eq!(atoi(text), number, "{text}");
    }
}

#[test]
fn hostile_26_nothing_acts_inside_an_attribute_that_we_write() {
    let hostile = "a\"b<c>&amp;'$${domain} <!--#exec x--> <X-PRE-PROCESS cmd=\"exec\" data=\"x\"/> <?php ]]> <include>";
    let xml = format!("<a b=\"{}\"/>", attribute(hostile));
    let seen = preprocess(&xml);
    assert_eq!((seen.text.as_str(), seen.brought.len()), (xml.as_str(), 0));
    assert!(!has_variable(&xml));
    let document = parse(&seen.text).unwrap();
    assert_eq!(document.root_element().attribute("b"), Some(hostile));
}

#[test]
fn a_line_that_freeswitch_would_cut_is_refused() {
    // One of 1,048,575 bytes was loaded whole; of one of 1,048,576 the last byte was missing.
    let line = "<a/>\r\n".to_owned() + &"x".repeat(1_048_574) + "\n";
    assert_eq!(check_size(&line), Ok(()));
    let place = Place { line: 2, column: 1 };
    assert_eq!(
        check_size(&line.replacen('x', "xx", 1)),
        Err(XmlError::LongLine { place })
    );
}

#[test]
fn a_comment_does_not_end_behind_a_variable() {
    let seen = preprocess("<a>\n<!--#x\n$${domain} --><b/>\n<c/>--><d/>\n</a>\n");
    let left: Vec<&str> = seen.text.split_whitespace().collect();
    assert_eq!(left, ["<a>", "<d/>", "</a>"]);
}
