//! Call rules: which destination numbers may be called (the `fail2ban` section of `cti.json`).
//!
//! [`CallRules`] in hand are valid, whoever sent them. [`CallRules::judge`] is the one evaluator:
//! browser, console and guard call it.

pub mod file;
mod form;
mod rule;
mod rules;
mod values;
mod warnings;

pub use form::{Field, FieldProblem, FormText, Reason};
pub use rule::{NoRule, Rule};
pub use rules::{CallRules, Prefixes, TooMany, Verdict};
pub use values::{
    LogName, LogNameError, MAX_PREFIXES, MaxLength, MaxLengthError, Prefix, PrefixError,
};
pub use warnings::Warning;
