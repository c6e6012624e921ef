//! iptables chains `f2b-JAIL`, and ipset's sets `f2b-JAIL` and `f2b-JAIL6` with the rules that use
//! them.

use std::collections::HashSet;

use domain::net::Network;

use super::{Firewall, FirewallError};

impl Firewall {
    pub(super) async fn read_iptables(
        &self,
        jail: &str,
    ) -> Result<Option<HashSet<Network>>, FirewallError> {
        let rules = self.rules().await?;
        Ok(chain(&rules, jail))
    }

    pub(super) async fn read_ipset(
        &self,
        jail: &str,
    ) -> Result<Option<HashSet<Network>>, FirewallError> {
        let sets = self.listing(&self.config.ipset, &["save"], "ipset").await?;
        let rules = self.rules().await?;
        Ok(members(&sets, &rules, jail))
    }

    /// Rules of both families.
    async fn rules(&self) -> Result<String, FirewallError> {
        let mut rules = self
            .listing(&self.config.iptables, &["-w", "5", "-S"], "iptables")
            .await?;
        let six = self
            .listing(&self.config.ip6tables, &["-w", "5", "-S"], "ip6tables")
            .await?;
        rules.push_str(&six);
        Ok(rules)
    }

    async fn listing(
        &self,
        program: &[String],
        words: &[&str],
        name: &str,
    ) -> Result<String, FirewallError> {
        let output = self.run(program, words).await?;
        if !output.success {
            return Err(FirewallError::Refused {
                program: name.into(),
                text: output.stderr,
            });
        }
        String::from_utf8(output.stdout).map_err(|_| FirewallError::Shape(name.into()))
    }
}

/// Sources that the jail's chain blocks, where another chain jumps to it.
fn chain(rules: &str, jail: &str) -> Option<HashSet<Network>> {
    let name = format!("f2b-{jail}");
    let mut exists = false;
    let mut reached = false;
    let mut held = HashSet::new();
    for line in rules.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["-N", chain] if *chain == name => exists = true,
            ["-A", chain, rest @ ..] if *chain == name => {
                let blocks = after(rest, "-j").is_some_and(is_block);
                if let (true, Some(source)) = (blocks, after(rest, "-s"))
                    && let Ok(network) = source.parse()
                {
                    held.insert(network);
                }
            }
            ["-A", _, rest @ ..] if after(rest, "-j") == Some(name.as_str()) => reached = true,
            _ => {}
        }
    }
    exists.then(|| if reached { held } else { HashSet::new() })
}

/// Members of the jail's sets that a blocking rule uses.
fn members(sets: &str, rules: &str, jail: &str) -> Option<HashSet<Network>> {
    let names = [format!("f2b-{jail}"), format!("f2b-{jail}6")];
    let used = |name: &str| {
        rules.lines().any(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            after(&words, "--match-set") == Some(name) && after(&words, "-j").is_some_and(is_block)
        })
    };
    let used: Vec<bool> = names.iter().map(|name| used(name)).collect();
    let mut held = None;
    for line in sets.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (["create" | "add", set, ..], true) = (words.as_slice(), words.len() > 2) else {
            continue;
        };
        let Some(index) = names.iter().position(|name| name == set) else {
            continue;
        };
        let held = held.get_or_insert_with(HashSet::new);
        if words[0] == "add"
            && used[index]
            && let Ok(network) = words[2].parse()
        {
            held.insert(network);
        }
    }
    held
}

fn after<'a>(words: &[&'a str], option: &str) -> Option<&'a str> {
    let at = words.iter().position(|word| *word == option)?;
    words.get(at + 1).copied()
}

fn is_block(target: &str) -> bool {
    matches!(target, "DROP" | "REJECT")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(texts: &[&str]) -> HashSet<Network> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    const RULES: &str = "-P INPUT ACCEPT\n-N f2b-cti\n-N f2b-sshd\n-A INPUT -j f2b-cti\n\
        -A f2b-cti -s 198.51.100.7/32 -j REJECT --reject-with icmp-port-unreachable\n\
        -A f2b-cti -s 2001:db8::7/128 -j REJECT\n-A f2b-cti -j RETURN\n\
        -A f2b-sshd -s 203.0.113.1/32 -j REJECT\n";

    #[test]
    fn reads_the_jails_chain_only() {
        let expected = networks(&["198.51.100.7", "2001:db8::7"]);
        assert_eq!(chain(RULES, "cti"), Some(expected));
        assert_eq!(chain(RULES, "other"), None);
        // Nothing jumps to it: nobody is blocked.
        assert_eq!(chain(RULES, "sshd"), Some(HashSet::new()));
    }

    #[test]
    fn reads_sets_that_a_rule_uses() {
        let sets = "create f2b-cti hash:ip family inet hashsize 1024 maxelem 65536 timeout 0\n\
            add f2b-cti 198.51.100.7 timeout 0\ncreate f2b-cti6 hash:ip family inet6\n\
            add f2b-cti6 2001:db8::7 timeout 0\nadd f2b-sshd 203.0.113.1\n";
        let rule = "-A INPUT -m set --match-set f2b-cti src -j REJECT\n";
        assert_eq!(
            members(sets, rule, "cti"),
            Some(networks(&["198.51.100.7"]))
        );
        assert_eq!(members(sets, "", "cti"), Some(HashSet::new()));
        assert_eq!(members(sets, rule, "other"), None);
    }
}
