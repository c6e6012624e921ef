//! Why something failed or was taken back. The English is the reason's own (`domain::reason`), so that
//! page, log and command line say the same; the Chinese stands here.

mod deploy;
mod fail2ban;
mod file;
mod hop;
mod order;
mod switch;
#[cfg(test)]
mod tests;
mod worker;

use domain::reason::Reason;

use crate::words::Words;

impl Words {
    /// In the visitor's language; what a program said stands in it as it is.
    pub(crate) fn because(self, reason: &Reason) -> String {
        match self {
            Self::En => reason.to_string(),
            Self::Zh => zh(reason),
        }
    }
}

fn zh(reason: &Reason) -> String {
    match reason {
        Reason::Said(said) => said.clone(),
        Reason::All(all) => {
            let each: Vec<String> = all.iter().map(zh).collect();
            each.join("；")
        }
        Reason::File { path, what } => format!("{path}：{}", file::zh(what)),
        Reason::Switch(reason) => switch::zh(reason),
        Reason::Deploy(reason) => deploy::zh(reason),
        Reason::Jail(reason) => deploy::zh_jail(reason),
        Reason::Fail2ban(reason) => fail2ban::zh(reason),
        Reason::Order(reason) => order::zh(reason),
        Reason::Hop(reason) => hop::zh(reason),
    }
}

/// A sentence of a page inside another one.
fn inside(sentence: &str) -> &str {
    sentence.trim_end_matches('。')
}
