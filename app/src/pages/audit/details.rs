//! What changed, in words: the values before and after, side by side.

use backend::audit::AuditRow;
use backend::nodes::NodeName;
use domain::role::Role;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::words::Words;

/// Means nothing to a reader.
const INTERNAL: [&str; 3] = ["batch", "content", "entry"];

/// `role: Viewer → Admin`, one text for each value that says something.
pub(super) fn details<'a>(words: Words, row: &'a AuditRow, nodes: &[NodeName]) -> Vec<String> {
    let map = |value: &'a Option<Value>| value.as_ref().and_then(Value::as_object);
    let both = [map(&row.before), map(&row.after)];
    let mut keys: Vec<&String> = both.iter().flatten().flat_map(|map| map.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter()
        .filter(|key| !INTERNAL.contains(&key.as_str()))
        .filter_map(|key| {
            let value = match both.map(|map| text(words, key, map?.get(key)?, nodes)) {
                [None, None] => return None,
                [Some(before), Some(after)] if before != after => format!("{before} → {after}"),
                [Some(value), _] | [None, Some(value)] => value,
            };
            Some(format!("{}: {value}", words.audit_key(key)))
        })
        .collect()
}

/// `None` where there is nothing to say.
fn text(words: Words, key: &str, value: &Value, nodes: &[NodeName]) -> Option<String> {
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
                .map(|id| {
                    nodes
                        .iter()
                        .find(|node| Some(node.id.0) == id.as_i64())
                        .map_or_else(|| format!("#{id}"), |node| node.name.clone())
                })
                .collect::<Vec<_>>()
                .join(", "),
        ),
        ("refused", Value::String(text)) => Some(words.audit_refused(text)),
        (_, Value::String(text)) => (!text.is_empty()).then(|| text.clone()),
        (_, Value::Bool(yes)) => Some(if *yes { words.yes() } else { words.no() }.to_owned()),
        (_, other) => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use backend::Problem;
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
        assert_eq!(details(Words::En, &banned, &nodes), ["Nodes: edge-1, #8"]);
        let refused = row(
            None,
            Some(json!({"refused": Problem::Everybody.to_string()})),
        );
        assert_eq!(
            details(Words::Zh, &refused, &[]),
            ["拒绝原因: 网段过大，涉及整个互联网。"]
        );
        let promoted = row(
            Some(json!({"role": "viewer"})),
            Some(json!({"role": "admin", "sessions_ended": 2})),
        );
        assert_eq!(
            details(Words::Zh, &promoted, &[]),
            ["角色: 只读 → 管理员", "结束会话: 2"]
        );
    }
}
