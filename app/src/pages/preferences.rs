//! Language, theme and the width of the navigation: cookies, so that the first byte is already right.
#![expect(
    clippy::unused_async,
    reason = "server functions are async by definition"
)]

use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use domain::role::Permission;
use leptos::prelude::*;

use crate::error::AppError;
use crate::request::{go_back, require};
use crate::words::Words;

const YEAR: u32 = 31_536_000;

/// Anybody may: it changes nothing but a cookie.
#[server(prefix = "/api/ui", endpoint = "set_language")]
async fn set_language(language: String) -> Result<(), AppError> {
    let language = Words::from_tag(&language).ok_or_else(|| AppError::Malformed.told())?;
    set_cookie("language", language.tag());
    go_back("/");
    Ok(())
}

/// Anybody may: it changes nothing but a cookie.
#[server(prefix = "/api/ui", endpoint = "set_theme")]
async fn set_theme(theme: String) -> Result<(), AppError> {
    let theme = match theme.as_str() {
        "light" => "light",
        "dark" => "dark",
        "system" => "system",
        _ => return Err(AppError::Malformed.told()),
    };
    set_cookie("theme", theme);
    go_back("/");
    Ok(())
}

/// Whoever sees the navigation; it changes nothing but a cookie.
#[server(prefix = "/api/ui", endpoint = "set_navigation")]
async fn set_navigation(width: String) -> Result<(), AppError> {
    require(Permission::Read)?;
    let width = match width.as_str() {
        "narrow" => "narrow",
        "wide" => "wide",
        _ => return Err(AppError::Malformed.told()),
    };
    set_cookie("navigation", width);
    go_back("/");
    Ok(())
}

fn set_cookie(name: &str, value: &'static str) {
    let cookie = format!("{name}={value}; Path=/; Max-Age={YEAR}; SameSite=Lax");
    if let (Some(response), Ok(cookie)) = (
        use_context::<leptos_axum::ResponseOptions>(),
        HeaderValue::from_str(&cookie),
    ) {
        response.append_header(SET_COOKIE, cookie);
    }
}
