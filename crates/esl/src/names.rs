//! Names that become part of a command.

use std::str::FromStr;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// As the switch names it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadName;
            fn from_str(text: &str) -> Result<Self, BadName> {
                let fits = (1..=64).contains(&text.len())
                    && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
                    && !text.starts_with('-');
                fits.then(|| Self(text.to_owned())).ok_or(BadName)
            }
        }
    };
}

name!(
    /// The name of an ACL list.
    ListName
);
name!(
    /// The name of a SIP profile.
    ProfileName
);

/// Empty, too long, or with characters that no such name has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no such name")]
pub struct BadName;
