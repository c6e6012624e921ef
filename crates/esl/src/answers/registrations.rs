//! `show registrations as json`.

use std::net::IpAddr;

use serde::Deserialize;

use super::Unreadable;

/// A registered phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// `1001@pbx.example.com`
    pub user: String,
    /// Where its packets come from.
    pub address: IpAddr,
}

#[derive(Deserialize)]
struct Table {
    #[serde(default)]
    rows: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Row {
    reg_user: String,
    realm: String,
    network_ip: String,
}

/// Reads the answer to [`crate::Command::ShowRegistrations`]. A row without an address, which a verto
/// or internal registration may be, is passed over.
///
/// # Errors
/// [`Unreadable`].
pub fn registrations(text: &str) -> Result<Vec<Registration>, Unreadable> {
    let table: Table = serde_json::from_str(text).map_err(|_| Unreadable)?;
    let phones = table.rows.into_iter().filter_map(|row| {
        Some(Registration {
            address: row.network_ip.parse::<IpAddr>().ok()?.to_canonical(),
            user: if row.reg_user.contains('@') {
                row.reg_user
            } else {
                format!("{}@{}", row.reg_user, row.realm)
            },
        })
    });
    Ok(phones.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_a_switch_said() {
        let text = r#"{"row_count":2,"rows":[{"reg_user":"1177","realm":"198.51.100.10","token":"731fdf","url":"sofia/external/sip:1177@203.0.113.20:51570","expires":"1795341362","network_ip":"203.0.113.20","network_port":"51570","network_proto":"udp","hostname":"pbx1","metadata":""},{"reg_user":"verto","network_ip":""}]}"#;
        let phones = registrations(text).unwrap();
        let phone = Registration {
            user: "1177@198.51.100.10".into(),
            address: "203.0.113.20".parse().unwrap(),
        };
        assert_eq!(phones, [phone]);
        assert_eq!(registrations(r#"{"row_count": 0}"#), Ok(vec![]));
        for broken in [
            "",
            "-ERR no reply\n",
            r#"{"rows":{}}"#,
            r#"{"rows":[{"realm":3}]}"#,
        ] {
            assert_eq!(registrations(broken), Err(Unreadable), "{broken:?}");
        }
    }
}
