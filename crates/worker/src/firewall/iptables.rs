//! iptables chains `f2b-JAIL`, and ipset's sets `f2b-JAIL` and `f2b-JAIL6` with the rules that use
//! them.

use std::collections::HashMap;

use domain::net::Network;

use super::{Blocked, Firewall, FirewallError, Scope};

impl Firewall {
    pub(super) async fn read_iptables(&self, jail: &str) -> Result<Option<Blocked>, FirewallError> {
        let rules = self.rules().await?;
        Ok(chain(&rules, jail))
    }

    pub(super) async fn read_ipset(&self, jail: &str) -> Result<Option<Blocked>, FirewallError> {
        let sets = self.listing(&self.config.ipset, &["save"], "ipset").await?;
        let rules = self.rules().await?;
        Ok(members(&sets, &rules, jail))
    }

    /// Takes the blocking rules of exactly these sources out of the jail's own chain, every copy: a
    /// killed fail2ban leaves them, and the next one adds them again. Everything else is left alone.
    pub(super) async fn remove_rules(
        &self,
        jail: &str,
        sources: &[Network],
    ) -> Result<(), FirewallError> {
        let name = format!("f2b-{jail}");
        for program in [&self.config.iptables, &self.config.ip6tables] {
            let rules = self
                .listing(program, &["-w", "5", "-S"], "iptables")
                .await?;
            for line in rules.lines() {
                let words = words(line);
                let ["-A", chain, rest @ ..] = words.as_slice() else {
                    continue;
                };
                let blocks = *chain == name && after(rest, "-j").is_some_and(is_block);
                let source = after(rest, "-s").and_then(|source| source.parse().ok());
                if blocks && source.is_some_and(|source| sources.contains(&source)) {
                    let delete = [&["-w", "5", "-D", chain], rest].concat();
                    self.listing(program, &delete, "iptables").await?;
                }
            }
        }
        Ok(())
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
fn chain(rules: &str, jail: &str) -> Option<Blocked> {
    let name = format!("f2b-{jail}");
    let mut exists = false;
    let mut jumps: Option<Scope> = None;
    let mut sources: HashMap<Network, Scope> = HashMap::new();
    for line in rules.lines() {
        let words = words(line);
        match words.as_slice() {
            ["-N", chain] if *chain == name => exists = true,
            ["-A", chain, rest @ ..] if *chain == name => {
                let blocks = after(rest, "-j").is_some_and(is_block);
                if let (true, Some(source)) = (blocks, after(rest, "-s"))
                    && let Ok(network) = source.parse()
                {
                    let known = sources.entry(network).or_default();
                    *known = *known | scope(rest);
                }
            }
            ["-A", _, rest @ ..] if after(rest, "-j") == Some(name.as_str()) => {
                jumps = Some(jumps.unwrap_or_default() | scope(rest));
            }
            _ => {}
        }
    }
    let mut blocked = Blocked::default();
    if let Some(jumps) = jumps {
        for (network, scope) in sources {
            blocked.add(network, scope & jumps);
        }
    }
    exists.then_some(blocked)
}

/// Members of the jail's sets that a blocking rule uses.
fn members(sets: &str, rules: &str, jail: &str) -> Option<Blocked> {
    let names = [format!("f2b-{jail}"), format!("f2b-{jail}6")];
    let used = |name: &String| {
        let rules = rules.lines().filter_map(|line| {
            let words = words(line);
            let ["-A", _, rule @ ..] = words.as_slice() else {
                return None;
            };
            let at = rule.iter().position(|word| *word == "--match-set")?;
            let ours = rule.get(at + 1..at + 3)? == [name.as_str(), "src"]
                && rule[..at].last() != Some(&"!");
            let blocks = ours && after(rule, "-j").is_some_and(is_block);
            blocks.then(|| scope(rule))
        });
        rules.reduce(|one, other| one | other)
    };
    let used = names.each_ref().map(used);
    let mut blocked = None;
    for line in sets.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (["create" | "add", set, ..], true) = (words.as_slice(), words.len() > 2) else {
            continue;
        };
        let Some(index) = names.iter().position(|name| name == set) else {
            continue;
        };
        let blocked = blocked.get_or_insert_with(Blocked::default);
        if words[0] == "add"
            && let Some(scope) = used[index]
            && let Ok(network) = words[2].parse()
        {
            blocked.add(network, scope);
        }
    }
    blocked
}

/// What a rule (without its `-A CHAIN`) stops of a source's traffic. An option that is not known may
/// narrow it.
fn scope(rule: &[&str]) -> Scope {
    let mut scope = Scope::WHOLE;
    let mut words = rule.iter().copied();
    while let Some(option) = words.next() {
        let mut value = || words.next().unwrap_or_default();
        match option {
            // What follows belongs to the target.
            "-j" => break,
            "-p" => scope = scope & Scope::protocol(value()),
            "-s" | "--comment" => drop(value()),
            "-m" if matches!(value(), "tcp" | "udp" | "multiport" | "set" | "comment") => {}
            "--match-set" => drop((value(), value())),
            "--dport" | "--dports" if matches!(value(), "0:65535" | "1:65535") => {}
            _ => return Scope::PIECES,
        }
    }
    scope
}

/// A comment may hold spaces, and then stands in quotes.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let end = match rest.strip_prefix('"') {
            Some(quoted) => quoted.find("\" ").map_or(rest.len(), |end| end + 2),
            None => rest.find(char::is_whitespace).unwrap_or(rest.len()),
        };
        words.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    words
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
    use std::collections::HashSet;

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
        assert_eq!(chain(RULES, "cti").unwrap().held, expected);
        assert_eq!(chain(RULES, "other"), None);
        // Nothing jumps to it: nobody is blocked.
        assert_eq!(chain(RULES, "sshd"), Some(Blocked::default()));
    }

    #[test]
    fn a_rule_for_some_traffic_is_told_apart() {
        let blocked = |jump: &str| {
            let rules = RULES.replace("-A INPUT -j", &format!("-A INPUT {jump} -j"));
            chain(&rules, "cti").unwrap()
        };
        let partly = |jump: &str| {
            let blocked = blocked(jump);
            assert!(
                blocked.held.is_empty() && blocked.partly.len() == 2,
                "{jump}"
            );
            blocked.scope
        };
        assert_eq!(partly("-p tcp"), Scope::protocol("tcp"));
        let every = "-p udp -m multiport --dports 0:65535";
        assert_eq!(partly(every), Scope::protocol("udp"));
        for pieces in [
            "-p udp -m udp --dport 5060",
            "-i eth0",
            "-p tcp -m conntrack --ctstate NEW",
            "! -p udp",
        ] {
            assert_eq!(partly(pieces), Scope::PIECES, "{pieces}");
        }
        let commented = "-m comment --comment \"-p tcp is not meant\"";
        assert_eq!(blocked(commented).held.len(), 2);
        let both = blocked(&format!("{every} -j f2b-cti\n-A INPUT -p tcp"));
        assert_eq!(both.held.len(), 2);
    }

    #[test]
    fn reads_sets_that_a_rule_uses() {
        let sets = "create f2b-cti hash:ip family inet hashsize 1024 maxelem 65536 timeout 0\n\
            add f2b-cti 198.51.100.7 timeout 0\ncreate f2b-cti6 hash:ip family inet6\n\
            add f2b-cti6 2001:db8::7 timeout 0\nadd f2b-sshd 203.0.113.1\n";
        let rule = "-A INPUT -m set --match-set f2b-cti src -j REJECT\n";
        let held = |rule: &str| members(sets, rule, "cti").unwrap().held;
        assert_eq!(held(rule), networks(&["198.51.100.7"]));
        assert_eq!(held(""), HashSet::new());
        // The second line of somebody's comment.
        assert_eq!(held("--match-set f2b-cti src -j DROP"), HashSet::new());
        for other in [" src", " ! --match-set"] {
            let rule = match other {
                " src" => rule.replace(other, " dst"),
                _ => rule.replace(" --match-set", other),
            };
            assert_eq!(held(&rule), HashSet::new(), "{rule}");
        }
        let tcp = members(sets, &rule.replace("INPUT", "INPUT -p tcp"), "cti").unwrap();
        assert_eq!(tcp.partly, networks(&["198.51.100.7"]));
        assert_eq!(tcp.scope, Scope::protocol("tcp"));
        assert_eq!(members(sets, rule, "other"), None);
    }
}
