//! One message: what a receiver gets, as JSON or as text.

use domain::alert::{Fact, Kind, Language, Say};
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::text;

/// Things that one message describes in each of its lists; the others are counted.
const DESCRIBED: usize = 50;
/// … and in its text.
const NAMED: usize = 10;

/// One thing, and what is said of it.
#[derive(Clone)]
pub(super) struct Said {
    pub say: Say,
    pub subject: String,
    pub fact: Fact,
    pub since: OffsetDateTime,
}

impl Said {
    /// Of which alert: what is said of the same one is sent in its order.
    pub(super) fn about(&self) -> String {
        format!("{} {}", self.fact.kind().as_str(), self.subject)
    }
}

/// What a message is made of.
pub(super) struct Parts<'a> {
    pub id: &'a str,
    pub at: OffsetDateTime,
    pub console: Option<&'a str>,
    pub language: Language,
    pub said: &'a [Said],
    pub suppressed: i64,
    /// Of the test button: the channel's name.
    pub test: Option<&'a str>,
}

/// As the outbox keeps it.
pub(super) struct Written {
    pub title: String,
    pub json: String,
    pub text: String,
}

/// What a webhook gets. Fields are added, never changed in meaning.
#[derive(Serialize)]
struct Json<'a> {
    id: &'a str,
    version: u8,
    at: String,
    console: Option<&'a str>,
    test: bool,
    title: &'a str,
    text: &'a str,
    opened: Vec<Item<'a>>,
    still_open: Vec<Item<'a>>,
    over: Vec<Item<'a>>,
    counts: Counts,
    suppressed: i64,
}

#[derive(Serialize)]
struct Item<'a> {
    rule: Kind,
    subject: &'a str,
    text: String,
    since: String,
    fact: &'a Fact,
}

#[derive(Serialize)]
struct Counts {
    opened: usize,
    still_open: usize,
    over: usize,
}

impl Parts<'_> {
    pub(super) fn write(&self) -> Written {
        let title = self.title();
        let text = self.text(&title);
        let json = Json {
            id: self.id,
            version: 1,
            at: moment(self.at),
            console: self.console,
            test: self.test.is_some(),
            title: &title,
            text: &text,
            opened: self.items(Say::Opened),
            still_open: self.items(Say::Still),
            over: self.items(Say::Over),
            counts: Counts {
                opened: self.of(Say::Opened).count(),
                still_open: self.of(Say::Still).count(),
                over: self.of(Say::Over).count(),
            },
            suppressed: self.suppressed,
        };
        let json = serde_json::to_string(&json).expect("texts are JSON");
        Written { title, json, text }
    }

    fn of(&self, say: Say) -> impl Iterator<Item = &Said> {
        self.said.iter().filter(move |said| said.say == say)
    }

    fn items(&self, say: Say) -> Vec<Item<'_>> {
        let items = self.of(say).take(DESCRIBED).map(|said| Item {
            rule: said.fact.kind(),
            subject: &said.subject,
            text: text::sentence(self.language, &said.fact),
            since: moment(said.since),
            fact: &said.fact,
        });
        items.collect()
    }

    /// The worst first: what is new, else what lasts, else what is over.
    fn title(&self) -> String {
        let language = self.language;
        if let Some(channel) = self.test {
            return text::test(language, channel);
        }
        let kind = self.said.first().map(|said| said.fact.kind());
        let one_rule = kind.filter(|kind| self.said.iter().all(|said| said.fact.kind() == *kind));
        let Some(kind) = one_rule else {
            return text::catching_up(language, self.said.len());
        };
        for say in [Say::Opened, Say::Still, Say::Over] {
            let facts: Vec<&Fact> = self.of(say).map(|said| &said.fact).collect();
            if !facts.is_empty() {
                return text::title(language, say, kind, &facts);
            }
        }
        text::catching_up(language, 0)
    }

    fn text(&self, title: &str) -> String {
        let language = self.language;
        let mut lines = vec![title.to_owned()];
        if self.said.len() > 1 {
            lines.push(String::new());
            for say in [Say::Opened, Say::Still, Say::Over] {
                let all = self.of(say).count();
                let prefix = text::prefix(language, say);
                let named = self.of(say).take(NAMED);
                lines.extend(
                    named.map(|said| format!("- {prefix}{}", text::sentence(language, &said.fact))),
                );
                if all > NAMED {
                    lines.push(format!("- {prefix}{}", text::more(language, all - NAMED)));
                }
            }
        }
        if self.suppressed > 0 {
            lines.push(String::new());
            lines.push(text::suppressed(language, self.suppressed));
        }
        if let Some(console) = self.console {
            lines.push(String::new());
            lines.push(console.to_owned());
        }
        lines.join("\n")
    }
}

fn moment(time: OffsetDateTime) -> String {
    let time = time.replace_nanosecond(0).unwrap_or(time);
    time.format(&Rfc3339).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use time::macros::datetime;

    use super::*;

    fn silent(number: usize, say: Say) -> Said {
        Said {
            say,
            subject: number.to_string(),
            fact: Fact::NodeSilent {
                node: format!("fs-{number}"),
                heard: 1_795_000_000,
            },
            since: datetime!(2026-11-18 12:26:40.123 UTC),
        }
    }

    fn parts(said: &[Said], suppressed: i64) -> Parts<'_> {
        Parts {
            id: "m1",
            at: datetime!(2026-11-18 12:31 UTC),
            console: Some("https://console.example.org/alerts"),
            language: Language::En,
            said,
            suppressed,
            test: None,
        }
    }

    #[test]
    fn five_hundred_are_one_message_of_bounded_length() {
        let said: Vec<Said> = (0..500).map(|number| silent(number, Say::Opened)).collect();
        let written = parts(&said, 3).write();
        assert_eq!(written.title, "500 nodes are silent");
        assert!(written.text.lines().count() < 20, "{}", written.text);
        assert!(written.text.contains("and 490 more"));
        assert!(written.text.contains("3 more suppressed"));
        let json: Value = serde_json::from_str(&written.json).unwrap();
        assert_eq!(json["opened"].as_array().unwrap().len(), 50);
        assert_eq!(json["counts"]["opened"], 500);
        assert_eq!(json["suppressed"], 3);
        assert_eq!(json["opened"][0]["fact"]["node"], "fs-0");
        assert_eq!(json["opened"][0]["since"], "2026-11-18T12:26:40Z");
    }

    #[test]
    fn what_is_new_stands_in_front() {
        let said = [silent(1, Say::Over), silent(2, Say::Opened)];
        let written = parts(&said, 0).write();
        assert!(written.title.starts_with("node fs-2 is silent"));
        assert!(written.text.contains("- Over: node fs-1"));
        let over = parts(&said[..1], 0).write();
        assert!(over.title.starts_with("Over: node fs-1"), "{}", over.title);
    }
}
