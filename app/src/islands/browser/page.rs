//! Fetching a rendering of a page and putting it in place.

use std::cell::Cell;

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomParser, Headers, HtmlElement, Request, RequestInit, Response, SupportedType};

use super::morph::{Cause, morph, morph_page};
use super::{brush, document, selection, times, window};

/// Why a fetched page was not put in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The console did not answer.
    Network,
    /// It answered something that is no page of ours.
    NotAPage,
}

/// Parameters that say which part of a list is shown.
const PLACES: [&str; 2] = ["after", "before"];

thread_local! {
    /// How many loads have begun: a refresh that something else overtook is stale.
    static LOADS: Cell<u32> = const { Cell::new(0) };
}

/// Renders this page anew.
pub(super) async fn refresh() -> Result<(), Trouble> {
    let load = begin();
    let here = window().location().href().unwrap_or_default();
    let (html, arrived) = fetch(&here, None, Cause::Refresh).await?;
    if load != LOADS.get() {
        // What it would have shown may be newer than what took its place.
        super::live::plan();
        return Ok(());
    }
    if path(&arrived) != path(&here) || !show(&html, Cause::Refresh) {
        // Signed out meanwhile.
        let _ = window().location().assign(&arrived);
    }
    Ok(())
}

/// Goes to `url`, or posts `body` there, and puts the page it leads to in place of this one.
pub(super) async fn load(url: &str, body: Option<&JsValue>) -> Result<(), Trouble> {
    begin();
    let (html, arrived) = fetch(url, body, Cause::Answer).await?;
    // Refreshes of the page before, begun meanwhile, are stale now.
    begin();
    let here = window().location().href().unwrap_or_default();
    // A form that was answered at once (the database is away) led nowhere: its own address is no page's.
    let stays = body.is_some() && path(&arrived) == url;
    if !show(&html, Cause::Answer) {
        // Another frame altogether (sign-in): let the browser go there.
        let _ = window()
            .location()
            .assign(if stays { &here } else { &arrived });
    } else if !stays
        && arrived != here
        && let Ok(history) = window().history()
    {
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&arrived));
        if body.is_none() {
            arrive(&here, &arrived, url);
        }
    }
    Ok(())
}

/// As after a page load: another page, or another part of a list, is read from its beginning. A click
/// that only narrows or sorts what is shown leaves the reader where they are.
fn arrive(before: &str, now: &str, asked: &str) {
    let part = asked.split_once('#').map(|(_, part)| part);
    if let Some(part) = part.and_then(|part| document().get_element_by_id(part)) {
        part.scroll_into_view();
    } else if path(before) != path(now)
        || PLACES.iter().any(|it| value(before, it) != value(now, it))
    {
        let main = document().get_element_by_id("main");
        if let Some(main) = main.and_then(|main| main.dyn_into::<HtmlElement>().ok()) {
            let _ = main.focus();
        }
        window().scroll_to_with_x_and_y(0.0, 0.0);
    }
}

/// One parameter of an address.
fn value(url: &str, name: &str) -> Option<String> {
    web_sys::Url::new(url).ok()?.search_params().get(name)
}

fn begin() -> u32 {
    LOADS.set(LOADS.get().wrapping_add(1));
    LOADS.get()
}

/// The page at `url`, after redirects, and where it was found.
async fn fetch(
    url: &str,
    body: Option<&JsValue>,
    cause: Cause,
) -> Result<(String, String), Trouble> {
    let response = request(url, body, cause)
        .map(|request| JsFuture::from(window().fetch_with_request(&request)))
        .map_err(|_| Trouble::NotAPage)?
        .await
        .ok()
        .and_then(|response| response.dyn_into::<Response>().ok())
        .ok_or(Trouble::Network)?;
    if response.status() >= 500 {
        // What is shown is old, but better than an error in its place.
        return Err(Trouble::Network);
    }
    let kind = response
        .headers()
        .get("content-type")
        .ok()
        .flatten()
        .unwrap_or_default();
    let html = response.text().map_err(|_| Trouble::NotAPage)?;
    let html = JsFuture::from(html).await.map_err(|_| Trouble::Network)?;
    let html = html.as_string().filter(|_| kind.starts_with("text/html"));
    Ok((html.ok_or(Trouble::NotAPage)?, response.url()))
}

fn request(url: &str, body: Option<&JsValue>, cause: Cause) -> Result<Request, JsValue> {
    let headers = Headers::new()?;
    headers.set("accept", "text/html")?;
    if cause == Cause::Refresh {
        // The message for the answer of an action under way is not a refresh's to take.
        headers.set("x-refresh", "1")?;
    }
    let options = RequestInit::new();
    options.set_headers(&headers);
    if let Some(body) = body {
        options.set_method("POST");
        options.set_body(body);
    }
    Request::new_with_str_and_init(url, &options)
}

fn path(url: &str) -> String {
    web_sys::Url::new(url)
        .map(|url| url.pathname())
        .unwrap_or_default()
}

/// False where the page has another frame (the sign-in page).
fn show(html: &str, cause: Cause) -> bool {
    let parsed =
        DomParser::new().and_then(|parser| parser.parse_from_string(html, SupportedType::TextHtml));
    let (Some(old), Ok(parsed)) = (document().get_element_by_id("main"), parsed) else {
        return false;
    };
    let Some(new) = parsed.get_element_by_id("main") else {
        return false;
    };
    if old.class_name() != new.class_name() {
        return false;
    }
    morph_page(&old, &new, cause);
    for id in ["navigation", "scope"] {
        if let (Some(old), Some(new)) = (
            document().get_element_by_id(id),
            parsed.get_element_by_id(id),
        ) {
            morph(&old, &new, cause);
        }
    }
    document().set_title(&parsed.title());
    times::localise();
    brush::arm();
    selection::count_selected();
    true
}
