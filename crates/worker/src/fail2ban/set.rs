//! The running jail's times and counts. Lost at its next reload or restart: the file is
//! [`crate::jail::settings`]'s.

use domain::health::JailSettings;

use super::{Fail2ban, Fail2banError};

impl Fail2ban {
    /// Sets them; what holds is for the caller to read back. Bans that are held already last as
    /// long as the new bantime says.
    ///
    /// # Errors
    /// [`Fail2banError`].
    pub async fn set_settings(&self, settings: &JailSettings) -> Result<(), Fail2banError> {
        let values = [
            ("bantime", settings.bantime),
            ("findtime", settings.findtime),
            ("maxretry", settings.maxretry),
        ];
        for (what, value) in values {
            self.set(what, &[value.to_string()]).await?;
        }
        Ok(())
    }
}
