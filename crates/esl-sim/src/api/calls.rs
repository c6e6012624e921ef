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
        ["calls"] => calls(switch).print(form),
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
    columns: Vec<&'static str>,
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
                format!("{{\"row_count\":{count},\"rows\":[{}]}}", rows.join(","))
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
        columns: vec![
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

/// One leg, as `show channels` gives it. `show calls` gives fewer columns of both legs.
const CHANNEL: &str = "uuid direction created created_epoch name state cid_name cid_num ip_addr \
    dest application application_data dialplan context read_codec read_rate read_bit_rate \
    write_codec write_rate write_bit_rate secure hostname presence_id presence_data accountcode \
    callstate callee_name callee_num callee_direction call_uuid sent_callee_name sent_callee_num \
    initial_cid_name initial_cid_num initial_ip_addr initial_dest initial_dialplan \
    initial_context";
const FIRST_LEG: &str = "uuid direction created created_epoch name state cid_name cid_num ip_addr \
    dest presence_id presence_data accountcode callstate callee_name callee_num \
    callee_direction call_uuid hostname sent_callee_name sent_callee_num";
const OTHER_LEG: &str = "b_uuid b_direction b_created b_created_epoch b_name b_state b_cid_name \
    b_cid_num b_ip_addr b_dest b_presence_id b_presence_data b_accountcode b_callstate \
    b_callee_name b_callee_num b_callee_direction b_sent_callee_name b_sent_callee_num";

fn columns(names: &'static str) -> Vec<&'static str> {
    names.split(' ').collect()
}

fn calls(switch: &Switch) -> Table {
    let (first, other) = (columns(FIRST_LEG), columns(OTHER_LEG));
    let rows = switch.calls.iter().map(|call| {
        let first = first.iter().map(|name| first_leg(switch, call, name));
        let other = other.iter().map(|name| match call.bridged {
            Some(_) => other_leg(switch, call, name.trim_start_matches("b_")),
            None => String::new(),
        });
        let created = call.created.to_string();
        first.chain(other).chain([created]).collect()
    });
    let rows = rows.collect();
    Table {
        columns: [first, other, vec!["call_created_epoch"]].concat(),
        rows,
    }
}

fn channels(switch: &Switch) -> Table {
    let columns = columns(CHANNEL);
    let leg = |call: &Call, value: fn(&Switch, &Call, &str) -> String| {
        columns
            .iter()
            .map(|name| value(switch, call, name))
            .collect()
    };
    let rows = switch.calls.iter().flat_map(|call| {
        let other = call.bridged.is_some().then(|| leg(call, other_leg));
        [Some(leg(call, first_leg)), other].into_iter().flatten()
    });
    let rows = rows.collect();
    Table { columns, rows }
}

fn first_leg(switch: &Switch, call: &Call, column: &str) -> String {
    let bridged = |value: &str| match call.bridged {
        Some(_) => value.to_owned(),
        None => String::new(),
    };
    match column {
        "uuid" => call.uuid.clone(),
        "direction" => call.direction.clone(),
        "name" => call.name.clone(),
        "state" => "CS_EXECUTE".to_owned(),
        "application" => bridged("bridge"),
        "application_data" => call
            .bridged
            .as_ref()
            .map_or(String::new(), |(_, name)| name.clone()),
        "sent_callee_name" => bridged("Outbound Call"),
        "sent_callee_num" => bridged(&call.destination),
        _ => either_leg(switch, call, column),
    }
}

fn other_leg(switch: &Switch, call: &Call, column: &str) -> String {
    let (uuid, name) = call.bridged.clone().unwrap_or_default();
    match column {
        "uuid" => uuid,
        "direction" => "outbound".to_owned(),
        "name" => name,
        "state" => "CS_EXCHANGE_MEDIA".to_owned(),
        "sent_callee_name" | "sent_callee_num" => call.caller.clone(),
        _ => either_leg(switch, call, column),
    }
}

fn either_leg(switch: &Switch, call: &Call, column: &str) -> String {
    let bridged = call.bridged.is_some();
    match column.strip_prefix("initial_").unwrap_or(column) {
        "created" => super::users::date(call.created),
        "created_epoch" => call.created.to_string(),
        "cid_name" | "cid_num" => call.caller.clone(),
        "ip_addr" => call.address.clone(),
        "dest" => call.destination.clone(),
        "dialplan" => "XML".to_owned(),
        "context" => call.context.clone(),
        "read_codec" | "write_codec" => "PCMU".to_owned(),
        "read_rate" | "write_rate" => "8000".to_owned(),
        "read_bit_rate" | "write_bit_rate" => "64000".to_owned(),
        "hostname" => switch.identity.hostname.clone(),
        "callstate" => "ACTIVE".to_owned(),
        "callee_name" if bridged => "Outbound Call".to_owned(),
        "callee_num" if bridged => call.destination.clone(),
        "callee_direction" if bridged => "SEND".to_owned(),
        "call_uuid" if bridged => call.uuid.clone(),
        _ => String::new(),
    }
}

fn modules(switch: &Switch) -> Table {
    let rows = switch.modules.loaded().map(|name| {
        let path = format!("/usr/fs/lib/freeswitch/mod/{name}.so");
        vec!["generic".to_owned(), name.to_owned(), name.to_owned(), path]
    });
    Table {
        columns: vec!["type", "name", "ikey", "filename"],
        rows: rows.collect(),
    }
}
