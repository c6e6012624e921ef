//! Fetching a rendering of a page and putting it in place.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomParser, Element, Headers, Request, RequestInit, Response, SupportedType};

use super::morph::{KEEP, morph};
use super::{document, window};

/// Why a fetched page was not put in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The console did not answer.
    Network,
    /// It answered something that is no page of ours.
    NotAPage,
}

/// Fetches `url` (a post when there is a `body`) and puts the page it leads to in place of this one.
/// `push` records the new address in the browser's history.
pub(super) async fn load(url: &str, body: Option<&JsValue>, push: bool) -> Result<(), Trouble> {
    let response = fetch(url, body).await.map_err(|_| Trouble::Network)?;
    let html = response.text().map_err(|_| Trouble::NotAPage)?;
    let html = JsFuture::from(html).await.map_err(|_| Trouble::Network)?;
    let is_html = response
        .headers()
        .get("content-type")
        .ok()
        .flatten()
        .is_some_and(|kind| kind.starts_with("text/html"));
    let html = html
        .as_string()
        .filter(|_| is_html)
        .ok_or(Trouble::NotAPage)?;
    let arrived = response.url();
    let here = window().location().href().unwrap_or_default();
    if response.redirected() && path(&arrived) != path(&here) {
        // Another page altogether (sign-in, or the result of a form): let the browser go there.
        if !show(&html, Messages::Replace) {
            let _ = window().location().assign(&arrived);
            return Ok(());
        }
    } else if !show(
        &html,
        if body.is_some() || push {
            Messages::Replace
        } else {
            Messages::Keep
        },
    ) {
        return Err(Trouble::NotAPage);
    }
    if (push || body.is_some())
        && arrived != here
        && let Ok(history) = window().history()
    {
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&arrived));
    }
    Ok(())
}

async fn fetch(url: &str, body: Option<&JsValue>) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    headers.set("accept", "text/html")?;
    let options = RequestInit::new();
    options.set_headers(&headers);
    if let Some(body) = body {
        options.set_method("POST");
        options.set_body(body);
    }
    let request = Request::new_with_str_and_init(url, &options)?;
    JsFuture::from(window().fetch_with_request(&request))
        .await?
        .dyn_into()
}

fn path(url: &str) -> String {
    web_sys::Url::new(url)
        .map(|url| url.pathname())
        .unwrap_or_default()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Messages {
    /// A refresh: what was said before still stands.
    Keep,
    /// The answer to an action.
    Replace,
}

/// False where the page has another frame (the sign-in page).
fn show(html: &str, messages: Messages) -> bool {
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
    if messages == Messages::Replace {
        forget_kept(&old);
    } else if let (Some(old), Some(new)) = (
        document().get_element_by_id("toasts"),
        parsed.get_element_by_id("toasts"),
    ) && new.child_element_count() == 0
    {
        new.set_inner_html("");
        let _ = new.replace_with_with_node_1(&old.clone_node_with_deep(true).unwrap_or(old.into()));
    }
    morph(&old, &new);
    if let (Some(old), Some(new)) = (
        document().get_element_by_id("navigation"),
        parsed.get_element_by_id("navigation"),
    ) {
        morph(&old, &new);
    }
    document().set_title(&parsed.title());
    localise_times();
    true
}

fn forget_kept(page: &Element) {
    while let Ok(Some(kept)) = page.query_selector(&format!("[{KEEP}]")) {
        kept.remove();
    }
}

/// Puts the exact time of every `<time>` into the reader's zone and language.
pub(super) fn localise_times() {
    let language = document()
        .document_element()
        .and_then(|root| root.get_attribute("lang"));
    let times = document().get_elements_by_tag_name("time");
    for index in 0..times.length() {
        let Some(time) = times.item(index) else {
            continue;
        };
        localise(&time, language.as_deref().unwrap_or("en"));
    }
}

fn localise(time: &Element, language: &str) {
    if let Some(exact) = time.get_attribute("datetime") {
        let date = js_sys::Date::new(&JsValue::from_str(&exact));
        let text = date.to_locale_string(language, &JsValue::UNDEFINED);
        let _ = time.set_attribute("title", &String::from(text));
    }
}
