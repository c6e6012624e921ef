//! A channel as an admin types it, and what is wrong with it.

use domain::alert::{ChannelName, Language, NameError, PerHour, Refused, Security, may_reach};
use domain::inert::is_inert;
use lettre::Address;
use reqwest::Url;
use serde::{Deserialize, Serialize};

use super::Settings;
use super::views::Shown;
use crate::{Error, Problem};

/// Characters of an address and of a secret.
const TEXT: usize = 2_000;
const SECRET: std::ops::RangeInclusive<usize> = 16..=200;
const RECIPIENTS: usize = 20;

/// As typed.
#[derive(Clone, Default)]
pub struct ChannelForm {
    /// Unique, one line.
    pub name: String,
    /// `en` or `zh`.
    pub language: String,
    /// Most messages in an hour.
    pub per_hour: String,
    /// Where to.
    pub to: To,
}

/// Where to, as typed.
#[derive(Clone)]
pub enum To {
    /// A signed HTTP request.
    Webhook(WebhookForm),
    /// SMTP.
    Email(EmailForm),
}

impl Default for To {
    fn default() -> Self {
        Self::Webhook(WebhookForm::default())
    }
}

/// As typed; empty fields of an existing channel stay as they are.
#[derive(Clone, Default)]
pub struct WebhookForm {
    /// `https://…`; it may hold a token, so it is kept as a secret.
    pub url: String,
    /// Signs each request.
    pub secret: String,
}

/// As typed.
#[derive(Clone, Default)]
pub struct EmailForm {
    /// Name or address of the mail server.
    pub host: String,
    /// 1 to 65535.
    pub port: String,
    /// `tls`, `starttls` or `none`.
    pub security: String,
    /// Empty: without signing in.
    pub user: String,
    /// Empty: the one before stays, as long as it goes to the same place.
    pub password: String,
    /// The sender's address.
    pub from: String,
    /// Addresses, with commas, spaces or line ends between them.
    pub recipients: String,
}

/// What is sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Secrets {
    Webhook { url: String, secret: String },
    Email { password: Option<String> },
}

/// A form whose every field is right.
pub(super) struct Checked {
    pub name: ChannelName,
    pub language: Language,
    pub per_hour: PerHour,
    pub shown: Shown,
    pub secrets: Secrets,
}

impl ChannelForm {
    /// With what stays of the channel before.
    pub(super) fn check(
        &self,
        settings: &Settings,
        before: Option<(&Shown, Secrets)>,
    ) -> Result<Checked, Error> {
        let name = self.name.parse().map_err(|error| {
            let problem = match error {
                NameError::Missing => Problem::Missing,
                NameError::TooLong => Problem::TooLong {
                    max: ChannelName::MOST,
                },
                NameError::BadCharacters => Problem::BadCharacters,
            };
            Error::invalid("name", problem)
        })?;
        let language = Language::from_text(&self.language)
            .ok_or_else(|| Error::invalid("language", Problem::Missing))?;
        let per_hour = self.per_hour.parse();
        let per_hour = per_hour.map_err(|bounds| Error::invalid("per_hour", bounds))?;
        let (shown, secrets) = match &self.to {
            To::Webhook(form) => form.check(settings, before)?,
            To::Email(form) => form.check(settings, before)?,
        };
        Ok(Checked {
            name,
            language,
            per_hour,
            shown,
            secrets,
        })
    }
}

impl WebhookForm {
    fn check(
        &self,
        settings: &Settings,
        before: Option<(&Shown, Secrets)>,
    ) -> Result<(Shown, Secrets), Error> {
        let (old_url, old_secret) = match before {
            Some((_, Secrets::Webhook { url, secret })) => (url, secret),
            _ => Default::default(),
        };
        let typed = self.url.trim();
        let url = if typed.is_empty() { &old_url } else { typed };
        let url = webhook(url, settings).map_err(|problem| Error::invalid("url", problem))?;
        let secret = if self.secret.is_empty() {
            old_secret
        } else {
            secret(&self.secret).map_err(|problem| Error::invalid("secret", problem))?;
            self.secret.clone()
        };
        if secret.is_empty() {
            return Err(Error::invalid("secret", Problem::Missing));
        }
        let origin = url.origin().ascii_serialization();
        let secrets = Secrets::Webhook {
            url: url.into(),
            secret,
        };
        Ok((Shown::Webhook { origin }, secrets))
    }
}

/// `http(s)://host…`, without a user, and nowhere that must not be connected to.
fn webhook(text: &str, settings: &Settings) -> Result<Url, Problem> {
    if text.is_empty() {
        return Err(Problem::Missing);
    }
    if text.len() > TEXT {
        return Err(Problem::TooLong { max: TEXT });
    }
    // The parser would pass over line ends and tabs.
    if !is_inert(text) || text.contains(' ') {
        return Err(Problem::BadCharacters);
    }
    let url = Url::parse(text).map_err(|_| Problem::Url)?;
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    if !["https", "http"].contains(&url.scheme()) || !plain {
        return Err(Problem::Url);
    }
    let host = url.host_str().ok_or(Problem::Url)?;
    reachable(host, settings)?;
    Ok(url)
}

/// A name is looked up when something is sent.
fn reachable(host: &str, settings: &Settings) -> Result<(), Problem> {
    let bare = host.trim_matches(['[', ']']);
    match bare.parse() {
        Ok(address) => Ok(may_reach(address, settings.allow_private)?),
        Err(_) => Ok(()),
    }
}

fn secret(text: &str) -> Result<(), Problem> {
    let (least, most) = (*SECRET.start(), *SECRET.end());
    match text.chars().count() {
        length if length < least => Err(Problem::TooShort { min: least }),
        length if length > most => Err(Problem::TooLong { max: most }),
        _ if !is_inert(text) => Err(Problem::BadCharacters),
        _ => Ok(()),
    }
}

impl EmailForm {
    fn check(
        &self,
        settings: &Settings,
        before: Option<(&Shown, Secrets)>,
    ) -> Result<(Shown, Secrets), Error> {
        let host = host(&self.host, settings).map_err(|error| Error::invalid("host", error))?;
        let port = self.port.trim().parse().ok().filter(|port| *port != 0);
        let port = port.ok_or_else(|| Error::invalid("port", Problem::BadCharacters))?;
        let security = Security::from_text(&self.security)
            .ok_or_else(|| Error::invalid("security", Problem::Missing))?;
        let user = self.user.trim();
        if user.len() > TEXT || !is_inert(user) {
            return Err(Error::invalid("user", Problem::BadCharacters));
        }
        let user = (!user.is_empty()).then(|| user.to_owned());
        let from = address(self.from.trim()).map_err(|error| Error::invalid("from", error))?;
        let to =
            recipients(&self.recipients).map_err(|error| Error::invalid("recipients", error))?;
        let shown = Shown::Email {
            host,
            port,
            security,
            user,
            from,
            to,
        };
        let password = self.password(&shown, before)?;
        Ok((shown, Secrets::Email { password }))
    }

    /// The one before goes only where it was entered for.
    fn password(
        &self,
        shown: &Shown,
        before: Option<(&Shown, Secrets)>,
    ) -> Result<Option<String>, Error> {
        let wrong = |problem| Err(Error::invalid("password", problem));
        let Some(account) = shown.account() else {
            return if self.password.is_empty() {
                Ok(None)
            } else {
                Err(Error::invalid("user", Problem::Missing))
            };
        };
        if account.security == Security::None {
            return wrong(Problem::Plain);
        }
        if !self.password.is_empty() {
            if self.password.len() > TEXT || self.password.chars().any(char::is_control) {
                return wrong(Problem::BadCharacters);
            }
            return Ok(Some(self.password.clone()));
        }
        match before {
            Some((
                old,
                Secrets::Email {
                    password: Some(password),
                },
            )) => {
                if old.account() == Some(account) {
                    Ok(Some(password))
                } else {
                    wrong(Problem::AnotherPlace)
                }
            }
            _ => wrong(Problem::Missing),
        }
    }
}

/// Letters, digits, dots and dashes, or an address.
fn host(typed: &str, settings: &Settings) -> Result<String, Problem> {
    let host = typed.trim().trim_matches(['[', ']']);
    if host.is_empty() {
        return Err(Problem::Missing);
    }
    let name = host.len() <= 253
        && host.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        });
    if !name && host.parse::<std::net::IpAddr>().is_err() {
        return Err(Problem::BadCharacters);
    }
    reachable(host, settings)?;
    Ok(host.to_ascii_lowercase())
}

fn address(text: &str) -> Result<String, Problem> {
    if text.is_empty() {
        return Err(Problem::Missing);
    }
    if !is_inert(text) || text.len() > 254 {
        return Err(Problem::MailAddress);
    }
    let address: Address = text.parse().map_err(|_| Problem::MailAddress)?;
    Ok(address.to_string())
}

fn recipients(text: &str) -> Result<Vec<String>, Problem> {
    let each = text.split([',', ';', ' ', '\t', '\r', '\n']);
    let mut found = Vec::new();
    for one in each.filter(|one| !one.is_empty()) {
        if found.len() == RECIPIENTS {
            return Err(Problem::TooMany { max: RECIPIENTS });
        }
        let one = address(one)?;
        if !found.contains(&one) {
            found.push(one);
        }
    }
    if found.is_empty() {
        return Err(Problem::Missing);
    }
    Ok(found)
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Private(_) => Self::PrivateAddress,
            Refused::Never(_) => Self::NoReceiver,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRIVATE: Settings = Settings {
        allow_private: true,
        console: None,
    };

    #[test]
    fn webhooks_lead_to_receivers_only() {
        let check = |url: &str, settings: &Settings| webhook(url, settings).map(String::from);
        let public = Settings::default();
        let good = "https://hooks.example.org/T1/secret?x=1";
        assert_eq!(check(good, &public).as_deref(), Ok(good));
        for (url, problem) in [
            ("", Problem::Missing),
            ("hooks.example.org", Problem::Url),
            ("ftp://hooks.example.org/", Problem::Url),
            ("file:///etc/passwd", Problem::Url),
            ("https://user:pw@hooks.example.org/", Problem::Url),
            ("https://hooks.example.org/#top", Problem::Url),
            ("https://hooks.example.org/a b", Problem::BadCharacters),
            (
                "https://hooks.example.org/\r\nHost: x",
                Problem::BadCharacters,
            ),
            ("http://127.0.0.1/", Problem::PrivateAddress),
            ("http://2130706433/", Problem::PrivateAddress),
            ("http://0x7f.1/", Problem::PrivateAddress),
            ("http://[::ffff:10.0.0.1]/", Problem::PrivateAddress),
            (
                "http://169.254.169.254/latest/meta-data/",
                Problem::NoReceiver,
            ),
        ] {
            assert_eq!(check(url, &public), Err(problem), "{url}");
        }
        assert!(check("http://127.0.0.1:9000/", &PRIVATE).is_ok());
        assert_eq!(
            check("http://[fe80::1]/", &PRIVATE),
            Err(Problem::NoReceiver)
        );
    }

    fn email() -> EmailForm {
        EmailForm {
            host: "mail.example.org".into(),
            port: "587".into(),
            security: "starttls".into(),
            user: "console".into(),
            password: "hunter22".into(),
            from: "console@example.org".into(),
            recipients: "a@example.org, b@example.org\r\na@example.org".into(),
        }
    }

    #[test]
    fn mail_goes_where_it_was_said() {
        let (shown, secrets) = email().check(&PRIVATE, None).ok().unwrap();
        let Shown::Email { to, .. } = &shown else {
            panic!("no mail")
        };
        assert_eq!(to, &["a@example.org", "b@example.org"]);
        // Nothing typed: the password stays with its place, and goes nowhere else.
        let again = EmailForm {
            password: String::new(),
            ..email()
        };
        let kept = again.check(&PRIVATE, Some((&shown, secrets.clone())));
        assert!(kept.is_ok_and(|(_, kept)| kept == secrets));
        let wrong = |change: fn(&mut EmailForm), before: Option<(&Shown, Secrets)>| {
            let mut form = again.clone();
            change(&mut form);
            match form.check(&PRIVATE, before) {
                Err(Error::Invalid { field, problem }) => (field, problem),
                _ => panic!("accepted"),
            }
        };
        for change in [
            (|form| form.host = "mail.attacker.example".into()) as fn(&mut EmailForm),
            |form| form.port = "25".into(),
            |form| form.user = "other".into(),
            |form| form.security = "tls".into(),
        ] {
            let moved = wrong(change, Some((&shown, secrets.clone())));
            assert_eq!(moved, ("password", Problem::AnotherPlace));
        }
        for (change, field, problem) in [
            (
                (|form| form.security = "none".into()) as fn(&mut EmailForm),
                "password",
                Problem::Plain,
            ),
            (|_| {}, "password", Problem::Missing),
            (
                |form| form.host = "mail.example.org\r\nRCPT".into(),
                "host",
                Problem::BadCharacters,
            ),
            (
                |form| form.from = "a@example.org\r\nBcc: x@example.org".into(),
                "from",
                Problem::MailAddress,
            ),
            (
                |form| form.recipients = "a@example.org, nobody".into(),
                "recipients",
                Problem::MailAddress,
            ),
            (
                |form| form.recipients = " , ".into(),
                "recipients",
                Problem::Missing,
            ),
        ] {
            assert_eq!(wrong(change, None), (field, problem));
        }
    }
}
