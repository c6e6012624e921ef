//! What runs in the browser: the live mark, and the behaviour that makes server-rendered pages feel
//! like an application. Nothing here knows a page or a text of one; without it every page works.

mod acl_tester;
mod behaviour;
#[cfg(feature = "hydrate")]
mod browser;
mod link;
mod live_mark;
mod number_tester;

pub use acl_tester::{AclTester, AclTexts};
pub use behaviour::Behaviour;
pub use live_mark::LiveMark;
pub use number_tester::{NumberTester, RULES_FORM, Texts};
