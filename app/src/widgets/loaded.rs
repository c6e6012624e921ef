//! Loading, failed, forbidden and empty states, the same on every page.

use std::future::Future;

use leptos::prelude::*;
use tokio_util::task::AbortOnDropHandle;

use crate::error::AppError;
use crate::request::words;
use crate::widgets::Icon;

/// Shows what `load` gives, or why it gave nothing, with the right status code.
#[component]
pub(crate) fn Loaded<T, L, V, R>(load: L, view: V) -> impl IntoView
where
    T: Send + 'static,
    L: Future<Output = Result<T, AppError>> + Send + 'static,
    V: FnOnce(T) -> R + Send + 'static,
    R: IntoView + 'static,
{
    // It goes on while the parts before it are awaited one after the other, and ends with the page.
    let load = AbortOnDropHandle::new(tokio::spawn(ScopedFuture::new(load)));
    view! {
        <Suspense>
            {Suspend::new(async move {
                match load.await {
                    Ok(Ok(value)) => view(value).into_any(),
                    Ok(Err(error)) => view! { <Failed error/> }.into_any(),
                    Err(fault) => {
                        tracing::error!("a page is not loaded: {fault}");
                        view! { <Failed error=AppError::Unavailable/> }.into_any()
                    }
                }
            })}
        </Suspense>
    }
}

#[component]
fn Failed(error: AppError) -> impl IntoView {
    let words = words();
    let (title, text) = match error.told() {
        AppError::SignedOut | AppError::Forbidden => {
            (words.forbidden_title(), words.forbidden_text())
        }
        AppError::TooMany => (words.too_many_title(), words.too_many_text()),
        AppError::NotFound => (words.not_found_title(), words.not_found_text()),
        AppError::Unavailable | AppError::Malformed => (words.failed_title(), words.failed_text()),
    };
    view! {
        <section class="empty" role="alert">
            <Icon name="alert"/>
            <h1>{title}</h1>
            <p>{text}</p>
            <p><a class="button" href="/">{words.to_dashboard()}</a></p>
        </section>
    }
}

/// Nothing to show: what will appear here, why it is empty, the next step.
#[component]
pub(crate) fn Empty(
    icon: &'static str,
    #[prop(into)] title: String,
    text: &'static str,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon name=icon/>
            <h2>{title}</h2>
            <p>{text}</p>
            {children.map(|children| view! { <p>{children()}</p> })}
        </div>
    }
}
