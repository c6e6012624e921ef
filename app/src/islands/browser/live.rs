//! Keeping the page true: server-sent events say that something changed, the page is fetched again
//! and put in place. Where a proxy breaks the stream, it is fetched every few seconds instead.

use std::cell::Cell;

use leptos::prelude::{Set, WriteSignal};
use leptos::task::spawn_local;
use web_sys::{Event, EventSource, MessageEvent};

use super::page::{self, Trouble};
use super::{after, document, on, window};
use crate::islands::link::Link;

/// At most so often, in milliseconds: bursts of changes become one refresh.
const PAUSE: f64 = 150.0;
/// … and so many times as rarely as the last one took, so that a hundred open pages share what the console
/// can do instead of asking it for more.
const SHARE: f64 = 6.0;
/// Without events, and for the relative times on the page.
const POLL: f64 = 5_000.0;
/// Polls passed over while the stream is open.
const CLOCK: u32 = 2;

thread_local! {
    static STATE: Cell<State> = Cell::default();
}

#[derive(Clone, Copy, Default)]
struct State {
    mark: Option<WriteSignal<Link>>,
    /// The stream of events is open.
    stream: bool,
    /// A refresh waits for its pause to end.
    planned: bool,
    loading: bool,
    /// When the last refresh began, milliseconds of the browser's clock.
    refreshed: f64,
    /// How long it took, milliseconds.
    took: f64,
    /// Polls passed over while the stream was open.
    quiet: u32,
}

fn change(with: impl FnOnce(&mut State)) -> State {
    STATE.with(|cell| {
        let mut state = cell.get();
        with(&mut state);
        cell.set(state);
        state
    })
}

/// Starts following; called once.
pub(crate) fn follow(mark: WriteSignal<Link>) {
    change(|state| state.mark = Some(mark));
    if let Ok(stream) = EventSource::new("/live") {
        on::<Event>(&stream, "open", |_| {
            change(|state| state.stream = true);
            show(Link::Live);
        });
        on::<Event>(&stream, "error", |_| {
            change(|state| state.stream = false);
            show(Link::Polling);
            // Is it only the stream, or the whole console?
            plan();
        });
        on::<MessageEvent>(&stream, "message", |_| plan());
        on::<Event>(&window(), "pagehide", move |_| stream.close());
    }
    on::<Event>(&document(), "visibilitychange", |_| plan());
    poll();
}

/// The console did not answer a form.
pub(super) fn lost() {
    show(Link::Offline);
}

fn show(link: Link) {
    if let Some(mark) = change(|_| {}).mark {
        mark.set(link);
    }
}

fn poll() {
    after(POLL, || {
        let state = change(|state| state.quiet = if state.stream { state.quiet + 1 } else { 0 });
        if !state.stream || state.quiet >= CLOCK {
            change(|state| state.quiet = 0);
            plan();
        }
        poll();
    });
}

/// Refreshes at once, or when the pause since the last refresh ends; never twice at a time, and not
/// while nobody looks.
pub(super) fn plan() {
    let state = change(|_| {});
    if state.planned || document().hidden() {
        return;
    }
    change(|state| state.planned = true);
    let since = js_sys::Date::now() - state.refreshed;
    // A clock that was set back must not stop the page.
    let pause = (state.took * SHARE).clamp(PAUSE, POLL);
    let wait = if since >= 0.0 {
        (pause - since).clamp(0.0, pause)
    } else {
        pause
    };
    after(wait, || {
        change(|state| state.planned = false);
        if change(|_| {}).loading {
            plan();
        } else {
            refresh();
        }
    });
}

fn refresh() {
    change(|state| {
        state.loading = true;
        state.refreshed = js_sys::Date::now();
    });
    spawn_local(async {
        let loaded = page::refresh().await;
        let state = change(|state| {
            state.loading = false;
            state.took = js_sys::Date::now() - state.refreshed;
        });
        show(match (loaded, state.stream) {
            (Err(Trouble::Network), _) => Link::Offline,
            (_, true) => Link::Live,
            (_, false) => Link::Polling,
        });
    });
}
