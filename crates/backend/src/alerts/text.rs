//! What alerts say, English and Chinese side by side.

use domain::alert::{Fact, Kind, Language, Say};
use domain::config;
use time::OffsetDateTime;
use time::macros::format_description;

/// One alert.
pub(super) fn sentence(language: Language, fact: &Fact) -> String {
    match language {
        Language::En => english(fact),
        Language::Zh => chinese(fact),
    }
}

fn english(fact: &Fact) -> String {
    match fact {
        Fact::AttackRate {
            node: Some(node),
            lines,
            minutes,
        } => format!("node {node}: {lines} attack lines in {minutes} min"),
        Fact::AttackRate {
            node: None,
            lines,
            minutes,
        } => format!("{lines} attack lines in {minutes} min on all nodes"),
        Fact::NewCountry {
            country,
            node: Some(node),
        } => format!("node {node}: first attack from country {country}"),
        Fact::NewCountry {
            country,
            node: None,
        } => format!("first attack from country {country}"),
        Fact::NodeSilent { node, heard } => {
            format!("node {node} is silent; last heard {}", moment(*heard))
        }
        Fact::BanNotEffective {
            node,
            bans,
            networks,
        } => format!(
            "node {node}: bans that are not in the firewall: {bans} ({})",
            list(networks, *bans, ", ")
        ),
        Fact::DeploymentFailed {
            node,
            config,
            revision,
            rolled_back,
            reason,
            ..
        } => {
            let what = config_en(*config);
            let how = if *rolled_back {
                "was rolled back"
            } else {
                "failed"
            };
            format!(
                "node {node}: {what}, revision {revision} {how}{}",
                because(": ", reason)
            )
        }
    }
}

fn chinese(fact: &Fact) -> String {
    match fact {
        Fact::AttackRate {
            node: Some(node),
            lines,
            minutes,
        } => format!("节点 {node}：{minutes} 分钟内有 {lines} 条攻击日志"),
        Fact::AttackRate {
            node: None,
            lines,
            minutes,
        } => format!("所有节点：{minutes} 分钟内共有 {lines} 条攻击日志"),
        Fact::NewCountry {
            country,
            node: Some(node),
        } => format!("节点 {node}：首次出现来自国家/地区 {country} 的攻击"),
        Fact::NewCountry {
            country,
            node: None,
        } => format!("首次出现来自国家/地区 {country} 的攻击"),
        Fact::NodeSilent { node, heard } => {
            format!("节点 {node} 失联，最后联系时间 {}", moment(*heard))
        }
        Fact::BanNotEffective {
            node,
            bans,
            networks,
        } => format!(
            "节点 {node}：{bans} 条封堵未在防火墙生效（{}）",
            list(networks, *bans, "、")
        ),
        Fact::DeploymentFailed {
            node,
            config,
            revision,
            rolled_back,
            reason,
            ..
        } => {
            let what = config_zh(*config);
            let how = if *rolled_back {
                "已被回滚"
            } else {
                "下发失败"
            };
            format!(
                "节点 {node}：{what}版本 {revision} {how}{}",
                because("：", reason)
            )
        }
    }
}

/// Many of one kind.
fn many(language: Language, kind: Kind, count: usize) -> String {
    match (language, kind) {
        (Language::En, Kind::AttackRate) => format!("attacks above the threshold: {count}"),
        (Language::En, Kind::NewCountry) => format!("first attacks from {count} countries"),
        (Language::En, Kind::NodeSilent) => format!("{count} nodes are silent"),
        (Language::En, Kind::BanNotEffective) => {
            format!("bans that are not in the firewall on {count} nodes")
        }
        (Language::En, Kind::DeploymentFailed) => format!("{count} failed deployments"),
        (Language::Zh, Kind::AttackRate) => format!("{count} 处攻击超过阈值"),
        (Language::Zh, Kind::NewCountry) => format!("首次出现来自 {count} 个国家/地区的攻击"),
        (Language::Zh, Kind::NodeSilent) => format!("{count} 个节点失联"),
        (Language::Zh, Kind::BanNotEffective) => format!("{count} 个节点有封堵未在防火墙生效"),
        (Language::Zh, Kind::DeploymentFailed) => format!("{count} 个下发失败"),
    }
}

/// How it begins when it is told of, again, or for the last time.
pub(super) fn prefix(language: Language, say: Say) -> &'static str {
    match (language, say) {
        (_, Say::Opened) => "",
        (Language::En, Say::Still) => "Still: ",
        (Language::Zh, Say::Still) => "仍在持续：",
        (Language::En, Say::Over) => "Over: ",
        (Language::Zh, Say::Over) => "已恢复：",
    }
}

/// Of all that a message says in the same way; `facts` are not empty.
pub(super) fn title(language: Language, say: Say, kind: Kind, facts: &[&Fact]) -> String {
    let what = match facts {
        [one] => sentence(language, one),
        facts => many(language, kind, facts.len()),
    };
    format!("{}{what}", prefix(language, say))
}

/// Behind a list that was cut.
pub(super) fn more(language: Language, count: usize) -> String {
    match language {
        Language::En => format!("and {count} more"),
        Language::Zh => format!("另有 {count} 项"),
    }
}

/// Messages that were held back.
pub(super) fn suppressed(language: Language, count: i64) -> String {
    match language {
        Language::En => format!(
            "{count} more suppressed: this channel has had as many messages in the last hour as it may."
        ),
        Language::Zh => format!("另有 {count} 条消息被抑制：该通道最近一小时的消息数已达上限。"),
    }
}

/// Title of a message that says what is open after some were held back.
pub(super) fn catching_up(language: Language, open: usize) -> String {
    match language {
        Language::En => format!("messages were held back; open alerts now: {open}"),
        Language::Zh => format!("部分消息曾被抑制，当前未恢复的告警：{open} 条"),
    }
}

/// Of the test button.
pub(super) fn test(language: Language, channel: &str) -> String {
    match language {
        Language::En => format!("test message for channel {channel}"),
        Language::Zh => format!("告警通道“{channel}”的测试消息"),
    }
}

fn because(before: &str, reason: &str) -> String {
    if reason.is_empty() {
        String::new()
    } else {
        format!("{before}{reason}")
    }
}

fn list(names: &[String], all: i64, between: &str) -> String {
    let shown = i64::try_from(names.len()).unwrap_or(i64::MAX);
    let more = if all > shown { " …" } else { "" };
    format!("{}{more}", names.join(between))
}

fn config_en(kind: config::Kind) -> &'static str {
    match kind {
        config::Kind::CallRules => "call rules",
        config::Kind::Acl => "ACL lists",
        config::Kind::Profiles => "SIP profiles",
        config::Kind::Jail => "jail settings",
    }
}

fn config_zh(kind: config::Kind) -> &'static str {
    match kind {
        config::Kind::CallRules => "被叫号码规则",
        config::Kind::Acl => "ACL 列表",
        config::Kind::Profiles => "SIP 配置",
        config::Kind::Jail => "jail 设置",
    }
}

fn moment(unix: i64) -> String {
    let form = format_description!("[year]-[month]-[day] [hour]:[minute] UTC");
    let time = OffsetDateTime::from_unix_timestamp(unix);
    time.ok()
        .and_then(|time| time.format(&form).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn silent(node: &str) -> Fact {
        Fact::NodeSilent {
            node: node.into(),
            heard: 1_795_000_000,
        }
    }

    #[test]
    fn one_is_named_and_many_are_counted() {
        let (one, two) = (silent("fs-1"), silent("fs-2"));
        let title = |language, say, facts: &[&Fact]| title(language, say, Kind::NodeSilent, facts);
        assert_eq!(
            title(Language::En, Say::Opened, &[&one]),
            "node fs-1 is silent; last heard 2026-11-18 11:06 UTC"
        );
        assert_eq!(
            title(Language::Zh, Say::Over, &[&one, &two]),
            "已恢复：2 个节点失联"
        );
        let bans = Fact::BanNotEffective {
            node: "fs-1".into(),
            bans: 7,
            networks: vec!["203.0.113.9".into(), "2001:db8::/64".into()],
        };
        assert_eq!(
            sentence(Language::En, &bans),
            "node fs-1: bans that are not in the firewall: 7 (203.0.113.9, 2001:db8::/64 …)"
        );
    }

    /// A comma of the other script tells every reader that a machine wrote it.
    #[test]
    fn chinese_has_chinese_punctuation() {
        let chinese = |letter: &char| ('\u{4e00}'..='\u{9fff}').contains(letter);
        for line in include_str!("text.rs").lines() {
            let letters: Vec<char> = line.chars().collect();
            let wrong = letters
                .windows(2)
                .any(|pair| chinese(&pair[0]) && ",:;?()".contains(pair[1]));
            assert!(!wrong, "{line}");
        }
    }
}
