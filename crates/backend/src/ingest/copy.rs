//! Attack lines as COPY reads them: the cheapest way into the table, and no row of a report can be there
//! already (its node's cursor is locked).

use std::fmt::Write as _;

use domain::ids::NodeId;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::columns::Attacks;

/// Bytes of a usual line.
const LINE: usize = 300;

pub(super) async fn attacks(
    conn: &mut PgConnection,
    node: NodeId,
    attacks: &Attacks<'_>,
) -> Result<(), sqlx::Error> {
    let mut copy = conn
        .copy_in_raw(
            r#"copy attacks (node_id, generation, "offset", at, source, kind, extension, number, raw,
                             country, asn, agent, prefix, rule)
               from stdin"#,
        )
        .await?;
    let sent = copy
        .send(rows(node, attacks).into_bytes())
        .await
        .map(|_| ());
    match sent {
        Ok(()) => copy.finish().await.map(|_| ()),
        Err(error) => {
            copy.abort("cut off").await?;
            Err(error)
        }
    }
}

fn rows(node: NodeId, attacks: &Attacks<'_>) -> String {
    let mut rows = String::with_capacity(attacks.offsets.len() * LINE);
    for n in 0..attacks.offsets.len() {
        number(&mut rows, Some(node.0));
        number(&mut rows, Some(attacks.generations[n]));
        number(&mut rows, Some(attacks.offsets[n]));
        time(&mut rows, attacks.ats[n]);
        match attacks.sources[n] {
            Some(source) => value(&mut rows, source.addr()),
            None => rows.push_str("\\N\t"),
        }
        text(&mut rows, Some(attacks.kinds[n]));
        text(&mut rows, attacks.extensions[n].as_deref());
        text(&mut rows, attacks.numbers[n].as_deref());
        text(&mut rows, Some(&attacks.raws[n]));
        text(&mut rows, attacks.countries[n].as_deref());
        number(&mut rows, attacks.asns[n]);
        text(&mut rows, attacks.agents[n].as_deref());
        text(&mut rows, attacks.prefixes[n].as_deref());
        text(&mut rows, attacks.rules[n].as_deref());
        rows.pop();
        rows.push('\n');
    }
    rows
}

fn number(rows: &mut String, number: Option<i64>) {
    match number {
        Some(number) => value(rows, number),
        None => rows.push_str("\\N\t"),
    }
}

fn time(rows: &mut String, at: OffsetDateTime) {
    let at = at.to_offset(time::UtcOffset::UTC);
    let (year, month, day) = at.to_calendar_date();
    let (hour, minute, second, micro) = at.to_hms_micro();
    let month = u8::from(month);
    value(
        rows,
        format_args!(
            "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{micro:06}+00"
        ),
    );
}

/// What needs no escaping.
fn value(rows: &mut String, value: impl std::fmt::Display) {
    write!(rows, "{value}\t").expect("a string takes whatever is written");
}

fn text(rows: &mut String, value: Option<&str>) {
    let Some(value) = value else {
        rows.push_str("\\N\t");
        return;
    };
    let mut rest = value;
    while let Some(at) = rest.find(['\\', '\t', '\n', '\r']) {
        rows.push_str(&rest[..at]);
        rows.push_str(match rest.as_bytes()[at] {
            b'\t' => "\\t",
            b'\n' => "\\n",
            b'\r' => "\\r",
            _ => "\\\\",
        });
        rest = &rest[at + 1..];
    }
    rows.push_str(rest);
    rows.push('\t');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_its_field() {
        let mut rows = String::new();
        text(&mut rows, Some("a\tb\nc\\N\r\\.分机"));
        text(&mut rows, None);
        text(&mut rows, Some(""));
        text(&mut rows, Some("\\"));
        let expected = "a\\tb\\nc\\\\N\\r\\\\.分机\t\\N\t\t\\\\\t";
        assert_eq!(rows, expected);
    }
}
