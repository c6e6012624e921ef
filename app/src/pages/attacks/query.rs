//! The page's address and the question it asks: filters and place live in the URL.

use backend::attacks::LineQuery;
use domain::attack::Kind;
use domain::geo::{Asn, Country};
use domain::ids::NodeId;
use domain::inert;
use time::{Duration, OffsetDateTime};

use crate::request::query;
use crate::widgets::{Period, address};

const ROWS: i64 = 50;

/// What the URL says.
#[derive(Clone, Debug)]
pub(super) struct PageQuery {
    pub(super) search: Option<String>,
    pub(super) node: Option<NodeId>,
    pub(super) kind: Option<Kind>,
    pub(super) country: Option<String>,
    pub(super) asn: Option<i64>,
    pub(super) extension: Option<String>,
    pub(super) prefix: Option<String>,
    pub(super) period: Period,
    pub(super) after: Option<String>,
    /// Nothing newer is shown; seconds since 1970.
    pub(super) paused: Option<i64>,
    /// The line whose details stand beside the list.
    pub(super) open: Option<String>,
    /// Filters that were not understood, as they were typed; they filter nothing.
    pub(super) wrong: Vec<(&'static str, String)>,
}

impl PageQuery {
    pub(super) fn read() -> Self {
        Self::of(query)
    }

    fn of(query: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name| {
            query(name)
                .map(|text| text.trim().to_owned())
                .filter(|text| !text.is_empty())
        };
        let number = |name| text(name).and_then(|text| text.parse().ok());
        let kind = |text: String| Kind::ALL.into_iter().find(|kind| kind.as_str() == text);
        let country = text("country").map(|text| text.to_ascii_uppercase().parse::<Country>());
        let asn = text("asn").map(|text| text.parse::<Asn>());
        let wrong = [
            ("country", matches!(country, Some(Err(_)))),
            ("asn", matches!(asn, Some(Err(_)))),
        ];
        let wrong = wrong.into_iter().filter(|(_, wrong)| *wrong);
        let wrong = wrong.filter_map(|(name, _)| Some((name, text(name)?)));
        Self {
            search: text("search"),
            node: number("node").map(NodeId),
            kind: text("kind").and_then(kind),
            country: country.and_then(Result::ok).map(String::from),
            asn: asn.and_then(Result::ok).map(|asn| asn.0.into()),
            extension: text("extension"),
            prefix: text("prefix"),
            period: Period::of(
                query("window").as_deref(),
                query("from").as_deref(),
                query("to").as_deref(),
            ),
            after: text("after"),
            paused: number("paused").filter(|at| (0..7_000_000_000).contains(at)),
            open: text("open"),
            wrong: wrong.collect(),
        }
    }

    /// What was typed into a filter and not understood.
    pub(super) fn mistyped(&self, name: &str) -> Option<String> {
        let wrong = self.wrong.iter().find(|(wrong, _)| *wrong == name);
        wrong.map(|(_, typed)| typed.clone())
    }

    pub(super) fn question(&self, now: OffsetDateTime) -> LineQuery {
        let (from, to) = self.period.exactly(now).unzip();
        let paused = self.paused.map(|at| {
            let at = OffsetDateTime::from_unix_timestamp(at).unwrap_or(now);
            at + Duration::SECOND
        });
        LineQuery {
            node: self.node,
            kind: self.kind,
            search: self.search.clone().unwrap_or_default(),
            country: self.country.clone(),
            asn: self.asn,
            extension: self.extension.clone(),
            prefix: self.prefix.clone(),
            from,
            to: to.into_iter().chain(paused).min(),
            after: self.after.clone(),
            limit: ROWS,
        }
    }

    /// Is anything filtered away?
    pub(super) fn is_filtered(&self) -> bool {
        !self.filters().is_empty() || !self.period.pairs().is_empty()
    }

    /// All filters but the period.
    pub(super) fn filters(&self) -> Vec<(&'static str, String)> {
        let pairs = [
            ("search", self.search.clone()),
            ("node", self.node.map(|node| node.to_string())),
            ("kind", self.kind.map(|kind| kind.as_str().to_owned())),
            ("country", self.country.clone()),
            ("asn", self.asn.map(|asn| asn.to_string())),
            ("extension", self.extension.clone()),
            ("prefix", self.prefix.clone()),
        ];
        pairs
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }

    /// The address of this page, after a change.
    pub(super) fn url(&self) -> String {
        let places = [
            ("paused", self.paused.map(|at| at.to_string())),
            ("after", self.after.clone()),
            ("open", self.open.clone()),
        ];
        let places = places
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        let more: Vec<_> = self.period.pairs().into_iter().chain(places).collect();
        address("/attacks", &self.filters(), &more)
    }

    /// The address of the same lines as a file.
    pub(super) fn csv(&self) -> String {
        let paused = self.paused.map(|at| ("paused", at.to_string()));
        let more: Vec<_> = self.period.pairs().into_iter().chain(paused).collect();
        address("/attacks.csv", &self.filters(), &more)
    }

    /// With other filters the list begins anew.
    pub(super) fn restart(mut self) -> Self {
        self.after = None;
        self.open = None;
        self
    }
}

/// Which lines the query part of an address asks for, as the page understands it.
pub fn lines_asked(query: &str, now: OffsetDateTime) -> LineQuery {
    let find = |name: &str| {
        form_urlencoded::parse(query.as_bytes())
            .find_map(|(key, value)| (key == name).then(|| value.into_owned()))
            .filter(|value| !value.is_empty())
    };
    PageQuery::of(find).question(now)
}

/// What was typed, harmless to show.
pub(in crate::pages) fn shown(text: &str) -> String {
    inert::inert(text.as_bytes(), 200)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-22 12:00 UTC);

    #[test]
    fn an_address_is_read_as_it_is_written() {
        let asked = "search=198.51.100.0%2F24&node=3&kind=scan&country=CN&asn=64500&extension=1001\
                     &prefix=%2B&from=2026-11-22T10%3A00&to=2026-11-22T11%3A00&paused=1795350000";
        let find = |name: &str| {
            form_urlencoded::parse(asked.as_bytes())
                .find_map(|(key, value)| (key == name).then(|| value.into_owned()))
        };
        let query = PageQuery::of(find);
        assert_eq!(query.url(), format!("/attacks?{asked}"));
        assert!(query.is_filtered());
        let question = lines_asked(asked, NOW);
        assert_eq!(question.kind, Some(Kind::Scan));
        assert_eq!(question.prefix.as_deref(), Some("+"));
        assert_eq!(question.from, Some(datetime!(2026-11-22 10:00 UTC)));
        assert_eq!(question.to, Some(datetime!(2026-11-22 11:00 UTC)));
    }

    #[test]
    fn what_is_nonsense_is_no_filter() {
        let query = lines_asked(
            "kind=x&node=x&asn=x&window=9y&paused=-1&from=x&search=&country=cn&asn2=1",
            NOW,
        );
        let expected = LineQuery {
            country: Some("CN".to_owned()),
            limit: ROWS,
            ..LineQuery::default()
        };
        assert_eq!(query, expected);
        assert_eq!(lines_asked("asn=AS64500", NOW).asn, Some(64_500));
        let typed = |name: &str| match name {
            "country" => Some("Germany".to_owned()),
            "asn" => Some("Google".to_owned()),
            _ => None,
        };
        let query = PageQuery::of(typed);
        assert_eq!(query.mistyped("country").as_deref(), Some("Germany"));
        assert_eq!(query.mistyped("asn").as_deref(), Some("Google"));
        assert_eq!(query.mistyped("extension"), None);
        assert!(!query.is_filtered());
    }
}
