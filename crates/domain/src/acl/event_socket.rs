//! Whom a switch lets in to its Event Socket, as it has it loaded.

use crate::switch_xml::{XmlError, parse, tag};

/// Every `apply-inbound-acl` in the answer to `xml_locate configuration configuration name
/// event_socket.conf`: names of lists, or networks between commas. All of them must allow; where there
/// is none, only loopback may connect.
///
/// # Errors
/// [`XmlError`], which holds nothing of the text: a password stands in it.
pub fn inbound_acl(xml: &str) -> Result<Vec<String>, XmlError> {
    let document = parse(xml)?;
    let named = document.descendants().filter(|node| {
        node.is_element()
            && tag(*node, xml) == "param"
            && node
                .attribute("name")
                .is_some_and(|name| name.eq_ignore_ascii_case("apply-inbound-acl"))
    });
    let values = named.filter_map(|node| node.attribute("value"));
    Ok(values
        .filter(|value| !value.is_empty())
        .map(str::to_owned)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_counts_and_a_comment_does_not() {
        let file = |params: &str| {
            format!(
                "<configuration name=\"event_socket.conf\" description=\"Socket Client\">\n<settings>\n\
                 <param name=\"password\" value=\"secret\"></param>\n{params}</settings>\n</configuration>\n"
            )
        };
        let stock = file("<!--<param name=\"apply-inbound-acl\" value=\"loopback.auto\"/>-->\n");
        assert_eq!(inbound_acl(&stock).unwrap(), [""; 0]);
        let two = file(
            "<param name=\"apply-inbound-acl\" value=\"127.0.0.0/8,::1/128,192.0.2.5/32\"></param>\n\
             <param name=\"Apply-Inbound-ACL\" value=\"console\"></param>\n",
        );
        assert_eq!(
            inbound_acl(&two).unwrap(),
            ["127.0.0.0/8,::1/128,192.0.2.5/32", "console"]
        );
        let error = inbound_acl("<a secret></a>").unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
