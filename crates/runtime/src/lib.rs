//! What every binary does at start and stop: clock, logging, signals, shutdown.

pub mod clock;
pub mod logging;
pub mod shutdown;

pub use clock::Clock;
pub use shutdown::Shutdown;
