//! What changed, in words: the values before and after, side by side.

use std::fmt::Display;

use backend::alerts::Shown;
use backend::audit::AuditRow;
use backend::nodes::NodeName;
use domain::alert::{Recipients, Rule};
use domain::ids::ChannelId;
use domain::role::Role;
use serde::de::DeserializeOwned;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::pages::alerts::says;
use crate::words::Words;

/// What is spoken of by name.
#[derive(Default)]
pub(super) struct Known {
    pub nodes: Vec<NodeName>,
    /// Of alerts.
    pub channels: Vec<(ChannelId, String)>,
}

impl Known {
    fn node(&self, id: &impl Display) -> String {
        let id = id.to_string();
        let node = self.nodes.iter().find(|node| node.id.to_string() == id);
        node.map_or_else(|| format!("#{id}"), |node| node.name.clone())
    }

    fn channel(&self, id: ChannelId) -> String {
        let channel = self.channels.iter().find(|(known, _)| *known == id);
        channel.map_or_else(|| format!("#{id}"), |(_, name)| name.clone())
    }
}

/// Means nothing to a reader.
const INTERNAL: [&str; 3] = ["batch", "content", "entry"];

/// `role: Viewer → Admin`, one text for each value that says something.
pub(super) fn details<'a>(words: Words, row: &'a AuditRow, known: &Known) -> Vec<String> {
    let map = |value: &'a Option<Value>| value.as_ref().and_then(Value::as_object);
    let both = [map(&row.before), map(&row.after)];
    let mut keys: Vec<&String> = both.iter().flatten().flat_map(|map| map.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter()
        .filter(|key| !INTERNAL.contains(&key.as_str()))
        .filter_map(|key| {
            let value = match both.map(|map| text(words, key, map?.get(key)?, known)) {
                [None, None] => return None,
                [Some(before), Some(after)] if before != after => format!("{before} → {after}"),
                [Some(value), _] | [None, Some(value)] => value,
            };
            Some(format!("{}: {value}", words.audit_key(key)))
        })
        .collect()
}

/// `None` where there is nothing to say.
fn text(words: Words, key: &str, value: &Value, known: &Known) -> Option<String> {
    match (key, value) {
        (_, Value::Null) => None,
        ("until", Value::Number(at)) => OffsetDateTime::from_unix_timestamp(at.as_i64()?)
            .ok()?
            .format(&Rfc3339)
            .ok(),
        ("role", value) => serde_json::from_value::<Role>(value.clone())
            .ok()
            .map(|role| words.role(role).to_owned()),
        ("reason", Value::String(text)) if !text.is_empty() => {
            Some(words.order_reason(text).to_owned())
        }
        ("nodes", Value::Array(ids)) => Some(
            ids.iter()
                .map(|id| known.node(id))
                .collect::<Vec<_>>()
                .join(", "),
        ),
        ("insight", Value::String(kind)) => Some(words.insight_kind(kind)),
        ("language", Value::String(tag)) => {
            let language = Words::from_tag(tag).map(Words::own_name);
            Some(language.unwrap_or(tag).to_owned())
        }
        ("rule", value @ Value::Object(_)) => Some(
            read(value).map_or_else(|| value.to_string(), |rule| rule_text(words, &rule, known)),
        ),
        ("to", value @ Value::Object(_)) => {
            Some(read(value).map_or_else(|| value.to_string(), |shown| leads_to(words, shown)))
        }
        ("refused", Value::String(text)) => Some(words.audit_refused(text)),
        (_, Value::String(text)) => (!text.is_empty()).then(|| text.clone()),
        (_, Value::Bool(yes)) => Some(if *yes { words.yes() } else { words.no() }.to_owned()),
        (_, other) => Some(other.to_string()),
    }
}

/// `None` for what an older or newer console wrote.
fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

/// `on, not heard for 9 min; reminds every 60 min, all nodes, Tells: duty`.
fn rule_text(words: Words, rule: &Rule, known: &Known) -> String {
    let state = if rule.on {
        words.rule_active()
    } else {
        words.rule_off()
    };
    let mut says = says(words, rule.threshold);
    if !rule.kind().is_news() {
        let every = words.duration(i64::from(rule.cool_down.get()) * 60);
        says.push_str(&words.rule_reminds(&every));
    }
    let node = rule.scope.map(|node| known.node(&node));
    let tells = match &rule.recipients {
        Recipients::All => words.every_channel().to_owned(),
        Recipients::Some(ids) if ids.is_empty() => words.no_channel().to_owned(),
        Recipients::Some(ids) => {
            let names: Vec<_> = ids.iter().map(|id| known.channel(*id)).collect();
            names.join(", ")
        }
    };
    let tells = format!("{}{}{tells}", words.rule_tells(), words.colon());
    let node = node.unwrap_or_else(|| words.rule_scope_all().to_owned());
    [state.to_owned(), says, node, tells].join(words.comma())
}

/// `https://hooks.example.org`; `duty@example.org (mail.example.org:465, …)`.
fn leads_to(words: Words, shown: Shown) -> String {
    match shown {
        Shown::Webhook { origin } => origin,
        Shown::Email {
            host,
            port,
            security,
            user,
            from,
            to,
        } => {
            let user = user.map(|user| format!("{}{}{user}", words.mail_user(), words.colon()));
            let from = format!("{}{}{from}", words.mail_from(), words.colon());
            let server = format!("{host}:{port}");
            let how = words.security(security).to_owned();
            let rest: Vec<_> = [Some(server), Some(how), user, Some(from)]
                .into_iter()
                .flatten()
                .collect();
            format!("{} ({})", to.join(", "), rest.join(words.comma()))
        }
    }
}

#[cfg(test)]
mod tests {
    use backend::Problem;
    use domain::alert::{Kind, Security};
    use domain::ids::NodeId;
    use serde_json::json;

    use super::*;

    fn row(before: Option<Value>, after: Option<Value>) -> AuditRow {
        AuditRow {
            id: 1,
            at: OffsetDateTime::UNIX_EPOCH,
            user: None,
            actor: "ann".into(),
            address: None,
            action: "ban".into(),
            object: "203.0.113.9".into(),
            before,
            after,
        }
    }

    #[test]
    fn speaks_of_nodes_and_roles_by_name() {
        let nodes = [NodeName {
            id: NodeId(7),
            name: "edge-1".into(),
            connected: true,
        }];
        let banned = row(
            None,
            Some(json!({"batch": 3, "nodes": [7, 8], "reason": ""})),
        );
        let known = Known {
            nodes: nodes.into(),
            channels: vec![(ChannelId(3), "duty".into())],
        };
        assert_eq!(details(Words::En, &banned, &known), ["Nodes: edge-1, #8"]);
        let refused = row(
            None,
            Some(json!({"refused": Problem::Everybody.to_string()})),
        );
        assert_eq!(
            details(Words::Zh, &refused, &known),
            ["拒绝原因: 网段过大，涉及整个互联网。"]
        );
        let promoted = row(
            Some(json!({"role": "viewer"})),
            Some(json!({"role": "admin", "sessions_ended": 2})),
        );
        assert_eq!(
            details(Words::Zh, &promoted, &known),
            ["角色: 只读 → 管理员", "结束会话: 2"]
        );
        let hidden = row(None, Some(json!({"insight": "repeat_network"})));
        assert_eq!(
            details(Words::Zh, &hidden, &known),
            ["风险项: 反复被封堵的网段"]
        );
    }

    #[test]
    fn speaks_of_rules_and_channels_in_words() {
        let known = Known {
            nodes: Vec::new(),
            channels: vec![(ChannelId(3), "duty".into())],
        };
        let before = Rule::default_of(Kind::NodeSilent);
        let mut after = before.clone();
        after.on = false;
        after.scope = Some(NodeId(7));
        after.recipients = Recipients::Some(vec![ChannelId(3), ChannelId(4)]);
        let set = row(Some(json!({"rule": before})), Some(json!({"rule": after})));
        assert_eq!(
            details(Words::En, &set, &known),
            [
                "Rule: on, not heard for 5 min; reminds every 4 h, all nodes, Tells: every channel \
              → off, not heard for 5 min; reminds every 4 h, #7, Tells: duty, #4"
            ]
        );
        let mail = Shown::Email {
            host: "mail.example.org".into(),
            port: 465,
            security: Security::Tls,
            user: None,
            from: "console@example.org".into(),
            to: vec!["duty@example.org".into()],
        };
        let added = row(
            None,
            Some(json!({"name": "duty", "to": mail, "language": "zh", "per_hour": 20})),
        );
        assert_eq!(
            details(Words::En, &added, &known),
            [
                "Language of messages: 中文",
                "Name of the channel: duty",
                "Messages an hour, at most: 20",
                "Leads to: duty@example.org (mail.example.org:465, TLS (port 465), \
                 Sender: console@example.org)",
            ]
        );
        // What another version wrote stands as it is.
        let odd = row(None, Some(json!({"rule": {"on": 1}, "to": "x"})));
        assert_eq!(
            details(Words::En, &odd, &known),
            ["Rule: {\"on\":1}", "Leads to: x"]
        );
    }
}
