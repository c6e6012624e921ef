//! `show`: registrations, calls, channels, modules.

use crate::switch::{Call, Switch};

const USAGE: &str = "codec|endpoint|application|api|dialplan|file|timer|calls [count]|\
     channels [count|like <match string>]|calls|detailed_calls|bridged_calls|\
     detailed_bridged_calls|aliases|complete|chat|management|modules|nat_map|say|interfaces|\
     interface_types|tasks|limits|status";

/// `show WHAT [count] [as json|xml]`
pub fn show(switch: &Switch, argument: &str) -> String {
    let (what, form) = match argument.split_once(" as ") {
        Some((what, form)) => (what, Form::by_name(form)),
        None => (argument, Form::Csv),
    };
    match what.split(' ').collect::<Vec<_>>()[..] {
        ["registrations"] => registrations(switch).print(form),
        ["calls" | "channels", "count"] => format!("\n{} total.\n", switch.calls.len()),
        ["calls" | "detailed_calls"] => calls(switch).print(form),
        ["channels"] => channels(switch).print(form),
        ["modules"] => modules(switch).print(form),
        ["status"] => super::core::status(switch),
        _ => format!("-USAGE: {USAGE}\n"),
    }
}

#[derive(Clone, Copy)]
enum Form {
    Csv,
    Json,
    Xml,
}

impl Form {
    fn by_name(name: &str) -> Self {
        match name {
            "json" => Self::Json,
            "xml" => Self::Xml,
            _ => Self::Csv,
        }
    }
}

struct Table {
    columns: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

impl Table {
    fn print(&self, form: Form) -> String {
        let count = self.rows.len();
        match form {
            Form::Csv if count == 0 => "\n0 total.\n".to_owned(),
            Form::Csv => {
                let lines: String = self.rows.iter().map(|row| row.join(",") + "\n").collect();
                format!("{}\n{lines}\n{count} total.\n", self.columns.join(","))
            }
            Form::Json if count == 0 => r#"{"row_count": 0}"#.to_owned() + "\n",
            Form::Json => {
                let rows: Vec<_> = self.rows.iter().map(|row| self.object(row)).collect();
                format!("{{\"row_count\":{count},\"rows\":[{}]}}\n", rows.join(","))
            }
            Form::Xml => {
                let rows = self.rows.iter().enumerate();
                let rows: String = rows
                    .map(|(index, row)| self.element(index + 1, row))
                    .collect();
                format!("<result row_count=\"{count}\">\n{rows}</result>\n")
            }
        }
    }

    fn object(&self, row: &[String]) -> String {
        let pairs = self.columns.iter().zip(row);
        let pairs: Vec<_> = pairs
            .map(|(column, value)| format!("\"{column}\":{}", serde_json::json!(value)))
            .collect();
        format!("{{{}}}", pairs.join(","))
    }

    fn element(&self, id: usize, row: &[String]) -> String {
        let fields = self.columns.iter().zip(row);
        let fields: Vec<_> = fields
            .map(|(column, value)| {
                let value = value
                    .replace('&', "&amp;")
                    .replace('<', "&lt;")
                    .replace('>', "&gt;");
                format!("    <{column}>{value}</{column}>\n")
            })
            .collect();
        let fields = fields.concat();
        format!("  <row row_id=\"{id}\">\n{fields}  </row>\n")
    }
}

fn registrations(switch: &Switch) -> Table {
    let rows = switch.registrations.iter().map(|phone| {
        let (address, port) = &phone.network;
        vec![
            phone.user.clone(),
            phone.realm.clone(),
            phone.call_id.clone(),
            phone.contact(),
            phone.expires.to_string(),
            address.clone(),
            port.to_string(),
            "udp".to_owned(),
            switch.identity.hostname.clone(),
            String::new(),
        ]
    });
    Table {
        columns: &[
            "reg_user",
            "realm",
            "token",
            "url",
            "expires",
            "network_ip",
            "network_port",
            "network_proto",
            "hostname",
            "metadata",
        ],
        rows: rows.collect(),
    }
}

const CALL: [&str; 21] = [
    "uuid",
    "direction",
    "created",
    "created_epoch",
    "name",
    "state",
    "cid_name",
    "cid_num",
    "ip_addr",
    "dest",
    "presence_id",
    "presence_data",
    "accountcode",
    "callstate",
    "callee_name",
    "callee_num",
    "callee_direction",
    "call_uuid",
    "hostname",
    "sent_callee_name",
    "sent_callee_num",
];

fn calls(switch: &Switch) -> Table {
    Table {
        columns: &CALL,
        rows: switch.calls.iter().map(|call| leg(call, switch)).collect(),
    }
}

fn leg(call: &Call, switch: &Switch) -> Vec<String> {
    CALL.iter()
        .map(|column| match *column {
            "uuid" | "call_uuid" => call.uuid.clone(),
            "direction" => call.direction.clone(),
            "created" => crate::api::users::date(call.created),
            "created_epoch" => call.created.to_string(),
            "name" => call.name.clone(),
            "state" => "CS_EXECUTE".to_owned(),
            "cid_name" | "cid_num" => call.caller.clone(),
            "ip_addr" => call.address.clone(),
            "dest" => call.destination.clone(),
            "callstate" => "ACTIVE".to_owned(),
            "hostname" => switch.identity.hostname.clone(),
            _ => String::new(),
        })
        .collect()
}

fn channels(switch: &Switch) -> Table {
    // The columns of a call come first there, too; those in between stay empty here.
    calls(switch)
}

fn modules(switch: &Switch) -> Table {
    let rows = switch.modules.loaded().map(|name| {
        let path = format!("/usr/fs/lib/freeswitch/mod/{name}.so");
        vec!["generic".to_owned(), name.to_owned(), name.to_owned(), path]
    });
    Table {
        columns: &["type", "name", "ikey", "filename"],
        rows: rows.collect(),
    }
}
