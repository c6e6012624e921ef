//! The numbers of the dashboard as charts: each bar leads to its lines.

use backend::attacks::{BanBar, Bar};
use domain::attack::Kind;
use domain::attack::window::Window;
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
    pub(super) fn lines(&self, filter: Option<(&'static str, String)>) -> String {
        let more: Pairs = filter.into_iter().chain(self.window_pairs()).collect();
        address("/attacks", &self.node(), &more)
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

/// Attack lines by kind, with the period before as a line.
pub(super) fn attacks(scene: &Scene<'_>, bars: &[Bar], before: &[Bar]) -> Stacked {
    let words = scene.words;
    let kind_pair = |kind: Kind| ("kind", kind.as_str().to_owned());
    let series = Kind::ALL.map(|kind| Series {
        class: kind_class(kind),
        name: words.attack_kind(kind),
        href: scene.lines(Some(kind_pair(kind))),
    });
    let columns = bars.iter().map(|bar| {
        let times = between(bar.start, scene.end(bar.start));
        let lines = |kind: Option<Kind>| {
            let more: Pairs = kind
                .map(kind_pair)
                .into_iter()
                .chain(times.clone())
                .collect();
            address("/attacks", &scene.node(), &more)
        };
        Column {
            start: bar.start,
            end: scene.end(bar.start),
            values: bar.events.to_vec(),
            href: lines(None),
            hrefs: Kind::ALL.map(|kind| lines(Some(kind))).to_vec(),
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
        line: alike.then(|| before.iter().map(|bar| bar.events.iter().sum()).collect()),
        zoom: scene.zoom(),
    }
}

/// Lines of fail2ban's log.
pub(super) fn bans(scene: &Scene<'_>, bars: &[BanBar], before: &[BanBar]) -> Stacked {
    let words = scene.words;
    let bans = address("/bans", &scene.node(), &[]);
    let series = [
        ("series-ban", words.banned_event()),
        ("series-unban", words.unbanned_event()),
    ]
    .map(|(class, name)| Series {
        class,
        name,
        href: bans.clone(),
    });
    let columns = bars.iter().map(|bar| {
        // What was seen of the attackers at that time.
        let lines = address(
            "/attacks",
            &scene.node(),
            &between(bar.start, scene.end(bar.start)),
        );
        Column {
            start: bar.start,
            end: scene.end(bar.start),
            values: vec![bar.bans, bar.unbans],
            href: lines.clone(),
            hrefs: vec![lines.clone(), lines],
        }
    });
    Stacked {
        id: "bans-over-time",
        title: words.bans_over_time(),
        series: series.to_vec(),
        columns: columns.collect(),
        before: Some(vec![
            before.iter().map(|bar| bar.bans).sum(),
            before.iter().map(|bar| bar.unbans).sum(),
        ]),
        line: None,
        zoom: scene.zoom(),
    }
}
