//! Destination numbers in the attack log.

use domain::ids::NodeId;
use sqlx::PgExecutor;
use time::OffsetDateTime;

use super::super::ChangedNumber;

/// Numbers in the newest `lines` lines that name one, with how many do; the most frequent first.
pub(crate) async fn called(
    conn: impl PgExecutor<'_>,
    since: OffsetDateTime,
    node: Option<NodeId>,
    lines: i64,
    numbers: i64,
) -> Result<Vec<ChangedNumber>, sqlx::Error> {
    sqlx::query_as!(
        ChangedNumber,
        r#"select number as "number!", count(*) as "lines!" from (
               select node_id, number from attacks
               where number is not null and at > $1
               order by at desc limit $3
           ) newest
           where $2::bigint is null or node_id = $2
           group by number order by count(*) desc, number limit $4"#,
        since,
        node.map(|node| node.0),
        lines,
        numbers,
    )
    .fetch_all(conn)
    .await
}
