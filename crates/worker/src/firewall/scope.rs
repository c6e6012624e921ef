//! Of which traffic a jail's rules stop everything: SIP comes over UDP and TCP, and the stock
//! actions' default is TCP alone.

use std::ops::{BitAnd, BitOr};

/// A protocol counts only where every port of it is stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// All of TCP.
    pub tcp: bool,
    /// All of UDP.
    pub udp: bool,
}

impl Scope {
    /// Nothing passes.
    pub const WHOLE: Self = Self {
        tcp: true,
        udp: true,
    };
    /// Certain ports, interfaces or packets only.
    pub const PIECES: Self = Self {
        tcp: false,
        udp: false,
    };

    /// The protocol by its name in a rule.
    pub(super) fn protocol(name: &str) -> Self {
        match name {
            "all" => Self::WHOLE,
            "tcp" => Self {
                tcp: true,
                udp: false,
            },
            "udp" => Self {
                tcp: false,
                udp: true,
            },
            _ => Self::PIECES,
        }
    }

    /// For people.
    pub fn as_str(self) -> &'static str {
        match (self.tcp, self.udp) {
            (true, true) => "UDP and TCP",
            (true, false) => "TCP only",
            (false, true) => "UDP only",
            (false, false) => "certain ports or packets only",
        }
    }
}

/// Both rules must agree, as a jump and what it leads to.
impl BitAnd for Scope {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self {
            tcp: self.tcp && other.tcp,
            udp: self.udp && other.udp,
        }
    }
}

/// Rules beside one another.
impl BitOr for Scope {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self {
            tcp: self.tcp || other.tcp,
            udp: self.udp || other.udp,
        }
    }
}
