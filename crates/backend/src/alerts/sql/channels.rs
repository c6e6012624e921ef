//! The table `alert_channels`.

use domain::alert::{Language, PerHour};
use domain::ids::ChannelId;
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;

use super::super::form::Checked;
use super::super::views::Shown;
use super::damage;
use crate::Error;

/// A row.
pub struct Stored {
    pub id: ChannelId,
    pub name: String,
    pub shown: Shown,
    pub secrets: Vec<u8>,
    pub language: Language,
    pub per_hour: PerHour,
    pub suppressed: i64,
}

struct Row {
    id: i64,
    name: String,
    settings: String,
    secrets: Vec<u8>,
    language: String,
    per_hour: i32,
    suppressed: i64,
}

impl TryFrom<Row> for Stored {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self, Error> {
        let wrong = |what: &str| Error::Inconsistent {
            table: "alert_channels",
            what: format!("{what} of channel {}", row.id),
        };
        let per_hour = u32::try_from(row.per_hour).ok();
        Ok(Self {
            id: ChannelId(row.id),
            language: Language::from_text(&row.language).ok_or_else(|| wrong("language"))?,
            per_hour: per_hour
                .and_then(|number| PerHour::try_from(number).ok())
                .ok_or_else(|| wrong("per_hour"))?,
            shown: serde_json::from_str(&row.settings).map_err(|_| wrong("settings"))?,
            name: row.name,
            secrets: row.secrets,
            suppressed: row.suppressed,
        })
    }
}

/// By name, without those that cannot be read.
pub async fn all(conn: impl PgExecutor<'_>) -> Result<Vec<Stored>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id, name, settings::text as "settings!", secrets, language, per_hour, suppressed
           from alert_channels order by name"#
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter().filter_map(|row| {
        let id = row.id;
        damage::whole("alert_channels", id, Stored::try_from(row).ok())
    });
    Ok(rows.collect())
}

/// # Errors
/// [`Error::Inconsistent`] where it cannot be read.
pub async fn get(conn: impl PgExecutor<'_>, channel: ChannelId) -> Result<Option<Stored>, Error> {
    let row = sqlx::query_as!(
        Row,
        r#"select id, name, settings::text as "settings!", secrets, language, per_hour, suppressed
           from alert_channels where id = $1"#,
        channel.0,
    )
    .fetch_optional(conn)
    .await?;
    row.map(Stored::try_from).transpose()
}

pub async fn lock(conn: &mut PgConnection, channel: ChannelId) -> Result<Option<Stored>, Error> {
    let found = sqlx::query_scalar!(
        "select id from alert_channels where id = $1 for update",
        channel.0
    )
    .fetch_optional(&mut *conn)
    .await?;
    match found {
        Some(_) => get(conn, channel).await,
        None => Ok(None),
    }
}

pub async fn count(conn: &mut PgConnection) -> Result<usize, sqlx::Error> {
    let count = sqlx::query_scalar!(r#"select count(*) as "count!" from alert_channels"#)
        .fetch_one(conn)
        .await?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

pub async fn exist(conn: &mut PgConnection, channels: &[ChannelId]) -> Result<bool, sqlx::Error> {
    let wanted: Vec<i64> = channels.iter().map(|channel| channel.0).collect();
    let found = sqlx::query_scalar!(
        r#"select count(*) as "count!" from alert_channels where id = any($1)"#,
        &wanted
    )
    .fetch_one(conn)
    .await?;
    Ok(usize::try_from(found) == Ok(wanted.len()))
}

fn per_hour(checked: &Checked) -> i32 {
    i32::try_from(checked.per_hour.get()).expect("it is 600 at most")
}

/// Without its secrets: they are sealed for its number.
pub async fn insert(
    conn: &mut PgConnection,
    checked: &Checked,
    now: OffsetDateTime,
) -> Result<ChannelId, sqlx::Error> {
    let kind = if checked.shown.is_webhook() {
        "webhook"
    } else {
        "email"
    };
    let id = sqlx::query_scalar!(
        "insert into alert_channels
             (name, kind, settings, secrets, key_id, language, per_hour, created_at)
         values ($1, $2, $3, '', '', $4, $5, $6) returning id",
        checked.name.as_str(),
        kind,
        Json(&checked.shown) as _,
        checked.language.as_str(),
        per_hour(checked),
        now,
    )
    .fetch_one(conn)
    .await?;
    Ok(ChannelId(id))
}

pub async fn update(
    conn: &mut PgConnection,
    channel: ChannelId,
    checked: &Checked,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update alert_channels set name = $2, settings = $3, language = $4, per_hour = $5
         where id = $1",
        channel.0,
        checked.name.as_str(),
        Json(&checked.shown) as _,
        checked.language.as_str(),
        per_hour(checked),
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn seal(
    conn: &mut PgConnection,
    channel: ChannelId,
    secrets: &[u8],
    key_id: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update alert_channels set secrets = $2, key_id = $3 where id = $1",
        channel.0,
        secrets,
        key_id,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn remove(conn: &mut PgConnection, channel: ChannelId) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from alert_channels where id = $1", channel.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// How many messages were held back since the last one that was not.
pub async fn set_suppressed(
    conn: &mut PgConnection,
    channel: ChannelId,
    suppressed: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update alert_channels set suppressed = $2 where id = $1",
        channel.0,
        suppressed,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The key that sealed their secrets is lost: they are removed. How many.
pub async fn forget_sealed(conn: &mut PgConnection) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!("delete from alert_channels")
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}
