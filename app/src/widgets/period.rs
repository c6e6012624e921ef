//! Which time a page is about: it lives in the address, as every filter.

use domain::attack::window::{LONGEST, Span, Window};
use leptos::prelude::*;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Duration, OffsetDateTime, PrimitiveDateTime};

use crate::request::{query, words};
use crate::widgets::Icon;
use crate::words::Words;

/// What the address says about time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Period {
    /// Up to now.
    Last(Span),
    /// From and to, UTC.
    Between(OffsetDateTime, OffsetDateTime),
    /// The form's fields as they were typed, and what is wrong with which.
    Wrong {
        from: String,
        to: String,
        field: &'static str,
        problem: Problem,
    },
    /// Nothing.
    Any,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// No date and time.
    NoTime,
    /// The end is not after the start.
    Order,
    /// Too long a period.
    Long,
}

impl Period {
    /// Of this page.
    pub(crate) fn read() -> Self {
        Self::of(
            query("window").as_deref(),
            query("from").as_deref(),
            query("to").as_deref(),
        )
    }

    pub(crate) fn of(window: Option<&str>, from: Option<&str>, to: Option<&str>) -> Self {
        if let Some(span) = window.and_then(Span::from_text) {
            return Self::Last(span);
        }
        if from.is_none() && to.is_none() {
            return Self::Any;
        }
        let (begin, end) = (from.and_then(moment), to.and_then(moment));
        let (field, problem) = match (begin, end) {
            (Some(begin), Some(end)) if begin >= end => ("to", Problem::Order),
            (Some(begin), Some(end)) if end - begin > LONGEST => ("from", Problem::Long),
            (Some(begin), Some(end)) => return Self::Between(begin, end),
            (None, _) => ("from", Problem::NoTime),
            (_, None) => ("to", Problem::NoTime),
        };
        Self::Wrong {
            from: from.unwrap_or_default().to_owned(),
            to: to.unwrap_or_default().to_owned(),
            field,
            problem,
        }
    }

    /// As it stands in an address; what was wrong is left out.
    pub(crate) fn pairs(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Last(span) => vec![("window", span.as_str().to_owned())],
            Self::Between(from, to) => vec![("from", written(*from)), ("to", written(*to))],
            Self::Wrong { .. } | Self::Any => Vec::new(),
        }
    }

    /// The window, where one is named.
    pub(crate) fn window(&self, now: OffsetDateTime) -> Option<Window> {
        match self {
            Self::Last(span) => Some(Window::last(*span, now)),
            Self::Between(from, to) => Window::between(*from, *to, now),
            Self::Wrong { .. } | Self::Any => None,
        }
    }

    /// From and to as they were asked for: lines are kept one by one, whatever is counted together.
    pub(crate) fn exactly(&self, now: OffsetDateTime) -> Option<(OffsetDateTime, OffsetDateTime)> {
        match self {
            Self::Between(from, to) => Some((*from, *to)),
            _ => self.window(now).map(|window| (window.from(), window.to())),
        }
    }

    fn problem(&self, name: &str, words: Words) -> Option<String> {
        match self {
            Self::Wrong { field, problem, .. } if *field == name => Some(match problem {
                Problem::NoTime => words.problem_time().to_owned(),
                Problem::Order => words.problem_order().to_owned(),
                Problem::Long => words.problem_long(LONGEST.whole_days()),
            }),
            _ => None,
        }
    }
}

/// `2026-11-22T10:00`, also with seconds and `Z`; UTC. The calendar ends where Postgres and JavaScript
/// still understand it.
fn moment(text: &str) -> Option<OffsetDateTime> {
    let text = text.trim().trim_end_matches('Z');
    let minutes = format_description!("[year]-[month]-[day]T[hour]:[minute]");
    let seconds = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
    let time = PrimitiveDateTime::parse(text, minutes)
        .or_else(|_| PrimitiveDateTime::parse(text, seconds))
        .ok()?;
    Some(time.assume_utc()).filter(|time| (1970..2500).contains(&time.year()))
}

/// The inverse.
pub(crate) fn written(at: OffsetDateTime) -> String {
    at.format(format_description!("[year]-[month]-[day]T[hour]:[minute]"))
        .unwrap_or_default()
}

/// `path` with the parameters `kept` and those of a period.
pub(crate) fn address(
    path: &str,
    kept: &[(&'static str, String)],
    more: &[(&'static str, String)],
) -> String {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    for (name, value) in kept.iter().chain(more) {
        pairs.append_pair(name, value);
    }
    let pairs = pairs.finish();
    if pairs.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{pairs}")
    }
}

/// Links to the usual periods, and a form for any other. `kept` are the page's other parameters;
/// `shown` is the window in force; `all` offers to name none.
#[component]
pub(crate) fn PeriodPicker(
    period: Period,
    #[prop(into)] path: String,
    kept: Vec<(&'static str, String)>,
    #[prop(optional_no_strip)] shown: Option<(OffsetDateTime, OffsetDateTime)>,
    /// The span in force where the address names none; else "everything" is offered.
    #[prop(optional_no_strip)]
    usual: Option<Span>,
) -> impl IntoView {
    let words = words();
    let current = match &period {
        Period::Last(span) => Some(*span),
        Period::Any | Period::Wrong { .. } => usual,
        Period::Between(..) => None,
    };
    let spans = Span::ALL
        .map(|span| {
            let href = address(&path, &kept, &Period::Last(span).pairs());
            let is = (current == Some(span)).then_some("true");
            view! { <a href=href data-enhance="" aria-current=is>{words.span(span)}</a> }
        })
        .collect_view();
    let everything = usual.is_none().then(|| {
        let is = matches!(period, Period::Any | Period::Wrong { .. }).then_some("true");
        view! { <a href=address(&path, &kept, &[]) data-enhance="" aria-current=is>{words.any_time()}</a> }
    });
    let custom = matches!(period, Period::Between(..) | Period::Wrong { .. });
    let wrong = matches!(period, Period::Wrong { .. });
    let hidden = kept
        .iter()
        .map(|(name, value)| view! { <input type="hidden" name=*name value=value.clone()/> })
        .collect_view();
    let field = |name: &'static str, label: &'static str, at: Option<OffsetDateTime>| {
        let typed = match &period {
            Period::Wrong { from, .. } if name == "from" => Some(from.clone()),
            Period::Wrong { to, .. } => Some(to.clone()),
            _ => None,
        };
        let problem = period.problem(name, words);
        let value = typed.clone().or_else(|| at.map(written));
        // The browser puts it into its own zone.
        let utc = value
            .as_deref()
            .and_then(moment)
            .map(|at| format!("{}Z", written(at)));
        let id = format!("period-{name}");
        let problem_id = format!("{id}-problem");
        view! {
            <div class="field">
                <label for=id.clone()>{label}<span class="plain-only">" (UTC)"</span></label>
                <input
                    id=id.clone()
                    type="datetime-local"
                    name=name
                    value=value
                    data-utc=utc
                    aria-invalid=problem.is_some().then_some("true")
                    aria-describedby=problem.is_some().then(|| problem_id.clone())
                />
                {problem.map(|problem| view! { <p class="problem" id=problem_id role="alert">{problem}</p> })}
            </div>
        }
    };
    let widened = match (&period, shown) {
        (Period::Between(from, to), Some((first, end))) => {
            let wider = *from - first >= Duration::MINUTE || end - *to >= Duration::MINUTE;
            wider.then(|| view! { <Widened from=first to=end/> })
        }
        _ => None,
    };
    view! {
        <nav class="period" aria-label=words.period()>
            {everything}
            {spans}
            <details class="dropdown panel" id="period" open=wrong>
                <summary aria-current=custom.then_some("true")>
                    {words.custom_period()}
                    <Icon name="down"/>
                </summary>
                <div class="dropdown-panel">
                    <form class="form" method="get" action=path data-enhance="">
                        {hidden}
                        {field("from", words.period_from(), shown.map(|shown| shown.0))}
                        {field("to", words.period_to(), shown.map(|shown| shown.1))}
                        <button class="button primary">{words.show_period()}</button>
                    </form>
                </div>
            </details>
        </nav>
        {widened}
    }
}

/// Says what is shown in the place of what was asked for.
#[component]
fn Widened(from: OffsetDateTime, to: OffsetDateTime) -> impl IntoView {
    let words = words();
    let time = |at: OffsetDateTime| {
        let exact = at.format(&Rfc3339).unwrap_or_default();
        let text = format!("{} {:02}:{:02}", words.day(at), at.hour(), at.minute());
        view! { <span data-clock=exact data-form="both">{text}</span> }
    };
    view! {
        <p class="hint widened">
            {words.period_widened()}" "{time(from)}" – "{time(to)}<span class="plain-only">" UTC"</span>
        </p>
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let (from, to) = (
            datetime!(2026-11-22 10:00 UTC),
            datetime!(2026-11-22 11:30 UTC),
        );
        let period = Period::Between(from, to);
        let pairs = period.pairs();
        assert_eq!(
            Period::of(None, Some(&pairs[0].1), Some(&pairs[1].1)),
            period
        );
        assert_eq!(
            address("/", &[("node", "1".into())], &pairs),
            "/?node=1&from=2026-11-22T10%3A00&to=2026-11-22T11%3A30"
        );
        assert_eq!(Period::of(Some("7d"), None, None), Period::Last(Span::Week));
        assert_eq!(Period::of(Some("7w"), None, None), Period::Any);
    }

    #[test]
    fn a_wrong_time_is_refused_at_its_field() {
        let day = "2026-11-22T10:00";
        for (from, to, field, problem) in [
            (Some(""), Some(day), "from", Problem::NoTime),
            (Some(day), None, "to", Problem::NoTime),
            (None, Some(day), "from", Problem::NoTime),
            (Some("yesterday"), Some(day), "from", Problem::NoTime),
            (Some(day), Some("9999-12-31T23:59"), "to", Problem::NoTime),
            (Some("2026-02-30T10:00"), Some(day), "from", Problem::NoTime),
            (Some(day), Some(day), "to", Problem::Order),
            (
                Some(day),
                Some("2026-11-22T09:59:59Z"),
                "to",
                Problem::Order,
            ),
            (Some("2025-01-01T00:00"), Some(day), "from", Problem::Long),
            (Some("<script>"), Some("' or 1"), "from", Problem::NoTime),
        ] {
            let period = Period::of(None, from, to);
            let is = matches!(period, Period::Wrong { field: f, problem: p, .. } if (f, p) == (field, problem));
            assert!(is, "{from:?} {to:?}: {period:?}");
            assert_eq!(period.pairs(), []);
        }
    }
}
