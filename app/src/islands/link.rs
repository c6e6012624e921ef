//! How the page hears of changes.

/// What the live mark shows.
#[cfg_attr(
    not(feature = "hydrate"),
    expect(dead_code, reason = "it changes in the browser only")
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Nothing is known yet.
    Connecting,
    /// Server-sent events arrive.
    Live,
    /// They do not; the page asks every few seconds.
    Polling,
    /// The console does not answer at all.
    Offline,
}
