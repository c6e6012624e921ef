//! The numbers of the dashboard as charts: each bar leads to its lines.

use backend::attacks::Bar;
use domain::attack::Kind;
use domain::attack::window::Window;
use domain::ban::BanEventKind;
use domain::ids::NodeId;
use time::OffsetDateTime;

use crate::widgets::{Column, Period, Series, Stacked, address, written};
use crate::words::Words;

/// Class of a kind's colour, the same everywhere.
pub(in crate::pages) fn kind_class(kind: Kind) -> &'static str {
    match kind {
        Kind::RegistrationFailed => "kind-registration",
        Kind::CallUnauthorised => "kind-call",
        Kind::NumberRefused => "kind-number",
        Kind::MalformedSip => "kind-malformed",
        Kind::Scan => "kind-scan",
        Kind::Other => "kind-other",
    }
}

/// What the charts of one page have in common.
pub(super) struct Scene<'a> {
    pub words: Words,
    pub node: Option<NodeId>,
    pub period: &'a Period,
    pub window: Window,
    pub now: OffsetDateTime,
}

type Pairs = Vec<(&'static str, String)>;

impl Scene<'_> {
    /// The parameter of the scope.
    pub(super) fn node(&self) -> Pairs {
        let node = self.node.map(|node| ("node", node.to_string()));
        node.into_iter().collect()
    }

    /// The attack list of this scope and period, with one filter more.
    pub(super) fn lines(&self, filter: (&'static str, String)) -> String {
        self.list("/attacks", Some(filter), &self.window_pairs())
    }

    /// A list of this scope at that time, filtered or not.
    fn list(&self, path: &str, filter: Option<(&'static str, String)>, times: &Pairs) -> String {
        let more: Pairs = filter.into_iter().chain(times.clone()).collect();
        address(path, &self.node(), &more)
    }

    /// The period as the address has it, else the window in force.
    fn window_pairs(&self) -> Pairs {
        match self.period.pairs() {
            pairs if pairs.is_empty() => between(self.window.from(), self.window.to()),
            pairs => pairs,
        }
    }

    fn zoom(&self) -> String {
        address("/", &self.node(), &[])
    }

    fn end(&self, start: OffsetDateTime) -> OffsetDateTime {
        start + self.window.step(self.now)
    }
}

fn between(from: OffsetDateTime, to: OffsetDateTime) -> Pairs {
    vec![("from", written(from)), ("to", written(to))]
}

/// Where the pieces of a bar lead to; most bars have few of them.
fn pieces<K: Copy>(kinds: &[K], counts: &[i64], href: impl Fn(K) -> String) -> Vec<String> {
    let piece = |(kind, count): (&K, &i64)| {
        if *count > 0 {
            href(*kind)
        } else {
            String::new()
        }
    };
    kinds.iter().zip(counts).map(piece).collect()
}

/// Attack lines by kind, with the period before as a line.
pub(super) fn attacks(scene: &Scene<'_>, bars: &[Bar], before: &[Bar]) -> Stacked {
    let words = scene.words;
    let lines = |kind: Option<Kind>, times: &Pairs| {
        let kind = kind.map(|kind| ("kind", kind.as_str().to_owned()));
        scene.list("/attacks", kind, times)
    };
    let period = scene.window_pairs();
    let series = Kind::ALL.map(|kind| Series {
        class: kind_class(kind),
        name: words.attack_kind(kind),
        href: lines(Some(kind), &period),
    });
    let columns = bars.iter().map(|bar| {
        let times = between(bar.start, scene.end(bar.start));
        Column {
            start: bar.start,
            end: scene.end(bar.start),
            values: bar.events.to_vec(),
            href: lines(None, &times),
            hrefs: pieces(&Kind::ALL, &bar.events, |kind| lines(Some(kind), &times)),
        }
    });
    let sums = (0..Kind::ALL.len()).map(|place| before.iter().map(|bar| bar.events[place]).sum());
    // Widened differently, the two would not lie on each other.
    let alike = bars.len() == before.len();
    Stacked {
        id: "attacks-over-time",
        title: words.attacks_over_time(),
        series: series.to_vec(),
        columns: columns.collect(),
        before: Some(sums.collect()),
        line: alike.then(|| before.iter().map(Bar::total).collect()),
        zoom: scene.zoom(),
    }
}

/// Lines of fail2ban's log.
pub(super) fn bans(scene: &Scene<'_>, bars: &[Bar], before: &[Bar]) -> Stacked {
    let words = scene.words;
    let kinds = [BanEventKind::Ban, BanEventKind::Unban];
    let events = |kind: Option<BanEventKind>, times: &Pairs| {
        let kind = kind.map(|kind| ("kind", kind.as_str().to_owned()));
        scene.list("/bans/history", kind, times)
    };
    let period = scene.window_pairs();
    let classes = ["series-ban", "series-unban"];
    let series = kinds.into_iter().zip(classes).map(|(kind, class)| Series {
        class,
        name: words.ban_event(kind),
        href: events(Some(kind), &period),
    });
    let columns = bars.iter().map(|bar| {
        let times = between(bar.start, scene.end(bar.start));
        Column {
            start: bar.start,
            end: scene.end(bar.start),
            values: vec![bar.bans, bar.unbans],
            href: events(None, &times),
            hrefs: pieces(&kinds, &[bar.bans, bar.unbans], |kind| {
                events(Some(kind), &times)
            }),
        }
    });
    Stacked {
        id: "bans-over-time",
        title: words.bans_over_time(),
        series: series.collect(),
        columns: columns.collect(),
        before: Some(vec![
            before.iter().map(|bar| bar.bans).sum(),
            before.iter().map(|bar| bar.unbans).sum(),
        ]),
        line: None,
        zoom: scene.zoom(),
    }
}
