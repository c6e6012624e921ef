//! Argon2id, off the async threads and never more at once than there are cores.

use std::num::NonZeroUsize;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Error;

/// How long somebody waits for a core before being told to come back.
const PATIENCE: Duration = Duration::from_secs(5);

/// Hashes and verifies passwords. Each hash takes 19 MiB and tens of milliseconds, so a flood of
/// sign-ins must neither fill the memory nor stop the pages.
#[derive(Debug)]
pub struct Hasher {
    cores: Arc<Semaphore>,
    /// The part of them that strangers get, so that whoever is known never waits behind a flood.
    for_strangers: Arc<Semaphore>,
    /// Verified in place of the hash of a user that does not exist, so that both take as long.
    dummy: Arc<OnceLock<String>>,
}

impl Default for Hasher {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self {
            cores: Arc::new(Semaphore::new(cores)),
            for_strangers: Arc::new(Semaphore::new(cores.div_ceil(2))),
            dummy: Arc::default(),
        }
    }
}

impl Hasher {
    /// As stored in `users.password_hash`.
    pub(super) async fn hash(&self, password: &str) -> Result<String, Error> {
        let permit = permit(&self.cores).await?;
        let password = password.to_owned();
        run(permit, move || hash(&password)).await
    }

    /// Is it the password of this hash? Takes as long when there is no hash, and says no. `known`:
    /// somebody of this name has signed in from there before.
    pub(super) async fn verify(
        &self,
        password: &str,
        stored: Option<String>,
        known: bool,
    ) -> Result<bool, Error> {
        let stranger = if known {
            None
        } else {
            Some(permit(&self.for_strangers).await?)
        };
        let permits = (stranger, permit(&self.cores).await?);
        let (password, dummy) = (password.to_owned(), Arc::clone(&self.dummy));
        run(permits, move || {
            let exists = stored.is_some();
            // Made whether needed or not, so that the first unknown user is no slower.
            let dummy = dummy.get_or_init(|| hash("nobody's password"));
            let stored = stored.as_deref().unwrap_or(dummy);
            let right = PasswordHash::new(stored).is_ok_and(|hash| {
                Argon2::default()
                    .verify_password(password.as_bytes(), &hash)
                    .is_ok()
            });
            right && exists
        })
        .await
    }
}

async fn permit(of: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Error> {
    tokio::time::timeout(PATIENCE, Arc::clone(of).acquire_owned())
        .await
        .map_err(|_| Error::TooMany)?
        .map_err(|_| Error::TooMany)
}

fn hash(password: &str) -> String {
    Argon2::default()
        .hash_password(password.as_bytes())
        .expect("the system has randomness and our parameters are valid")
        .to_string()
}

async fn run<T: Send + 'static>(
    permits: impl Send + 'static,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(move || {
        // Held until the work is done, also when the asking request has gone away.
        let _permits = permits;
        work()
    })
    .await
    .map_err(|_| Error::TooMany)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn tells_right_from_wrong_and_unknown() {
        let hasher = Hasher::default();
        let stored = hasher.hash("correct horse battery").await.unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        assert!(
            hasher
                .verify("correct horse battery", Some(stored.clone()), true)
                .await
                .unwrap()
        );
        assert!(
            !hasher
                .verify("incorrect horse battery", Some(stored), false)
                .await
                .unwrap()
        );
        assert!(
            !hasher
                .verify("nobody's password", None, true)
                .await
                .unwrap()
        );
        assert!(
            !hasher
                .verify("x", Some("not a hash".into()), false)
                .await
                .unwrap()
        );
    }
}
