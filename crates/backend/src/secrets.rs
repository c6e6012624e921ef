//! Do all consoles have the same secret key, and what where it is lost?

use crate::changes::{self, Topic};
use crate::{Actor, Backend, Error, alerts, audit};

const CHECK: &str = "callwarden key check";

/// How our key stands to the one in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// It is the same, or the first.
    Ours,
    /// What is stored was sealed with another one.
    Other {
        /// [`crate::seal::Sealer::id`] of the one in use.
        theirs: String,
        /// … and of ours.
        ours: String,
    },
}

/// Compares our key with the one that sealed what is stored; the first replica's is kept. To be asked
/// at start: a replica with another key would neither reach the switches nor be understood by others.
pub async fn check(backend: &Backend) -> Result<Check, Error> {
    let key = backend.sealer();
    let ours = key.id().to_owned();
    let mut tx = backend.begin().await?;
    sqlx::query!(
        "insert into secret_key (key_id, proof, created_at) values ($1, $2, $3) on conflict do nothing",
        ours,
        key.seal(CHECK, CHECK.as_bytes()),
        backend.clock.now(),
    )
    .execute(&mut *tx)
    .await?;
    let stored = sqlx::query!("select key_id, proof from secret_key")
        .fetch_one(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(match key.open(CHECK, &stored.proof) {
        Ok(_) => Check::Ours,
        Err(_) => Check::Other {
            theirs: stored.key_id,
            ours,
        },
    })
}

/// Forgets all that was sealed: the key is lost. How many nodes' Event Sockets have to be set again.
pub async fn forget(backend: &Backend, actor: &Actor) -> Result<u64, Error> {
    let mut tx = backend.begin().await?;
    let links = sqlx::query!("delete from node_links")
        .execute(&mut *tx)
        .await?;
    sqlx::query!("update node_configs set files = null")
        .execute(&mut *tx)
        .await?;
    alerts::forget_sealed(&mut tx).await?;
    sqlx::query!("delete from secret_key")
        .execute(&mut *tx)
        .await?;
    let now = backend.clock.now();
    audit::record(&mut tx, now, actor, "forget secrets", "", None, None).await?;
    for topic in [Topic::Links, Topic::Nodes, Topic::Config, Topic::Alerts] {
        changes::note(&mut tx, topic, None).await?;
    }
    tx.commit().await?;
    Ok(links.rows_affected())
}

#[cfg(test)]
mod tests {
    use runtime::Clock;

    use super::*;
    use crate::seal::Sealer;

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn another_key_is_told(pool: sqlx::PgPool) {
        let backend =
            |key: &Sealer| Backend::new(pool.clone(), Clock::system()).with_sealer(key.clone());
        let (first, second) = (Sealer::of_this_process(), Sealer::of_this_process());
        assert_eq!(check(&backend(&first)).await.unwrap(), Check::Ours);
        assert_eq!(check(&backend(&first)).await.unwrap(), Check::Ours);
        let other = Check::Other {
            theirs: first.id().to_owned(),
            ours: second.id().to_owned(),
        };
        assert_eq!(check(&backend(&second)).await.unwrap(), other);
        forget(&backend(&second), &Actor::console()).await.unwrap();
        assert_eq!(check(&backend(&second)).await.unwrap(), Check::Ours);
    }
}
