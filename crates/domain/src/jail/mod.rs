//! The settings of jail `cti`: their bounds, how an operator writes them, what is unwise about them.

mod advice;
mod settings;
mod span;

pub use advice::{Advice, advice};
pub use settings::{
    BASE_IGNORE, BanTime, FindTime, IGNORE_LIMIT, IgnoreError, JailConfig, MaxRetry, OutOfRange,
};
pub use span::{parse_span, span_text};
