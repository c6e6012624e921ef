//! The user interface.
use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::{
    components::{Route, Router, Routes},
    path,
};

/// Document shell.
#[cfg(feature = "ssr")]
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head><MetaTags/><HydrationScripts options islands=true/></head>
            <body><App/></body>
        </html>
    }
}

/// App.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title text="x"/>
        <Router><Routes fallback=|| "nf"><Route path=path!("/") view=Home/><Route path=path!("/b") view=Other/></Routes></Router>
    }
}

#[component]
fn Home() -> impl IntoView {
    view! { <h1>"home"</h1><a href="/b">"b"</a><Live/> }
}
#[component]
fn Other() -> impl IntoView {
    view! { <h1>"other"</h1> }
}

#[cfg_attr(feature = "full", component)]
#[cfg_attr(not(feature = "full"), island)]
fn Live() -> impl IntoView {
    let (n, set_n) = signal(0);
    view! { <button on:click=move |_| set_n.update(|v| *v += 1)>{n}</button>
    <ul><For each=move || (0..n.get()) key=|k| *k let:k><li>{k}</li></For></ul> }
}
