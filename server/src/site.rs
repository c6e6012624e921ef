//! The files that browsers load, and how pages name them.

use std::collections::HashSet;
use std::convert::Infallible;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRef, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use leptos::config::LeptosOptions;
use tower::{Service, ServiceExt};
use tower_http::services::ServeDir;

use crate::AppState;
use crate::config::Settings;

/// Name of the wasm module and its style sheet before the hash.
const NAME: &str = "console";

/// What of the site is there.
#[derive(Clone, Debug)]
pub(crate) struct Files(Arc<HashSet<String>>);

impl Files {
    /// The files on top of the site's folder (icons, `robots.txt`), as paths. They change with the
    /// program only, so they are listed once.
    pub(crate) fn list(settings: &Settings) -> Self {
        let entries = std::fs::read_dir(&settings.site.root);
        if let Err(error) = &entries {
            tracing::warn!("{} cannot be read: {error}", settings.site.root.display());
        }
        let files = entries
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.path().is_file());
        Self(Arc::new(
            files
                .map(|file| format!("/{}", file.file_name().to_string_lossy()))
                .collect(),
        ))
    }

    /// Is it a file that anybody may load?
    pub(crate) fn is_file(&self, path: &str) -> bool {
        path.starts_with("/pkg/") || self.0.contains(path)
    }
}

/// The file that is asked for, else the page that says there is none. A name that no file can have (too
/// long, say) is an error to `ServeDir`; to whoever asks it is not there either.
pub(crate) async fn file_or_page<P, F>(
    mut files: ServeDir<P>,
    pages: P,
    request: Request,
) -> Result<Response, Infallible>
where
    P: Service<Request, Response = Response, Error = Infallible, Future = F> + Clone,
    F: Future<Output = Result<Response, Infallible>> + Send + 'static,
{
    let (head, body) = request.into_parts();
    let again = Request::from_parts(head.clone(), Body::empty());
    match files.try_call(Request::from_parts(head, body)).await {
        Ok(response) => Ok(response.into_response()),
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::InvalidFilename | ErrorKind::InvalidInput
            ) =>
        {
            pages.oneshot(again).await
        }
        Err(error) => {
            tracing::error!("a file of the site cannot be read: {error}");
            let text = "the file cannot be read\n";
            Ok((StatusCode::INTERNAL_SERVER_ERROR, text).into_response())
        }
    }
}

/// Leptos' settings, from ours.
pub(crate) fn options(settings: &Settings) -> LeptosOptions {
    let hash_file = hash_file(settings);
    // Leptos panics in each page when the file is not there.
    let is_there = hash_file.is_file();
    if !is_there {
        tracing::warn!(
            "{} is missing; pages come without style",
            hash_file.display()
        );
    }
    LeptosOptions::builder()
        .output_name(NAME)
        .site_root(settings.site.root.to_string_lossy().into_owned())
        .site_pkg_dir("pkg")
        .hash_files(is_there)
        .hash_file(Arc::from(hash_file.to_string_lossy()))
        .env(leptos::config::Env::PROD)
        .build()
}

fn hash_file(settings: &Settings) -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    program
        .parent()
        .map(|folder| folder.join(&settings.site.hash_file))
        .unwrap_or_default()
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}
