//! What runs in the browser: the live mark, and the behaviour that makes server-rendered pages feel
//! like an application. Nothing here knows a page or a text of one; without it every page works.

mod behaviour;
#[cfg(feature = "hydrate")]
mod browser;
mod link;
mod live_mark;

pub use behaviour::Behaviour;
pub use live_mark::LiveMark;
