//! What names and passwords may look like.

use crate::Error;
use crate::error::Problem;

const NAME_MAX: usize = 64;
const PASSWORD_MIN: usize = 10;
const PASSWORD_MAX: usize = 1_000;

/// Letters and digits of any script, and `._-@+` between them: nothing that could be mistaken for
/// another name, or for markup, a formula or a terminal's escape code.
pub(super) fn name(text: &str) -> Result<&str, Error> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::invalid("name", Problem::Missing));
    }
    if text.chars().count() > NAME_MAX {
        return Err(Error::invalid("name", Problem::TooLong { max: NAME_MAX }));
    }
    let starts_well = text.starts_with(char::is_alphanumeric);
    if !starts_well
        || !text
            .chars()
            .all(|c| c.is_alphanumeric() || "._-@+".contains(c))
    {
        return Err(Error::invalid("name", Problem::BadCharacters));
    }
    Ok(text)
}

/// Any characters; long enough not to be guessed, short enough not to be an attack.
pub(super) fn password(text: &str) -> Result<&str, Error> {
    match text.chars().count() {
        0 => Err(Error::invalid("password", Problem::Missing)),
        length if length < PASSWORD_MIN => Err(Error::invalid(
            "password",
            Problem::TooShort { min: PASSWORD_MIN },
        )),
        length if length > PASSWORD_MAX => Err(Error::invalid(
            "password",
            Problem::TooLong { max: PASSWORD_MAX },
        )),
        _ => Ok(text),
    }
}

/// Could it be the password of anybody? If not it need not be hashed.
pub(super) fn is_possible(text: &str) -> bool {
    text.len() <= PASSWORD_MAX * 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["ann", " ann ", "Ann.B-c_d", "ann@example.com", "王伟", "7"] {
            assert_eq!(name(good).unwrap(), good.trim());
        }
        let long = "a".repeat(65);
        for bad in [
            "",
            "  ",
            "a b",
            "=cmd",
            "@ann",
            "-ann",
            "<b>",
            "a\u{202e}b",
            "a\nb",
            "a\u{200b}",
            &long,
        ] {
            assert!(name(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn passwords() {
        assert!(password("123456789").is_err());
        assert!(password("1234567890").is_ok());
        assert!(password("密码密码密码密码密码").is_ok());
        assert!(password(&"x".repeat(1_000)).is_ok());
        assert!(password(&"x".repeat(1_001)).is_err());
    }
}
