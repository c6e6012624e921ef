//! The table `alert_rules`.

use domain::alert::{Kind, Rule};
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;

use super::damage;

/// Every rule, in the order of [`Kind::ALL`]; a kind without a row, or with one that cannot be read, has
/// its default: rather told too much than nothing.
pub async fn all(conn: impl PgExecutor<'_>) -> Result<Vec<Rule>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select kind, settings::text as "settings!" from alert_rules where kind = any($1)"#,
        &Kind::ALL.map(|kind| kind.as_str().to_owned()),
    )
    .fetch_all(conn)
    .await?;
    let stored = rows.into_iter().filter_map(|row| {
        let rule: Option<Rule> = serde_json::from_str(&row.settings).ok();
        let rule = rule.filter(|rule| rule.kind().as_str() == row.kind);
        damage::whole("alert_rules", row.kind, rule)
    });
    let stored: Vec<Rule> = stored.collect();
    let of = |kind| super::super::views::rule_of(&stored, kind);
    Ok(Kind::ALL.map(of).to_vec())
}

pub async fn set(
    conn: &mut PgConnection,
    rule: &Rule,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into alert_rules (kind, settings, updated_at) values ($1, $2, $3)
         on conflict (kind) do update set settings = $2, updated_at = $3",
        rule.kind().as_str(),
        Json(rule) as _,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}
