//! Access lists as FreeSWITCH builds and asks them.

mod cidr;
mod list;
mod load;

pub use load::Lists;

/// What FreeSWITCH takes for "true" (and so for "allow"); all else is "false".
pub fn is_true(word: &str) -> bool {
    const WORDS: [&str; 7] = ["yes", "on", "true", "t", "enabled", "active", "allow"];
    WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
        || word
            .parse::<f64>()
            .is_ok_and(|number| number.trunc() != 0.0)
}
