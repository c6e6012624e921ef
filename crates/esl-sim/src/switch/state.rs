//! What a test or a demo puts into the switch: registrations and calls.

/// A registered phone.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The profile it registered at.
    pub profile: String,
    /// User and domain.
    pub user: String,
    /// The domain.
    pub realm: String,
    /// Call-ID of the REGISTER.
    pub call_id: String,
    /// Address and port it came from.
    pub network: (String, u16),
    /// Its User-Agent.
    pub agent: String,
    /// Seconds since 1970.
    pub expires: i64,
}

/// A call: the leg that came in (or that the switch made), and the one it is bridged to.
#[derive(Debug, Clone)]
pub struct Call {
    /// Its id.
    pub uuid: String,
    /// `inbound` or `outbound`.
    pub direction: String,
    /// E.g. `sofia/external/trunk@198.51.100.10`.
    pub name: String,
    /// Caller's number.
    pub caller: String,
    /// Caller's address.
    pub address: String,
    /// What was dialled.
    pub destination: String,
    /// The dialplan context it is in.
    pub context: String,
    /// Seconds since 1970.
    pub created: i64,
    /// The other leg: its id and its name.
    pub bridged: Option<(String, String)>,
}
