//! What happened to the last form, and how the operator's last orders fare on each node.

use leptos::prelude::*;

use crate::request::{Flash, Tone, take_flash, visitor, words};
use crate::widgets::{Icon, RecentOrders, UndoButton};

/// Whether anything can be saved, the operator's own orders of the last seconds, the message left by
/// the form before this page. The orders come from the database, so they stay true while the page
/// refreshes itself.
#[component]
pub(crate) fn Toasts() -> impl IntoView {
    let words = words();
    view! {
        <div class="notices">
            {visitor()
                .read_only
                .then(|| {
                    view! {
                        <div class="toast bad" role="alert">
                            <Icon name="alert"/>
                            <p>{words.read_only()}</p>
                        </div>
                    }
                })}
            <RecentOrders/>
            <div id="toasts" class="toasts" role="status" aria-live="polite">
                <Suspense>
                    {Suspend::new(async move {
                        take_flash().await.map(|flash| view! { <Toast flash/> })
                    })}
                </Suspense>
            </div>
        </div>
    }
}

#[component]
fn Toast(flash: Flash) -> impl IntoView {
    let words = words();
    let (class, icon) = match flash.tone {
        Tone::Good => ("toast good", "check"),
        Tone::Bad => ("toast bad", "alert"),
    };
    view! {
        <div class=class>
            <Icon name=icon/>
            <p>{flash.text}</p>
            {flash.undo.map(|undo| view! { <UndoButton undo/> })}
            <button class="icon-button js-only" type="button" data-dismiss="" aria-label=words.dismiss()>
                <Icon name="x"/>
            </button>
        </div>
    }
}
