//! Questions to fail2ban: is it there, what is the jail like, who is banned.

use super::client::{self, ClientError};
use super::pickle::Value;
use super::{BanSnapshot, Fail2ban, Fail2banError, JailInfo, JailSettings, bans};

impl Fail2ban {
    /// Does the server answer?
    ///
    /// # Errors
    /// [`Fail2banError`].
    pub async fn ping(&self) -> Result<(), Fail2banError> {
        let pong = |value: &Value| (value.as_text() == Some("pong")).then_some(());
        self.ask(&["ping"], pong, client::pong).await
    }

    /// The server's version, such as `1.0.2`.
    ///
    /// # Errors
    /// [`Fail2banError`].
    pub async fn version(&self) -> Result<String, Fail2banError> {
        let inert = |text: &str| domain::inert::inert(text.trim().as_bytes(), 40);
        self.ask(
            &["version"],
            |value| value.as_text().map(inert),
            |text| Ok(inert(text)),
        )
        .await
    }

    /// The running jail.
    ///
    /// # Errors
    /// [`Fail2banError`]; [`Fail2banError::NoJail`] where there is none.
    pub async fn jail(&self) -> Result<JailInfo, Fail2banError> {
        Ok(JailInfo {
            settings: self.settings().await?,
            logpaths: self.log_paths().await?,
            failregex: self.failregex().await?,
            ignoreip: self.ignored().await?,
        })
    }

    /// Its bantime, findtime and maxretry.
    ///
    /// # Errors
    /// [`Fail2banError`].
    pub async fn settings(&self) -> Result<JailSettings, Fail2banError> {
        Ok(JailSettings {
            bantime: self.number("bantime").await?,
            findtime: self.number("findtime").await?,
            maxretry: self.number("maxretry").await?,
        })
    }

    /// What the jail never bans, in fail2ban's spelling.
    ///
    /// # Errors
    /// [`Fail2banError`].
    pub async fn ignored(&self) -> Result<Vec<String>, Fail2banError> {
        self.texts("ignoreip", client::tree).await
    }

    /// Names of the jail's actions.
    ///
    /// # Errors
    /// [`Fail2banError`].
    pub async fn actions(&self) -> Result<Vec<String>, Fail2banError> {
        self.texts("actions", client::names).await
    }

    /// How many the jail holds; cheap, whatever the number.
    ///
    /// # Errors
    /// [`Fail2banError`].
    pub async fn banned_count(&self) -> Result<u64, Fail2banError> {
        let count = self
            .ask(
                &["status", self.jail_name(), "short"],
                |status| {
                    let actions = status.beside("Actions")?;
                    actions.beside("Currently banned")?.as_int()
                },
                |text| client::beside(text, "Currently banned"),
            )
            .await?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Everybody the jail holds.
    ///
    /// # Errors
    /// [`Fail2banError`].
    pub async fn bans(&self) -> Result<BanSnapshot, Fail2banError> {
        let (zone, now) = (Self::zone(), self.inner.clock.unix());
        let (snapshot, spellings) = self
            .ask(
                &["get", self.jail_name(), "banip", "--with-time"],
                |value| {
                    let lines: Option<Vec<&str>> =
                        value.as_items()?.iter().map(Value::as_text).collect();
                    bans::snapshot(lines?.into_iter(), &zone, now)
                },
                |text| {
                    let lines = text.lines().filter(|line| !line.is_empty());
                    bans::snapshot(lines, &zone, now).ok_or(ClientError::Shape)
                },
            )
            .await?;
        if let Ok(mut known) = self.inner.spellings.lock() {
            *known = spellings;
        }
        Ok(snapshot)
    }

    async fn number(&self, what: &str) -> Result<i64, Fail2banError> {
        let words = ["get", self.jail_name(), what];
        self.ask(&words, Value::as_int, client::number).await
    }

    async fn log_paths(&self) -> Result<Vec<std::path::PathBuf>, Fail2banError> {
        let paths = self.texts("logpath", client::tree).await?;
        Ok(paths.into_iter().map(Into::into).collect())
    }

    async fn failregex(&self) -> Result<Vec<String>, Fail2banError> {
        // The client numbers them: `[0]: ^ip…`.
        let numbered = |text: &str| {
            client::tree(text)?
                .iter()
                .map(|line| match line.split_once("]: ") {
                    Some((_, regex)) => Ok(regex.to_owned()),
                    None => Err(ClientError::Shape),
                })
                .collect()
        };
        self.texts("failregex", numbered).await
    }

    async fn texts(
        &self,
        what: &str,
        from_text: impl Fn(&str) -> Result<Vec<String>, ClientError>,
    ) -> Result<Vec<String>, Fail2banError> {
        let words = ["get", self.jail_name(), what];
        self.ask(&words, texts, from_text).await
    }
}

/// A list of texts; a missing list (`None`, `False`) is empty.
pub(super) fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::None | Value::Bool(false) => Some(Vec::new()),
        _ => value
            .as_items()?
            .iter()
            .map(|item| match item {
                Value::Text(text) => Some(text.clone()),
                // 1.1.1: a list read from a file, `addignoreip file:/path`.
                Value::Object { class, .. } => Some(format!("({class})")),
                _ => None,
            })
            .collect(),
    }
}
