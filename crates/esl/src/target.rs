//! Where a switch listens and who we are there.

use std::fmt;

/// A password; shown nowhere, sent to the switch only.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// What FreeSWITCH comes with, and what every scanner tries first.
pub const DEFAULT_PASSWORD: &str = "ClueCon";
const MOST_CHARACTERS: usize = 256;

impl Secret {
    /// A password that fits into one line of the protocol.
    ///
    /// # Errors
    /// [`TargetError::Secret`]: empty, longer than 256 characters, with control characters, or with
    /// blanks around it, which the switch would cut off.
    pub fn new(text: impl Into<String>) -> Result<Self, TargetError> {
        let text = text.into();
        let fits = !text.is_empty()
            && text.chars().count() <= MOST_CHARACTERS
            && text.trim() == text
            && !text.chars().any(char::is_control);
        fits.then_some(Self(text)).ok_or(TargetError::Secret)
    }

    /// Is it [`DEFAULT_PASSWORD`]?
    pub fn is_default(&self) -> bool {
        self.0 == DEFAULT_PASSWORD
    }

    /// The password itself: to be sealed or sent, never shown.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $error:ident, $most:literal, $allowed:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// As written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = TargetError;
            fn from_str(text: &str) -> Result<Self, TargetError> {
                let fits = (1..=$most).contains(&text.len())
                    && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || $allowed.contains(&byte));
                fits.then(|| Self(text.to_owned())).ok_or(TargetError::$error)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// A host name or an address (IPv6 without brackets).
    Host, Host, 253, b".-:_%"
);
name!(
    /// The name of a directory user who may use the Event Socket.
    UserName, User, 64, b"._+-"
);
name!(
    /// The directory domain of a [`UserName`].
    Domain, Domain, 253, b".-:_"
);

/// How we sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Auth {
    /// The password of `event_socket.conf.xml`: may do everything.
    Password(Secret),
    /// A directory user with `esl-password` and what `esl-allowed-api` gives them.
    User {
        /// `user@…`
        user: UserName,
        /// `…@domain`
        domain: Domain,
        /// `esl-password`
        password: Secret,
    },
}

impl Auth {
    /// The line that signs in, without its end.
    pub(crate) fn line(&self) -> String {
        match self {
            Self::Password(password) => format!("auth {}", password.expose()),
            Self::User {
                user,
                domain,
                password,
            } => format!("userauth {user}@{domain}:{}", password.expose()),
        }
    }
}

/// One switch's Event Socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Where.
    pub host: Host,
    /// 8021 as FreeSWITCH comes.
    pub port: u16,
    /// As whom.
    pub auth: Auth,
}

/// What is wrong with a part of a [`Target`]; never says what was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Not a host name or address.
    #[error("is no host name or address")]
    Host,
    /// Not a user name.
    #[error("is no name of a directory user")]
    User,
    /// Not a domain.
    #[error("is no directory domain")]
    Domain,
    /// Not a password that can be sent.
    #[error("is empty, too long, or has characters that cannot be sent")]
    Secret,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_the_line_and_nothing_shows_the_password() {
        for bad in ["", " a", "a\n", "a\r\nb", "a\0", "\u{85}", &"x".repeat(257)] {
            assert_eq!(Secret::new(bad), Err(TargetError::Secret), "{bad:?}");
        }
        for bad in ["", "a b", "a\nb", "a;b", "a/b", "${a}", "ä", "[::1]"] {
            assert!(bad.parse::<Host>().is_err(), "{bad:?}");
        }
        for bad in ["", "a@b", "a:b", "a b"] {
            assert!(bad.parse::<UserName>().is_err(), "{bad:?}");
        }
        let target = Target {
            host: "2001:db8::1".parse().unwrap(),
            port: 8021,
            auth: Auth::User {
                user: "console".parse().unwrap(),
                domain: "pbx.example.com".parse().unwrap(),
                password: Secret::new("wolle 7:@ß").unwrap(),
            },
        };
        assert!(!format!("{target:?}").contains("wolle"));
        assert_eq!(
            target.auth.line(),
            "userauth console@pbx.example.com:wolle 7:@ß"
        );
        assert!(Secret::new("ClueCon").unwrap().is_default());
    }
}
