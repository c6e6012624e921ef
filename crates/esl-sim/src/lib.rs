//! A FreeSWITCH that is not there: serves the Event Socket as recorded from the real one, reads an
//! actual configuration folder, and misbehaves on demand. Shares no code with `esl`, so that one
//! mistake cannot hide another.

/// Adds formatted words to a text.
macro_rules! put {
    ($output:expr, $($words:tt)*) => {{
        use std::fmt::Write as _;
        $output.write_fmt(format_args!($($words)*)).expect("a text takes everything")
    }};
}

mod acl;
mod api;
mod event;
mod misbehaviour;
mod server;
mod sim;
mod switch;
mod uuid;
mod vanilla;
mod wire;
mod xml;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use event::{Event, LogLine};
pub use misbehaviour::Misbehaviour;
pub use sim::{Builder, Sim, StartError};
pub use switch::{Call, Gateway, Profile, Registration, ReloadError};
pub use vanilla::vanilla;

/// What a panic elsewhere left behind is still whole here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
