//! Access lists as FreeSWITCH builds and asks them.

mod cidr;
mod list;
mod load;

pub use load::Lists;

/// What FreeSWITCH takes for "true" (and so for "allow"); all else is "false".
pub fn is_true(word: &str) -> bool {
    const WORDS: [&str; 7] = ["yes", "on", "true", "t", "enabled", "active", "allow"];
    let digits = word.strip_prefix(['-', '+']).unwrap_or(word);
    let is_number = digits
        .bytes()
        .all(|byte| byte == b'.' || byte.is_ascii_digit());
    let whole = digits.split('.').next().unwrap_or_default();
    WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
        || (is_number && whole.bytes().any(|digit| digit != b'0'))
}
