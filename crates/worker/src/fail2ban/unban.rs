//! Orders to fail2ban: ban, unban, never ban. Each is read back.

use std::collections::HashSet;

use domain::net::Network;

use super::bans::{is_canonical, meaning};
use super::client;
use super::pickle::Value;
use super::query::texts;
use super::{BATCH, Fail2ban, Fail2banError};

/// Up to here asking for each is cheaper than fetching the whole list.
const FEW: usize = 4;

impl Fail2ban {
    /// Bans each network, for the jail's bantime. Says for each whether it is new (`false`: it was
    /// banned already). Checks nothing: the never-ban list is the caller's.
    ///
    /// # Errors
    /// [`Fail2banError::NotDone`] names those that are not in the list afterwards.
    pub async fn ban(&self, networks: &[Network]) -> Result<Vec<(Network, bool)>, Fail2banError> {
        let names: Vec<String> = networks.iter().map(ToString::to_string).collect();
        let before = self.are_held(&names).await?;
        for batch in names.chunks(BATCH) {
            self.set("banip", batch).await?;
        }
        let after = self.are_held(&names).await?;
        let missing = networks.iter().zip(&after).filter(|(_, held)| !**held);
        let missing: Vec<Network> = missing.map(|(network, _)| *network).collect();
        if !missing.is_empty() {
            return Err(Fail2banError::NotDone(missing));
        }
        let new = before.into_iter().map(|was| !was);
        Ok(networks.iter().copied().zip(new).collect())
    }

    /// Lifts every ban inside each network, however it is spelled in the list. Says for each
    /// whether there was one.
    ///
    /// # Errors
    /// [`Fail2banError::NotDone`] names those that are in the list afterwards.
    pub async fn unban(&self, networks: &[Network]) -> Result<Vec<(Network, bool)>, Fail2banError> {
        let names: Vec<String> = networks.iter().map(ToString::to_string).collect();
        let held = self.are_held(&names).await?;
        let mut lifted: Vec<String> = Vec::new();
        let mut was = held.clone();
        // Single addresses in our own spelling need no list; all others do.
        let simple = |index: usize| held[index] && networks[index].is_host();
        let known = self.known_spellings(networks);
        if (0..networks.len()).all(simple) && known.is_empty() {
            lifted.clone_from(&names);
        } else {
            for text in self.banned_texts().await? {
                let Some(network) = meaning(&text) else {
                    continue;
                };
                let mut inside = false;
                for (index, wanted) in networks.iter().enumerate() {
                    if wanted.contains(network) {
                        was[index] = true;
                        inside = true;
                    }
                }
                if inside {
                    lifted.push(text);
                }
            }
        }
        self.unban_texts(&lifted).await?;
        Ok(networks.iter().copied().zip(was).collect())
    }

    /// Lifts entries by the very texts of the list, and reads back.
    async fn unban_texts(&self, all: &[String]) -> Result<(), Fail2banError> {
        for batch in all.chunks(BATCH) {
            self.set("unbanip", batch).await?;
        }
        let still = all.iter().zip(self.are_held(all).await?);
        let still = still.filter(|(_, held)| *held);
        let left: Vec<Network> = still.filter_map(|(text, _)| meaning(text)).collect();
        if left.is_empty() {
            Ok(())
        } else {
            Err(Fail2banError::NotDone(left))
        }
    }

    /// Adds to what the running jail never bans. Lost at its next reload or restart: the file is
    /// [`crate::jail::whitelist`]'s.
    ///
    /// # Errors
    /// [`Fail2banError::NotDone`] names those that are not in the list afterwards.
    pub async fn add_ignore(&self, networks: &[Network]) -> Result<(), Fail2banError> {
        for batch in networks.chunks(BATCH) {
            let names: Vec<String> = batch.iter().map(ToString::to_string).collect();
            self.set("addignoreip", &names).await?;
        }
        let now = self.ignored_networks().await?;
        let missing = networks.iter().filter(|network| !now.contains(network));
        let missing: Vec<Network> = missing.copied().collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(Fail2banError::NotDone(missing))
        }
    }

    /// Takes from what the running jail never bans, in every spelling; absent ones are no error.
    ///
    /// # Errors
    /// [`Fail2banError::NotDone`] names those that are in the list afterwards.
    pub async fn del_ignore(&self, networks: &[Network]) -> Result<(), Fail2banError> {
        let wanted: HashSet<Network> = networks.iter().copied().collect();
        for text in self.ignored().await? {
            if meaning(&text).is_some_and(|network| wanted.contains(&network)) {
                // One a command: fail2ban looks at the first only.
                self.set("delignoreip", &[text]).await?;
            }
        }
        let now = self.ignored_networks().await?;
        let left: Vec<Network> = wanted.intersection(&now).copied().collect();
        if left.is_empty() {
            Ok(())
        } else {
            Err(Fail2banError::NotDone(left))
        }
    }

    /// What the running jail never bans, as addresses; names and junk are left out.
    ///
    /// # Errors
    /// [`Fail2banError`].
    pub async fn ignored_networks(&self) -> Result<HashSet<Network>, Fail2banError> {
        let ignored = self.ignored().await?;
        Ok(ignored.iter().filter_map(|text| meaning(text)).collect())
    }

    /// Is the very text in the list? fail2ban compares each text with each entry, slowly, so for
    /// many the list is fetched once.
    async fn are_held(&self, texts: &[String]) -> Result<Vec<bool>, Fail2banError> {
        if texts.len() <= FEW {
            return self.banned(texts).await;
        }
        let list: HashSet<String> = self.banned_texts().await?.into_iter().collect();
        Ok(texts.iter().map(|text| list.contains(text)).collect())
    }

    async fn banned(&self, texts: &[String]) -> Result<Vec<bool>, Fail2banError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let mut words = vec!["get", self.jail_name(), "banned"];
        words.extend(texts.iter().map(String::as_str));
        let bit = |number: i64| (0..=1).contains(&number).then_some(number == 1);
        self.ask(
            &words,
            |value| match value {
                // One answers a number, several a list.
                Value::Int(number) if texts.len() == 1 => Some(vec![bit(*number)?]),
                _ => {
                    let items = value.as_items()?;
                    let bits: Vec<bool> = items
                        .iter()
                        .map(|item| item.as_int().and_then(bit))
                        .collect::<Option<_>>()?;
                    (bits.len() == texts.len()).then_some(bits)
                }
            },
            |text| {
                let inner = text.trim().trim_start_matches('[').trim_end_matches(']');
                let bits: Vec<bool> = inner
                    .split(',')
                    .map(|number| bit(client::number(number)?).ok_or(client::ClientError::Shape))
                    .collect::<Result<_, _>>()?;
                if bits.len() == texts.len() {
                    Ok(bits)
                } else {
                    Err(client::ClientError::Shape)
                }
            },
        )
        .await
    }

    /// The list's own texts.
    async fn banned_texts(&self) -> Result<Vec<String>, Fail2banError> {
        let words = ["get", self.jail_name(), "banip"];
        // The client's line of words cannot be split safely; what has a space in it is left out.
        let split = |text: &str| Ok(text.split_whitespace().map(str::to_owned).collect());
        self.ask(&words, texts, split).await
    }

    /// `set JAIL COMMAND TEXT…`; what it answers is checked by reading back.
    pub(super) async fn set(&self, command: &str, texts: &[String]) -> Result<(), Fail2banError> {
        if texts.is_empty() {
            return Ok(());
        }
        let mut words = vec!["set", self.jail_name(), command];
        words.extend(texts.iter().map(String::as_str));
        self.ask(&words, |_| Some(()), |_| Ok(())).await
    }

    fn known_spellings(&self, batch: &[Network]) -> Vec<String> {
        let Ok(known) = self.inner.spellings.lock() else {
            return Vec::new();
        };
        batch
            .iter()
            .filter_map(|network| known.get(network))
            .flatten()
            .filter(|text| meaning(text).is_some_and(|network| !is_canonical(text, network)))
            .cloned()
            .collect()
    }
}
