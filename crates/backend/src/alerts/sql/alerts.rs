//! The tables `alerts` and `alert_rounds`.

use std::collections::BTreeMap;

use domain::alert::{Fact, Kind, State};
use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;

use super::super::views::OpenAlert;
use super::damage;

/// What a round of a rule remembers.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    pub began: OffsetDateTime,
    pub looked: OffsetDateTime,
    pub told: Option<OffsetDateTime>,
}

/// One thing, as it stands and as it was described last.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    pub state: State,
    pub fact: Fact,
}

pub async fn round(conn: &mut PgConnection, kind: Kind) -> Result<Option<Round>, sqlx::Error> {
    sqlx::query_as!(
        Round,
        "select began_at as began, looked_at as looked, told_at as told from alert_rounds where rule = $1",
        kind.as_str(),
    )
    .fetch_optional(conn)
    .await
}

pub async fn set_round(
    conn: &mut PgConnection,
    kind: Kind,
    round: Round,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into alert_rounds (rule, began_at, looked_at, told_at) values ($1, $2, $3, $4)
         on conflict (rule) do update set began_at = $2, looked_at = $3, told_at = $4",
        kind.as_str(),
        round.began,
        round.looked,
        round.told,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What a row says, if it can be read and is about what its rule watches.
fn fact(rule: &str, subject: &str, json: &str) -> Option<Fact> {
    let fact: Option<Fact> = serde_json::from_str(json).ok();
    let fact = fact.filter(|fact| fact.kind().as_str() == rule);
    damage::whole("alerts", format_args!("{rule} {subject:?}"), fact)
}

/// All that is known of a rule, by subject. What cannot be read is not known: where it is so still, it
/// is seen and written anew.
pub async fn known(
    conn: &mut PgConnection,
    kind: Kind,
) -> Result<BTreeMap<String, Known>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select subject, fact::text as "fact!", since, opened_at, over_at, believed, told_at
           from alerts where rule = $1"#,
        kind.as_str(),
    )
    .fetch_all(conn)
    .await?;
    let known = rows.into_iter().filter_map(|row| {
        let fact = fact(kind.as_str(), &row.subject, &row.fact)?;
        let state = State {
            since: row.since,
            opened: row.opened_at,
            over: row.over_at,
            believed: row.believed,
            told: row.told_at,
        };
        Some((row.subject, Known { state, fact }))
    });
    Ok(known.collect())
}

/// Writes what has changed.
pub async fn write(
    conn: &mut PgConnection,
    kind: Kind,
    changed: &[(String, Known)],
) -> Result<(), sqlx::Error> {
    let mut rows = Columns::default();
    for (subject, Known { state, fact }) in changed {
        rows.subjects.push(subject.clone());
        rows.facts
            .push(serde_json::to_value(fact).expect("a fact is JSON"));
        rows.since.push(state.since);
        rows.opened.push(state.opened);
        rows.over.push(state.over);
        rows.believed.push(state.believed);
        rows.told.push(state.told);
    }
    sqlx::query!(
        "insert into alerts (rule, subject, fact, since, opened_at, over_at, believed, told_at)
         select $1, * from unnest($2::text[], $3::jsonb[], $4::timestamptz[], $5::timestamptz[],
                                  $6::timestamptz[], $7::bool[], $8::timestamptz[])
         on conflict (rule, subject) do update set
             fact = excluded.fact, since = excluded.since, opened_at = excluded.opened_at,
             over_at = excluded.over_at, believed = excluded.believed, told_at = excluded.told_at",
        kind.as_str(),
        &rows.subjects,
        &rows.facts,
        &rows.since,
        &rows.opened as _,
        &rows.over as _,
        &rows.believed,
        &rows.told as _,
    )
    .execute(conn)
    .await?;
    Ok(())
}

#[derive(Default)]
struct Columns {
    subjects: Vec<String>,
    facts: Vec<serde_json::Value>,
    since: Vec<OffsetDateTime>,
    opened: Vec<Option<OffsetDateTime>>,
    over: Vec<Option<OffsetDateTime>>,
    believed: Vec<bool>,
    told: Vec<Option<OffsetDateTime>>,
}

/// Starts a rule afresh. Did it know anything?
pub async fn forget(conn: &mut PgConnection, kind: Kind) -> Result<bool, sqlx::Error> {
    let gone = sqlx::query!("delete from alerts where rule = $1", kind.as_str())
        .execute(&mut *conn)
        .await?
        .rows_affected();
    sqlx::query!("delete from alert_rounds where rule = $1", kind.as_str())
        .execute(&mut *conn)
        .await?;
    if kind == Kind::NewCountry {
        sqlx::query!("delete from alert_countries")
            .execute(conn)
            .await?;
    }
    Ok(gone > 0)
}

/// Forgets what has been over since before `then`.
pub async fn sweep(conn: &mut PgConnection, then: OffsetDateTime) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from alerts where over_at < $1", then)
        .execute(conn)
        .await?;
    Ok(())
}

/// What is open, the newest first.
pub async fn open(conn: impl PgExecutor<'_>, limit: i64) -> Result<Vec<OpenAlert>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select rule, subject, fact::text as "fact!", since, told_at
           from alerts where opened_at is not null and over_at is null
           order by since desc, rule, subject limit $1"#,
        limit,
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter().filter_map(|row| {
        Some(OpenAlert {
            fact: fact(&row.rule, &row.subject, &row.fact)?,
            subject: row.subject,
            since: row.since,
            told: row.told_at,
        })
    });
    Ok(rows.collect())
}
