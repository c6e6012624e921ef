//! What an operator chose for the jail: in a file of its own (survives restart and reload, overrides
//! the jail's other files) **and** in the running jail, both read back.
//!
//! fail2ban forgets at a reload what was set while it runs, and reads no file while it runs.

use std::collections::BTreeSet;
use std::path::PathBuf;

use domain::health::JailSettings;
use domain::jail::{BASE_IGNORE, BanTime, FindTime, JailConfig, MaxRetry, parse_span};
use domain::net::Network;
use domain::reason::{Fail2banReason, JailReason, Reason};

use super::check::{Parsed, at, parse_config};
use super::text::{is_sound, own_addresses};
use super::whitelist;
use crate::fail2ban::client::ClientError;
use crate::fail2ban::{Fail2ban, Fail2banError};
use crate::files::{FileError, OURS, Sort, read, restore, write_atomic};

/// Why the settings do not hold.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// fail2ban does not accept its configuration, with or without ours; or it cannot be asked.
    #[error("fail2ban does not accept its configuration")]
    Rejected(#[source] ClientError),
    /// There is no jail that could have settings.
    #[error("fail2ban's files have no jail {0}; write the jail's files first")]
    NoJail(String),
    /// A file that is read after ours says something else.
    #[error("another file overrides {0}; the files are as they were")]
    Overridden(&'static str),
    /// fail2ban did not take them.
    #[error(transparent)]
    Fail2ban(#[from] Fail2banError),
    /// It took them and says something else.
    #[error("the running jail has another {0} than it was given")]
    Unlike(&'static str),
}

impl From<&SettingsError> for Reason {
    fn from(error: &SettingsError) -> Self {
        let fail2ban = |error: Fail2banReason| Self::from(error);
        match error {
            SettingsError::File(error) => error.into(),
            SettingsError::Fail2ban(error) => fail2ban(error.into()),
            SettingsError::Rejected(error) => {
                JailReason::Rejected(Box::new(fail2ban(error.into()))).into()
            }
            SettingsError::NoJail(jail) => JailReason::NoJail(jail.clone()).into(),
            SettingsError::Overridden(what) => JailReason::Overridden((*what).to_owned()).into(),
            SettingsError::Unlike(what) => JailReason::Unlike((*what).to_owned()).into(),
        }
    }
}

/// The file: fail2ban reads it after `callwarden-JAIL.local` and before the whitelist's.
pub fn path(fail2ban: &Fail2ban) -> PathBuf {
    let jail = fail2ban.jail_name();
    at(
        fail2ban,
        &format!("jail.d/callwarden-{jail}.settings.local"),
    )
}

/// Makes file and running jail hold `wanted`. Doing it again changes nothing.
///
/// # Errors
/// [`SettingsError`]; the files are as they were then, and the running jail follows them again.
pub async fn apply(fail2ban: &Fail2ban, wanted: &JailConfig) -> Result<(), SettingsError> {
    let parsed = parse_config(fail2ban)
        .await
        .map_err(SettingsError::Rejected)?;
    if !parsed.jail {
        return Err(SettingsError::NoJail(fail2ban.jail_name().to_owned()));
    }
    let mut before = Before::default();
    let written = write(fail2ban, wanted, &parsed, &mut before).await;
    let done = match written {
        Ok(()) => run(fail2ban, wanted).await,
        Err(error) => Err(error),
    };
    if let Err(error) = done {
        before.restore()?;
        // Whoever answers may hold half of it.
        if !matches!(&error, SettingsError::Fail2ban(away) if away.is_away()) {
            let _ = fail2ban.reload_jail().await;
        }
        return Err(error);
    }
    Ok(())
}

/// Our files as they were; the whitelist's only where it is changed here, since it has its own duty.
#[derive(Default)]
struct Before(Vec<(PathBuf, Option<String>)>);

impl Before {
    fn restore(&self) -> Result<(), FileError> {
        for (path, text) in &self.0 {
            restore(path, text.as_deref(), Sort::Generated)?;
        }
        Ok(())
    }
}

async fn write(
    fail2ban: &Fail2ban,
    wanted: &JailConfig,
    parsed: &Parsed,
    before: &mut Before,
) -> Result<(), SettingsError> {
    let path = path(fail2ban);
    before.0.push((path.clone(), read(&path)?));
    write_atomic(&path, &text(fail2ban.jail_name(), wanted, parsed))?;
    if let Some(was) = whitelist::keep_settings(fail2ban)? {
        before.0.push((whitelist::path(fail2ban), Some(was)));
    }
    let files = in_files(fail2ban).await?;
    let what = match files {
        Ok(found) => unlike(&found, wanted),
        Err(_) => Some("ignoreip"),
    };
    what.map_or(Ok(()), |what| Err(SettingsError::Overridden(what)))
}

/// Brings the running jail in line.
async fn run(fail2ban: &Fail2ban, wanted: &JailConfig) -> Result<(), SettingsError> {
    let set = set(fail2ban, wanted).await;
    match set {
        Err(error) if error.is_away() => return Err(error.into()),
        // 1.1.1 adds no address beside a `file:` entry while it runs.
        Err(_) => fail2ban.reload_jail().await?,
        Ok(()) => {}
    }
    let running = running(fail2ban, wanted).await?;
    let what = running.map_or(Some("ignoreip"), |found| unlike(&found, wanted));
    what.map_or(Ok(()), |what| Err(SettingsError::Unlike(what)))
}

async fn set(fail2ban: &Fail2ban, wanted: &JailConfig) -> Result<(), Fail2banError> {
    fail2ban
        .set_settings(&JailSettings {
            bantime: wanted.bantime.get(),
            findtime: wanted.findtime.get(),
            maxretry: wanted.maxretry.get(),
        })
        .await?;
    let running: BTreeSet<Network> = fail2ban.ignored_networks().await?.into_iter().collect();
    let base: BTreeSet<Network> = wanted.ignore.iter().copied().collect();
    let mut keep = others(fail2ban);
    keep.extend(&base);
    let missing: Vec<Network> = base.difference(&running).copied().collect();
    if !missing.is_empty() {
        fail2ban.add_ignore(&missing).await?;
    }
    let gone: Vec<Network> = running.difference(&keep).copied().collect();
    if !gone.is_empty() {
        fail2ban.del_ignore(&gone).await?;
    }
    Ok(())
}

/// What the jail's files say, all together; `Err` in it: why that is no settings of ours.
///
/// # Errors
/// [`SettingsError::Rejected`], [`SettingsError::NoJail`].
pub async fn in_files(
    fail2ban: &Fail2ban,
) -> Result<Result<JailConfig, JailReason>, SettingsError> {
    /// The whitelist changes at any moment.
    const TRIES: u32 = 3;
    let mut tries = 0;
    let (parsed, others) = loop {
        let before = others(fail2ban);
        let parsed = parse_config(fail2ban).await;
        let parsed = parsed.map_err(SettingsError::Rejected)?;
        tries += 1;
        if before == others(fail2ban) || tries == TRIES {
            break (parsed, before);
        }
    };
    if !parsed.jail {
        return Err(SettingsError::NoJail(fail2ban.jail_name().to_owned()));
    }
    let networks = parsed.ignoreip.iter().filter_map(|text| meaning(text));
    let number = |setting: &str, text: &str| {
        parse_span(text).ok_or_else(|| JailReason::NotANumber {
            setting: setting.to_owned(),
            said: text.to_owned(),
        })
    };
    let limits = &parsed.limits;
    let config = number("bantime", &limits.bantime).and_then(|bantime| {
        let settings = JailSettings {
            bantime,
            findtime: number("findtime", &limits.findtime)?,
            maxretry: number("maxretry", &limits.maxretry)?,
        };
        config(&settings, networks, &others, &chosen(fail2ban))
    });
    Ok(config)
}

/// What the running jail has; `None` where that is no settings of ours.
///
/// # Errors
/// [`Fail2banError`].
pub async fn in_jail(fail2ban: &Fail2ban) -> Result<Result<JailConfig, JailReason>, Fail2banError> {
    running_with(fail2ban, &chosen(fail2ban)).await
}

async fn running(
    fail2ban: &Fail2ban,
    wanted: &JailConfig,
) -> Result<Option<JailConfig>, Fail2banError> {
    let chosen = wanted.ignore.iter().copied().collect();
    Ok(running_with(fail2ban, &chosen).await?.ok())
}

async fn running_with(
    fail2ban: &Fail2ban,
    chosen: &BTreeSet<Network>,
) -> Result<Result<JailConfig, JailReason>, Fail2banError> {
    let settings = fail2ban.settings().await?;
    let ignored = fail2ban.ignored_networks().await?;
    let others = others(fail2ban);
    Ok(config(&settings, ignored.into_iter(), &others, chosen))
}

/// What the jail ignores beside the base list: the whitelist and the host's own addresses.
fn others(fail2ban: &Fail2ban) -> BTreeSet<Network> {
    let whitelist = whitelist::load(fail2ban).into_iter();
    let whitelist = whitelist.map(|line| line.network);
    whitelist.chain(own_addresses()).collect()
}

/// The base list that was deployed last, or what a new jail gets: these count even where they stand
/// in the whitelist too.
fn chosen(fail2ban: &Fail2ban) -> BTreeSet<Network> {
    let file = read(&path(fail2ban)).ok().flatten();
    let deployed = file.map(|text| {
        let networks = text.lines().filter_map(|line| line.strip_prefix(BASE));
        networks
            .filter_map(|text| text.trim().parse().ok())
            .collect()
    });
    deployed.unwrap_or_else(|| {
        let base = BASE_IGNORE.iter();
        base.filter_map(|text| text.parse().ok()).collect()
    })
}

fn config(
    settings: &JailSettings,
    ignored: impl Iterator<Item = Network>,
    others: &BTreeSet<Network>,
    chosen: &BTreeSet<Network>,
) -> Result<JailConfig, JailReason> {
    let outside = |setting: &str| {
        let setting = setting.to_owned();
        |range| JailReason::OutOfRange { setting, range }
    };
    let ignored = ignored.filter(|network| chosen.contains(network) || !others.contains(network));
    // Every negative time is for ever.
    let bantime = BanTime::try_from(settings.bantime.max(-1));
    let bantime = bantime.map_err(outside("bantime"))?;
    let findtime = FindTime::try_from(settings.findtime);
    let findtime = findtime.map_err(outside("findtime"))?;
    let maxretry = MaxRetry::try_from(settings.maxretry);
    let maxretry = maxretry.map_err(outside("maxretry"))?;
    JailConfig::new(bantime, findtime, maxretry, ignored.collect()).map_err(JailReason::Ignore)
}

fn unlike(found: &JailConfig, wanted: &JailConfig) -> Option<&'static str> {
    let checks = [
        ("bantime", found.bantime == wanted.bantime),
        ("findtime", found.findtime == wanted.findtime),
        ("maxretry", found.maxretry == wanted.maxretry),
        ("ignoreip", found.ignore == wanted.ignore),
    ];
    checks
        .into_iter()
        .find_map(|(what, same)| (!same).then_some(what))
}

/// What the file has the jail ignore, as it stands there; `None` where there is no such file.
pub(super) fn ignored(fail2ban: &Fail2ban) -> Option<Vec<String>> {
    let text = read(&path(fail2ban)).ok().flatten()?;
    let mut lines = text.lines();
    let first = lines.find_map(|line| {
        line.strip_prefix("ignoreip")?
            .trim_start()
            .strip_prefix('=')
    })?;
    let more = lines.take_while(|line| line.starts_with([' ', '\t']));
    let words = std::iter::once(first)
        .chain(more)
        .flat_map(str::split_whitespace);
    let ignored: Vec<String> = words
        .filter(|word| is_sound(word))
        .map(str::to_owned)
        .collect();
    (!ignored.is_empty()).then_some(ignored)
}

/// Marks the base list in the file; what else the jail must ignore stands beside it.
const BASE: &str = "# base ";

fn text(jail: &str, wanted: &JailConfig, parsed: &Parsed) -> String {
    // Names and `file:/path` of somebody's: no network of ours, and not ours to drop.
    let foreign = parsed.ignoreip.iter();
    let foreign = foreign.filter(|text| meaning(text).is_none() && is_sound(text));
    let own = own_addresses().into_iter();
    let own = own.filter(|own| !wanted.ignore.iter().any(|base| base.contains(*own)));
    let base = wanted.ignore.iter().map(ToString::to_string);
    let all: Vec<String> = base
        .clone()
        .chain(own.map(|own| own.to_string()))
        .chain(foreign.cloned())
        .collect();
    let (bantime, findtime) = (wanted.bantime.get(), wanted.findtime.get());
    let maxretry = wanted.maxretry.get();
    let mut text = OURS.to_owned();
    text.extend(base.map(|network| format!("{BASE}{network}\n")));
    text.extend([format!(
        "[{jail}]\nbantime = {bantime}\nfindtime = {findtime}\nmaxretry = {maxretry}\n\
         ignoreip = {}\n",
        all.join("\n           ")
    )]);
    text
}

fn meaning(text: &str) -> Option<Network> {
    crate::fail2ban::meaning(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_somebodys_stays_and_nothing_else_gets_in() {
        let wanted = JailConfig::default();
        let parsed = Parsed {
            ignoreip: [
                "pbx.example.com",
                "file:/etc/ours",
                "198.51.100.0/24",
                "a\nb=c",
            ]
            .map(str::to_owned)
            .into(),
            ..Parsed::default()
        };
        let text = text("cti", &wanted, &parsed);
        assert!(text.contains("pbx.example.com") && text.contains("file:/etc/ours"));
        assert!(!text.contains("198.51.100.0") && !text.contains("b=c"));
        assert!(text.contains("bantime = 86400\nfindtime = 180\nmaxretry = 5\nignoreip = "));
    }

    #[test]
    fn the_whitelist_is_no_part_of_the_base_list_unless_it_was_chosen() {
        let network = |text: &str| text.parse::<Network>().unwrap();
        let settings = JailSettings {
            bantime: -20,
            findtime: 180,
            maxretry: 5,
        };
        let base = ["127.0.0.0/8", "::1", "10.0.0.0/8"].map(network);
        let listed = [network("198.51.100.7"), network("10.0.0.0/8")];
        let ignored = || base.into_iter().chain(listed);
        let found = config(&settings, ignored(), &listed.into(), &base.into()).unwrap();
        assert_eq!(found.bantime, BanTime::FOR_EVER);
        assert_eq!(BTreeSet::from_iter(found.ignore), base.into());
        let refused = config(&settings, listed.into_iter(), &[].into(), &[].into());
        assert!(refused.unwrap_err().to_string().contains("127.0.0.0/8"));
    }
}
