//! A private Postgres for one command: empty, fast, gone afterwards.

use anyhow::{Context, Result};
use embedded::postgres::{Durability, PrivatePostgres};
use tempfile::TempDir;

/// Running until dropped.
pub struct Database {
    postgres: PrivatePostgres,
    // After the server, whose files are in it.
    _folder: TempDir,
}

impl Database {
    /// Starts one.
    pub async fn start() -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("callwarden-db-")
            .tempdir()?;
        let postgres = PrivatePostgres::start_with(folder.path(), Durability::Fast)
            .await
            .context("the private Postgres")?;
        Ok(Self {
            postgres,
            _folder: folder,
        })
    }

    /// For `DATABASE_URL`.
    pub fn url(&self) -> &str {
        self.postgres.url()
    }
}
