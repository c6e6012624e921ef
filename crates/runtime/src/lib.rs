//! What every binary does at start and stop: clock, logging, signals, shutdown, and which host it is.

pub mod clock;
pub mod host;
pub mod logging;
pub mod shutdown;

pub use clock::Clock;
pub use shutdown::Shutdown;
