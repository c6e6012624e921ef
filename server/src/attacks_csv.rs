//! `GET /attacks.csv`: what the attack list shows, as a file, however long. It is read page by page
//! while it is sent: neither memory nor a connection to Postgres is held for all of it. A few are sent at
//! once; who takes nothing for a minute makes room for the next.

use std::net::IpAddr;
use std::time::Duration;

use app::request::Visitor;
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use backend::attacks::{self, LinePage, LineQuery, LoggedLine, PAGE_LIMIT};
use backend::{Backend, Error};
use domain::role::Permission;
use futures::StreamExt;
use time::format_description::well_known::Rfc3339;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio_stream::wrappers::ReceiverStream;

use crate::AppState;
use crate::error::ApiError;

const HEAD: [&str; 12] = [
    "time",
    "node",
    "source",
    "country",
    "asn",
    "kind",
    "extension",
    "number",
    "prefix",
    "rule",
    "agent",
    "line",
];

/// A reader who takes nothing for so long gets no more.
const PATIENCE: Duration = Duration::from_mins(1);

/// The lines that the query asks for, as the page understands it; newest first.
pub(crate) async fn export(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let user = visitor.user.ok_or(ApiError::Unauthorized)?;
    if !user.role.may(Permission::Read) {
        return Err(Error::Forbidden.into());
    }
    let Ok(place) = state.exports.try_acquire_owned() else {
        return Ok(busy(&headers));
    };
    let backend = state.backend;
    let now = backend.clock.now();
    let mut query = app::lines_asked(query.as_deref().unwrap_or_default(), now);
    query.limit = PAGE_LIMIT;
    // What arrives meanwhile is not part of it.
    query.to = Some(query.to.unwrap_or(now + time::Duration::days(1)));
    // Before the head is sent: what is wrong so far is still an answer.
    let first = attacks::list(&backend, &query).await?;
    let export = Export {
        backend,
        query,
        page: Some(first),
        head: true,
    };
    let body = Body::from_stream(sent(export, place));
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (CONTENT_DISPOSITION, "attachment; filename=\"attacks.csv\""),
    ];
    Ok((headers, body).into_response())
}

/// In words, with the status and the header that programs understand.
fn busy(asked: &HeaderMap) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (RETRY_AFTER, "10"),
    ];
    let page = app::exports_busy(asked);
    (StatusCode::SERVICE_UNAVAILABLE, headers, page).into_response()
}

/// What goes out. A file that ends early would look whole; a connection that breaks does not: so whatever
/// is not known to be the end is an error.
fn sent(
    export: Export,
    place: OwnedSemaphorePermit,
) -> impl futures::Stream<Item = Result<Bytes, Unfinished>> {
    let (pages, taken) = mpsc::channel(1);
    tokio::spawn(async move {
        if let Err(error) = export.run(&pages).await {
            tracing::warn!("an export ends early: {error}");
        }
        drop(place);
    });
    let pages = ReceiverStream::new(taken).map(Some);
    // `Some(None)` is the end; without it the sender went away.
    let pages = pages.chain(futures::stream::once(async { None }));
    pages
        .take_while(|page| std::future::ready(!matches!(page, Some(None))))
        .map(|page: Option<Option<Bytes>>| page.flatten().ok_or(Unfinished))
}

/// Why a file is not whole.
#[derive(Debug, thiserror::Error)]
enum Early {
    #[error(transparent)]
    Backend(#[from] Error),
    #[error("its reader is gone, or takes nothing")]
    Reader,
}

/// What a body ends with that is not whole.
#[derive(Debug, thiserror::Error)]
#[error("the file is not whole")]
struct Unfinished;

/// Where an export is.
struct Export {
    backend: Backend,
    query: LineQuery,
    /// Read and not sent yet.
    page: Option<LinePage>,
    head: bool,
}

impl Export {
    /// Page after page, then the end (`None`).
    async fn run(mut self, pages: &mpsc::Sender<Option<Bytes>>) -> Result<(), Early> {
        loop {
            let (bytes, more) = self.next().await?;
            give(pages, Some(bytes)).await?;
            if !more {
                return give(pages, None).await;
            }
        }
    }

    /// The rows of one page, and whether there is more.
    async fn next(&mut self) -> Result<(Bytes, bool), Error> {
        let page = match self.page.take() {
            Some(page) => page,
            None => attacks::list(&self.backend, &self.query).await?,
        };
        let bytes = written(std::mem::take(&mut self.head), page.rows).map_err(|error| {
            Error::Inconsistent {
                table: "attacks",
                what: error.to_string(),
            }
        })?;
        let more = page.next.is_some();
        self.query.after = page.next;
        Ok((bytes, more))
    }
}

async fn give(pages: &mpsc::Sender<Option<Bytes>>, page: Option<Bytes>) -> Result<(), Early> {
    match tokio::time::timeout(PATIENCE, pages.send(page)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Early::Reader),
    }
}

fn written(head: bool, rows: Vec<LoggedLine>) -> Result<Bytes, csv::Error> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .quote_style(csv::QuoteStyle::Always)
        .from_writer(Vec::new());
    if head {
        writer.write_record(HEAD)?;
    }
    for line in rows {
        writer.write_record(cells(line).iter().map(|cell| harmless(cell)))?;
    }
    let bytes = writer
        .into_inner()
        .map_err(csv::IntoInnerError::into_error)?;
    Ok(bytes.into())
}

fn cells(line: LoggedLine) -> [String; 12] {
    [
        line.at.format(&Rfc3339).unwrap_or_default(),
        line.node_name,
        line.source
            .as_ref()
            .map(IpAddr::to_string)
            .unwrap_or_default(),
        line.country.unwrap_or_default(),
        line.asn.map(|asn| asn.to_string()).unwrap_or_default(),
        line.kind.as_str().to_owned(),
        line.extension.unwrap_or_default(),
        line.number.unwrap_or_default(),
        line.prefix.unwrap_or_default(),
        line.rule.unwrap_or_default(),
        line.agent.unwrap_or_default(),
        line.raw,
    ]
}

/// What a spreadsheet would take for a formula is text for it, too: also where it takes another character
/// than the comma for the end of a cell.
fn harmless(cell: &str) -> String {
    cell.split_inclusive([';', '|', '\t'])
        .map(segment)
        .collect()
}

fn segment(text: &str) -> String {
    let first = text
        .trim_start_matches([' ', '\u{3000}', '"'])
        .chars()
        .next();
    match first {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => {
            format!("'{text}")
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn hostile_34_no_cell_is_a_formula() {
        for cell in [
            "=cmd|' /C calc'!A0",
            "+8613800138000",
            "-2+3",
            "@SUM(1)",
            "\r=1",
            " =1",
            "＝1",
        ] {
            assert_eq!(harmless(cell), format!("'{cell}"));
        }
        for (cell, text) in [
            ("x;=cmd|' /C calc'!A0;", "x;'=cmd|' /C calc'!A0;"),
            ("x; +1|@2\t-3", "x;' +1|'@2\t'-3"),
            ("\t=1", "'\t'=1"),
            ("\"=1\"", "'\"=1\""),
        ] {
            assert_eq!(harmless(cell), text);
        }
        for cell in ["", "1001", "a=b", "2001:db8::1", "a;b"] {
            assert_eq!(harmless(cell), cell);
        }
    }
}
