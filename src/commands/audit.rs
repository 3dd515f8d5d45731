//! `audit`: who did what, and whether all of it stands as it was written.

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;
use serde_json::json;

use super::accounts::Opened;
use super::load::Folders;
use super::table;
use crate::model::published::time;
use crate::store::audit::{AuditLine, Verified};

/// What can be done with the audit.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// List the newest lines.
    List {
        /// How many at the most.
        #[arg(long, value_name = "LINES", default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=100_000))]
        limit: i64,
        /// One JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Read all of it and say whether anything was changed or taken out.
    Verify,
}

/// Does it.
///
/// # Errors
/// A configuration or a store that cannot be read.
pub fn run(folders: &Folders, command: &AuditCommand) -> Result<ExitCode> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let opened = Opened::of(folders).await?;
        let code = match command {
            AuditCommand::List { limit, json } => {
                list(&opened.store.audit(i64::MAX, None, *limit).await?, *json);
                ExitCode::SUCCESS
            }
            AuditCommand::Verify => verdict(&opened.store.verify_audit().await?),
        };
        opened.store.close().await;
        Ok(code)
    })
}

fn verdict(verified: &Verified) -> ExitCode {
    match verified {
        Verified::Whole { lines, head } => {
            say!("{lines} lines stand as they were written; the last one's hash is {head}");
            ExitCode::SUCCESS
        }
        Verified::Broken { at } => {
            eprintln!("error: line {at} does not stand on the one before: something was changed, taken out or put in");
            ExitCode::FAILURE
        }
    }
}

fn list(lines: &[AuditLine], is_json: bool) {
    if is_json {
        let one = |l: &AuditLine| json!({"seq": l.seq, "at": time(l.at), "who": l.who, "from": l.origin, "what": l.deed, "about": l.about, "detail": l.detail, "hash": l.hash});
        say!("{:#}", serde_json::Value::Array(lines.iter().map(one).collect()));
        return;
    }
    let mut table = table::headed(["line", "when", "who", "from", "what", "to what"]);
    for l in lines {
        let about = if l.detail.is_empty() { l.about.clone() } else { format!("{} ({})", l.about, l.detail) };
        let deed = l.deed.replace('_', " ");
        table.add_row([l.seq.to_string(), time(l.at), l.who.clone(), l.origin.clone(), deed, about]);
    }
    say!("{table}");
}
