//! Choosing a piece of a chart, by pointer or keyboard. The chart says where its bars begin and end
//! (`data-from`, `data-to`, seconds since 1970) and which address takes a `from` and a `to`.

use std::cell::RefCell;

use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, KeyboardEvent, MouseEvent, PointerEvent};

use super::{document, on, page, window};

/// A pointer that moved less clicks, it does not drag.
const LEAST_DRAG: i32 = 5;
const SVG: &str = "http://www.w3.org/2000/svg";

/// What is chosen: the bars from one to the other, in the order they were met.
#[derive(Clone)]
struct Brush {
    plot: Element,
    anchor: usize,
    end: usize,
    /// Where the pointer went down; `None` by keyboard.
    down: Option<i32>,
}

thread_local! {
    static BRUSH: RefCell<Option<Brush>> = const { RefCell::new(None) };
    /// The click that ends a drag opens nothing.
    static DRAGGED: RefCell<bool> = const { RefCell::new(false) };
}

pub(super) fn listen() {
    on::<PointerEvent>(&document(), "pointerdown", down);
    on::<PointerEvent>(&document(), "pointermove", moved);
    on::<PointerEvent>(&document(), "pointerup", up);
    on::<PointerEvent>(&document(), "pointercancel", |_| clear());
    on::<KeyboardEvent>(&document(), "keydown", press);
    on::<web_sys::Event>(&document(), "focusout", |_| leave());
    // A link would be dragged away.
    on::<MouseEvent>(&document(), "dragstart", |event| {
        if plot_of(event.target()).is_some() {
            event.prevent_default();
        }
    });
}

/// Makes each plot a stop of the keyboard: without this module there would be nothing to do there.
pub(super) fn arm() {
    if let Ok(plots) = document().query_selector_all("[data-brush]") {
        for plot in (0..plots.length()).filter_map(|index| plots.item(index)) {
            let plot: &Element = plot.unchecked_ref();
            let _ = plot.set_attribute("tabindex", "0");
        }
    }
}

/// Was this click the end of a drag? Asked once for each.
pub(super) fn dragged() -> bool {
    DRAGGED.replace(false)
}

fn plot_of(target: Option<web_sys::EventTarget>) -> Option<Element> {
    let target = target?.dyn_into::<Element>().ok()?;
    target.closest("[data-brush]").ok()?
}

/// What was chosen by keyboard ends with the focus.
fn leave() {
    if BRUSH.with_borrow(|brush| brush.as_ref().is_some_and(|brush| brush.down.is_none())) {
        clear();
    }
}

/// The bars of a chart, oldest first.
pub(super) fn columns(plot: &Element) -> Vec<Element> {
    let Ok(list) = plot.query_selector_all("g.column") else {
        return Vec::new();
    };
    (0..list.length())
        .filter_map(|index| list.item(index)?.dyn_into().ok())
        .collect()
}

/// The bar under a place across the window.
fn bar_at(plot: &Element, x: i32) -> usize {
    let bounds = plot.get_bounding_client_rect();
    let bars = columns(plot).len().max(1);
    let part = (f64::from(x) - bounds.left()) / bounds.width().max(1.0);
    let last = u32::try_from(bars - 1).unwrap_or(u32::MAX);
    let place = (part * f64::from(last + 1)).clamp(0.0, f64::from(last));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the number of bars"
    )]
    let place = place as usize;
    place
}

fn down(event: PointerEvent) {
    DRAGGED.replace(false);
    clear();
    if event.button() != 0 || !event.is_primary() {
        return;
    }
    if let Some(plot) = plot_of(event.target()) {
        let bar = bar_at(&plot, event.client_x());
        let _ = BRUSH.replace(Some(Brush {
            plot,
            anchor: bar,
            end: bar,
            down: Some(event.client_x()),
        }));
    }
}

fn moved(event: PointerEvent) {
    let Some(mut brush) = BRUSH.with_borrow(Clone::clone) else {
        return;
    };
    let Some(down) = brush.down else { return };
    if (event.client_x() - down).abs() < LEAST_DRAG {
        return;
    }
    DRAGGED.replace(true);
    brush.end = bar_at(&brush.plot, event.client_x());
    show(&brush);
    let _ = BRUSH.replace(Some(brush));
}

fn up(_: PointerEvent) {
    let dragged = DRAGGED.with_borrow(|dragged| *dragged);
    if let Some(brush) = BRUSH.take().filter(|brush| brush.down.is_some()) {
        if dragged {
            zoom(&brush);
        }
        erase(&brush.plot);
    }
}

fn press(event: KeyboardEvent) {
    let Some(plot) = document()
        .active_element()
        .filter(|element| element.has_attribute("data-brush"))
    else {
        return;
    };
    let last = columns(&plot).len().saturating_sub(1);
    let known = BRUSH
        .with_borrow(Clone::clone)
        .filter(|brush| brush.plot == plot);
    let to = match (event.key().as_str(), &known) {
        // The first key shows where one is: at the newest bar.
        ("ArrowLeft" | "ArrowRight", None) | ("End", _) => last,
        ("Home", _) => 0,
        ("ArrowLeft", Some(brush)) => brush.end.min(last).saturating_sub(1),
        ("ArrowRight", Some(brush)) => (brush.end + 1).min(last),
        ("Enter", Some(brush)) => {
            event.prevent_default();
            return if brush.anchor == brush.end {
                open(brush);
            } else {
                zoom(brush);
            };
        }
        ("Escape", Some(_)) => return clear(),
        _ => return,
    };
    event.prevent_default();
    let anchor = match known {
        Some(brush) if event.shift_key() => brush.anchor.min(last),
        _ => to,
    };
    let brush = Brush {
        plot,
        anchor,
        end: to,
        down: None,
    };
    show(&brush);
    let _ = BRUSH.replace(Some(brush));
}

/// Follows the link of the one bar.
fn open(brush: &Brush) {
    let link = columns(&brush.plot)
        .get(brush.end)
        .and_then(|column| column.query_selector("a").ok().flatten());
    if let Some(href) = link.and_then(|link| link.get_attribute("href")) {
        go(href);
    }
}

/// The same page, of what is chosen.
fn zoom(brush: &Brush) {
    let columns = columns(&brush.plot);
    let (first, last) = (brush.anchor.min(brush.end), brush.anchor.max(brush.end));
    let time = |place: usize, attribute: &str| {
        let seconds: f64 = columns.get(place)?.get_attribute(attribute)?.parse().ok()?;
        let exact = js_sys::Date::new(&JsValue::from_f64(seconds * 1_000.0)).to_iso_string();
        String::from(exact).get(..16).map(str::to_owned)
    };
    let page = brush.plot.get_attribute("data-brush");
    if let (Some(page), Some(from), Some(to)) =
        (page, time(first, "data-from"), time(last, "data-to"))
    {
        let joint = if page.contains('?') { '&' } else { '?' };
        go(format!("{page}{joint}from={from}&to={to}"));
    }
}

fn go(href: String) {
    clear();
    spawn_local(async move {
        if page::load(&href, None).await.is_err() {
            let _ = window().location().assign(&href);
        }
    });
}

/// Draws what is chosen, and says it.
fn show(brush: &Brush) {
    let columns = columns(&brush.plot);
    let bars = columns.len().max(1);
    let (first, last) = (brush.anchor.min(brush.end), brush.anchor.max(brush.end));
    let Some(drawing) = brush.plot.query_selector("svg").ok().flatten() else {
        return;
    };
    let chosen = drawing
        .query_selector("rect.brush")
        .ok()
        .flatten()
        .or_else(|| {
            let chosen = document().create_element_ns(Some(SVG), "rect").ok()?;
            let _ = chosen.set_attribute("class", "brush");
            // A refresh meanwhile leaves it.
            let _ = chosen.set_attribute("data-keep", "");
            let _ = chosen.set_attribute("y", "0");
            let _ = chosen.set_attribute("height", "168");
            drawing.append_child(&chosen).ok()?;
            Some(chosen)
        });
    let Some(chosen) = chosen else { return };
    let percent = |bars_before: usize| bars_before * 100_000 / bars;
    let text = |thousandths: usize| format!("{}.{:03}%", thousandths / 1_000, thousandths % 1_000);
    let _ = chosen.set_attribute("x", &text(percent(first)));
    let width = percent(last + 1) - percent(first);
    let _ = chosen.set_attribute("width", &text(width));
    let title = |place: usize| {
        let title = columns.get(place)?.query_selector("title").ok()??;
        title.text_content()
    };
    let said = match (title(first), title(last)) {
        (Some(one), _) if first == last => one,
        (Some(one), Some(other)) => format!("{one} – {other}"),
        _ => return,
    };
    say(&brush.plot, Some(&said));
}

/// In place of the hint under the chart.
fn say(plot: &Element, text: Option<&str>) {
    let Some(line) = plot
        .closest(".chart-box")
        .ok()
        .flatten()
        .and_then(|chart| chart.query_selector("[data-said]").ok().flatten())
    else {
        return;
    };
    let said = line.query_selector("[data-keep]").ok().flatten();
    match (said, text) {
        (Some(said), None) => said.remove(),
        (Some(said), Some(text)) => said.set_text_content(Some(text)),
        (None, Some(text)) => {
            if let Ok(said) = document().create_element("span") {
                let _ = said.set_attribute("data-keep", "");
                said.set_text_content(Some(text));
                let _ = line.append_child(&said);
            }
        }
        (None, None) => {}
    }
}

fn clear() {
    if let Some(brush) = BRUSH.take() {
        erase(&brush.plot);
    }
}

fn erase(plot: &Element) {
    if let Ok(Some(chosen)) = plot.query_selector("rect.brush") {
        chosen.remove();
    }
    say(plot, None);
}
