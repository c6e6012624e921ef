//! The table `alert_deliveries`.

use domain::ids::ChannelId;
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use super::super::Outcome;
use super::super::views::{DeliveryRow, DeliveryState};
use super::damage;

/// A message to be sent.
pub struct New<'a> {
    pub message: &'a str,
    pub channel: ChannelId,
    pub test: bool,
    pub title: &'a str,
    pub body: &'a str,
    /// The alerts that it speaks of.
    pub about: &'a [String],
    pub now: OffsetDateTime,
    /// Somebody is at it until then.
    pub claimed_until: Option<OffsetDateTime>,
}

/// A message that this replica is to send now.
pub struct Claimed {
    pub id: i64,
    pub message: String,
    pub channel: ChannelId,
    pub title: String,
    pub body: String,
    /// With this one.
    pub tries: i32,
    pub created_at: OffsetDateTime,
}

pub async fn insert(conn: &mut PgConnection, new: New<'_>) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "insert into alert_deliveries
             (message_id, channel_id, test, title, body, about, tries, created_at, next_try_at,
              claimed_until)
         values ($1, $2, $3, $4, $5, $8, case when $7::timestamptz is null then 0 else 1 end, $6, $6,
                 $7)
         returning id",
        new.message,
        new.channel.0,
        new.test,
        new.title,
        new.body,
        new.now,
        new.claimed_until,
        new.about,
    )
    .fetch_one(conn)
    .await
}

/// Messages of a channel since `then`, tests left out.
pub async fn count(
    conn: &mut PgConnection,
    channel: ChannelId,
    then: OffsetDateTime,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from alert_deliveries
           where channel_id = $1 and created_at > $2 and not test"#,
        channel.0,
        then,
    )
    .fetch_one(conn)
    .await
}

/// Takes what is due, the oldest of each channel that has nothing older of the same alerts before it:
/// a channel that hangs holds no other up, and a message that is tried again only what follows from it.
pub async fn claim(
    pool: &PgPool,
    now: OffsetDateTime,
    until: OffsetDateTime,
    limit: i64,
) -> Result<Vec<Claimed>, sqlx::Error> {
    let rows = sqlx::query!(
        "update alert_deliveries d set claimed_until = $2, tries = d.tries + 1
         from (
             -- What the row says is asked again once it is locked: another replica may have claimed it.
             select id from alert_deliveries
             where state = 'waiting' and next_try_at <= $1
               and (claimed_until is null or claimed_until <= $1) and id = any(array(
                 select oldest.id from alert_channels c
                 cross join lateral (
                     select w.id from alert_deliveries w
                     where w.channel_id = c.id and w.state = 'waiting' and w.next_try_at <= $1
                       and not exists (
                           select from alert_deliveries e
                           where e.channel_id = c.id and e.state = 'waiting' and e.id < w.id
                             and e.about && w.about
                       )
                     order by w.id limit 1
                 ) oldest
                 where not exists (
                     select from alert_deliveries b
                     where b.channel_id = c.id and b.state = 'waiting' and b.claimed_until > $1
                 )
             ))
             order by id limit $3
             for update skip locked
         ) due
         where d.id = due.id
         returning d.id, d.message_id, d.channel_id, d.title, d.body, d.tries, d.created_at",
        now,
        until,
        limit,
    )
    .fetch_all(pool)
    .await?;
    let claimed = rows.into_iter().map(|row| Claimed {
        id: row.id,
        message: row.message_id,
        channel: ChannelId(row.channel_id),
        title: row.title,
        body: row.body,
        tries: row.tries,
        created_at: row.created_at,
    });
    Ok(claimed.collect())
}

/// The receiver has it, or nobody will try again.
pub async fn end(
    conn: &mut PgConnection,
    id: i64,
    state: DeliveryState,
    outcome: Outcome,
    now: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update alert_deliveries
         set state = $2, outcome = $3, finished_at = $4, claimed_until = null
         where id = $1 and state = 'waiting'",
        id,
        text(state),
        outcome.to_string(),
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// It is tried again, unless somebody else is at it by now.
pub async fn again(
    conn: &mut PgConnection,
    claimed: &Claimed,
    outcome: Outcome,
    next: OffsetDateTime,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update alert_deliveries set outcome = $3, next_try_at = $4, claimed_until = null
         where id = $1 and tries = $2 and state = 'waiting'",
        claimed.id,
        claimed.tries,
        outcome.to_string(),
        next,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets what ended before `then`.
pub async fn sweep(conn: &mut PgConnection, then: OffsetDateTime) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from alert_deliveries where state <> 'waiting' and finished_at < $1",
        then
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn newest(pool: &PgPool, limit: i64) -> Result<Vec<DeliveryRow>, sqlx::Error> {
    let rows = sqlx::query!(
        "select d.id, d.message_id, c.name, d.test, d.title, d.state, d.tries, d.outcome,
                d.created_at, d.next_try_at
         from alert_deliveries d join alert_channels c on c.id = d.channel_id
         order by d.id desc limit $1",
        limit,
    )
    .fetch_all(pool)
    .await?;
    let rows = rows.into_iter().filter_map(|row| {
        let state = [
            DeliveryState::Waiting,
            DeliveryState::Sent,
            DeliveryState::GivenUp,
        ];
        let state = state.into_iter().find(|state| text(*state) == row.state);
        Some(DeliveryRow {
            message: row.message_id,
            channel: row.name,
            test: row.test,
            title: row.title,
            state: damage::whole("alert_deliveries", row.id, state)?,
            tries: row.tries,
            outcome: row.outcome.and_then(|outcome| outcome.parse().ok()),
            created_at: row.created_at,
            next_try_at: row.next_try_at,
        })
    });
    Ok(rows.collect())
}

fn text(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Waiting => "waiting",
        DeliveryState::Sent => "sent",
        DeliveryState::GivenUp => "given_up",
    }
}
