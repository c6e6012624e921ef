//! Why a pickle cannot be read.

/// Why a pickle cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PickleError {
    /// It ends before its end mark.
    #[error("the answer is cut off")]
    Truncated,
    /// An instruction that no plain answer needs.
    #[error("the answer holds instruction {0:#04x}, which is not read")]
    Unknown(u8),
    /// The instructions contradict each other.
    #[error("the answer is malformed")]
    Malformed,
    /// A bound of depth or number.
    #[error("the answer is larger or deeper than any answer of fail2ban")]
    TooLarge,
}
