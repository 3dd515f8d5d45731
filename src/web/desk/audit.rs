//! The audit, for admins: who did what, the newest first.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::shell::Shell;
use crate::store::StoreError;
use crate::store::audit::{AuditLine, Verified};
use crate::web::fault::{self, Fault};
use crate::web::router::Site;
use crate::web::view::{Theirs, When};
use crate::web::who::Viewer;

/// Lines on a page.
const LINES: i64 = 100;

/// From which line on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    before: Option<i64>,
}

struct Row {
    seq: i64,
    at: When,
    who: Theirs,
    origin: String,
    deed: String,
    about: Theirs,
    detail: Theirs,
    hash: String,
}

#[derive(Template)]
#[template(path = "desk/audit.html")]
struct Page {
    shell: Shell,
    rows: Vec<Row>,
    before: Option<i64>,
    is_whole: bool,
    verified: String,
}

/// The page.
pub async fn page(State(site): State<Arc<Site>>, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let Ok(Query(asked)) = asked else {
        return Fault::new(StatusCode::BAD_REQUEST, "This page knows only ?before=NUMBER.").page();
    };
    let store = &site.app.store;
    let read = async {
        let lines = store.audit(asked.before.unwrap_or(i64::MAX), None, LINES).await?;
        Ok::<_, StoreError>((lines, store.verify_audit().await?))
    };
    let (lines, verified) = match read.await {
        Ok(read) => read,
        Err(error) => return Fault::from(error).page(),
    };
    let shell = Shell::new(&site, &Viewer::now(), "/audit");
    let is_whole = matches!(verified, Verified::Whole { .. });
    let is_more = i64::try_from(lines.len()).is_ok_and(|n| n == LINES);
    let before = lines.last().map(|line| line.seq).filter(|seq| is_more && *seq > 1);
    let rows = lines.into_iter().map(|line| row(&shell, line)).collect();
    fault::html(&Page { rows, before, is_whole, verified: in_words(&verified), shell })
}

fn row(shell: &Shell, line: AuditLine) -> Row {
    Row {
        seq: line.seq,
        at: shell.when(line.at),
        who: Theirs::line(&line.who),
        origin: line.origin,
        deed: line.deed.replace('_', " "),
        about: Theirs::line(&line.about),
        detail: Theirs::line(&line.detail),
        hash: line.hash.chars().take(12).collect(),
    }
}

/// What came of verifying, for people.
pub fn in_words(verified: &Verified) -> String {
    match verified {
        Verified::Whole { lines: 0, .. } => "Nothing has been done yet.".to_owned(),
        Verified::Whole { lines, head } => format!(
            "All {lines} lines stand as they were written. The last one’s hash is {head}: written down elsewhere, it shows later whether lines were cut off the end."
        ),
        Verified::Broken { at } => format!(
            "Line {at} does not stand on the one before it: something was changed, taken out or put in. Compare with a backup."
        ),
    }
}
