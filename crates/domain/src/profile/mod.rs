//! Who may call into a SIP profile: `apply-inbound-acl` and `auth-calls` in `sip_profiles/*.xml`.

mod access;
mod file;
mod lingering;
#[cfg(test)]
mod tests;

pub use access::{
    AUTOMATIC_LISTS, AclRef, AclRefError, AutomaticList, ProfileAccess, ProfileError, ProfileName,
    ProfileNameError, Profiles,
};
pub use file::{FileError, FoundProfile, Param, Written, loaded, read, write};
pub use lingering::{Lingering, lingering};
