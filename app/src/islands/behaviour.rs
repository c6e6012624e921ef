//! Forms and links without page loads, keyboard, copy buttons, local times.

use leptos::prelude::*;

/// Shows nothing; wakes the behaviour of the page once.
#[island]
pub fn Behaviour() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(|_| crate::islands::browser::start());
}
