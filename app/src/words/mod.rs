//! Every text of the interface, English and Chinese side by side.
//!
//! A line without its twin does not compile, nor does a phrase with a wrong argument. Rendered on
//! the server only, so no text table travels to the browser (`docs/decisions/0002-words.md`).
//! The terms are fixed; see the table in `docs/words.md` before inventing one.

macro_rules! words {
    ($($name:ident $(($($argument:ident: $type:ty),+))? : $en:literal, $zh:literal;)+) => {
        impl $crate::words::Words {
            $(words!(@one $name $(($($argument: $type),+))?, $en, $zh);)+
        }
    };
    (@one $name:ident, $en:literal, $zh:literal) => {
        pub(crate) const fn $name(self) -> &'static str {
            match self { Self::En => $en, Self::Zh => $zh }
        }
    };
    (@one $name:ident ($($argument:ident: $type:ty),+), $en:literal, $zh:literal) => {
        pub(crate) fn $name(self, $($argument: $type),+) -> String {
            match self { Self::En => format!($en), Self::Zh => format!($zh) }
        }
    };
}

mod accounts;
mod acl;
mod addresses;
mod alerts;
mod attacks;
mod audit;
mod bans;
mod charts;
mod countries;
mod dashboard;
mod event_socket;
mod frame;
mod insights;
mod jail;
mod nodes;
mod problems;
mod reasons;
mod revisions;
mod rules;
mod settings;
mod terms;
mod times;
mod whitelist;

/// A language of the interface, and with it every text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// English.
    En,
    /// Simplified Chinese.
    Zh,
}

impl Words {
    /// From a language tag of a cookie or `Accept-Language`.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("en") {
            Some(Self::En)
        } else if primary.eq_ignore_ascii_case("zh") {
            Some(Self::Zh)
        } else {
            None
        }
    }

    /// As its own speakers call it.
    pub(crate) fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Zh => "中文",
        }
    }

    /// `lang` attribute and cookie value.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-CN",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::Words;

    /// A comma of the other script tells every reader that a machine wrote it.
    #[test]
    fn chinese_has_chinese_punctuation() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/words");
        let chinese = |letter: &char| ('\u{4e00}'..='\u{9fff}').contains(letter);
        let files =
            [folder.clone(), folder.join("reasons")].map(|folder| fs::read_dir(folder).unwrap());
        let files = files.into_iter().flatten().map(|file| file.unwrap().path());
        for file in files.filter(|path| path.is_file()) {
            let text = fs::read_to_string(file).unwrap();
            for line in text.lines() {
                let letters: Vec<char> = line.chars().collect();
                let wrong = letters
                    .windows(2)
                    .any(|pair| chinese(&pair[0]) && ",:;?()".contains(pair[1]));
                assert!(!wrong, "{line}");
            }
        }
    }

    #[test]
    fn tags() {
        assert_eq!(Words::from_tag("zh-CN"), Some(Words::Zh));
        assert_eq!(Words::from_tag("zh"), Some(Words::Zh));
        assert_eq!(Words::from_tag("EN-us"), Some(Words::En));
        assert_eq!(Words::from_tag("fr"), None);
        assert_eq!(Words::from_tag(""), None);
    }
}
