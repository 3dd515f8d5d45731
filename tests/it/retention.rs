//! What is old is let go of, a little at a time, and never what is open, waits, or was told and not yet ended.

use std::time::{Duration, Instant};

use bellwether::store::Store;
use bellwether::store::retention::Before;
use jiff::{SignedDuration, Timestamp};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use sqlx::{Row, SqliteConnection};

const INCIDENTS: i64 = 4_000;
/// Each of them has so many rows of what was said, what changed, what it did and what was decided.
const ROWS: i64 = 5;

fn now() -> Timestamp {
    "2026-07-17T12:00:00Z".parse().unwrap()
}

fn days_ago(days: i64) -> i64 {
    (now() - SignedDuration::from_hours(24 * days)).as_millisecond()
}

/// Incidents that ended 500 days ago: of every thousandth, something still holds.
async fn fill(database: &SqlitePool) {
    let mut tx = database.begin().await.unwrap();
    let old = days_ago(500);
    let numbers = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {INCIDENTS}), m(j) AS (SELECT 1 UNION ALL SELECT j + 1 FROM m WHERE j < {ROWS})"
    );
    for (table, select) in [
        (
            "report",
            format!(
                "{numbers} SELECT 'a/b', 'k' || i, 0, 'inc' || i, i % 1000 = 1, 'incident', {old}, {old}, '{{}}' FROM n"
            ),
        ),
        ("said", format!("{numbers} SELECT 'a/b', 'k' || i, 0, 'u' || j, 'h', 'inc' || i, {old}, '{{}}' FROM n, m")),
        ("change", format!("{numbers} SELECT i * 10 + j, {old}, 'a/b', 'updated', 'inc' || i, '{{}}' FROM n, m")),
        ("effect", format!("{numbers} SELECT i * 10 + j, {old}, 's', 'inc' || i, 'hurt', '{{}}' FROM n, m")),
        (
            "decision",
            format!("{numbers} SELECT i * 10 + j, {old}, 'r', 'x', 'inc' || i, TRUE, '', 'msg' || i, '{{}}' FROM n, m"),
        ),
        (
            "notification",
            format!(
                "{numbers} SELECT 'msg' || i, i, {old}, 'r', 'x', 't', 1, CASE WHEN i % 1000 = 2 THEN 'pending' ELSE 'delivered' END, 1, {old}, NULL, NULL, CASE WHEN i % 1000 = 2 THEN NULL ELSE {old} END, '', '', '{{}}', x'00' FROM n"
            ),
        ),
        ("topic", format!("{numbers} SELECT 'msg' || i, 'x', 'inc' || i, i FROM n")),
        ("attempt", format!("{numbers} SELECT 'msg' || i, j, {old}, 'failed', '' FROM n, m")),
        ("told", format!("{numbers} SELECT 'x', 's', 'inc' || i, '{{}}' FROM n WHERE i % 1000 = 3")),
        ("hurt", format!("{numbers} SELECT 's', 'inc' || i, '{{}}' FROM n WHERE i % 1000 = 4")),
        ("silence", format!("{numbers} SELECT 'silence' || i, {old}, {old} + i, '{{}}' FROM n")),
        ("body", format!("{numbers} SELECT 'a/b', {old} + i, 'summary', 'h', x'00' FROM n")),
    ] {
        let columns = match table {
            "notification" => {
                "(id, seq, made, receiver, address, thread, tier, state, tries, due, leased_until, leased_by, ended, answer, subject, facts, frozen)"
            }
            "decision" => "(seq, at, receiver, address, cause, is_sent, why, notification, doc)",
            _ => "",
        };
        insert(&mut tx, format!("INSERT INTO {table} {columns} {select}")).await;
    }
    // One that ended lately, so that every list has a newest row that is not old.
    let young = days_ago(1);
    for insert_one in [
        format!("INSERT INTO report VALUES ('a/b', 'young', 0, 'young', FALSE, 'incident', {young}, {young}, '{{}}')"),
        format!("INSERT INTO silence VALUES ('young', {young}, {young}, '{{}}')"),
        format!("INSERT INTO change VALUES (99999999, {young}, 'a/b', 'resolved', 'young', '{{}}')"),
    ] {
        insert(&mut tx, insert_one).await;
    }
    tx.commit().await.unwrap();
}

async fn insert(tx: &mut SqliteConnection, text: String) {
    sqlx::query(sqlx::AssertSqlSafe(text)).execute(tx).await.unwrap();
}

async fn column(database: &SqlitePool, query: &'static str) -> Vec<String> {
    sqlx::query(query).fetch_all(database).await.unwrap().iter().map(|row| row.get(0)).collect()
}

async fn count(database: &SqlitePool, query: &'static str) -> i64 {
    sqlx::query(query).fetch_one(database).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f30_what_is_old_is_let_go_of_and_nobody_waits_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    let path = folder.path().join("bellwether.sqlite");
    let database = SqlitePool::connect_with(SqliteConnectOptions::new().filename(path)).await.unwrap();
    fill(&database).await;
    let before = |days: i64| Timestamp::from_millisecond(days_ago(days)).unwrap();
    let letting_go = tokio::spawn({
        let store = store.clone();
        let before = Before { bodies: before(90), tries: before(90), incidents: before(400), messages: before(400) };
        async move { store.let_go(&before).await.unwrap() }
    });
    // Whoever writes meanwhile gets its turn.
    let mut longest = Duration::ZERO;
    while !letting_go.is_finished() {
        let began = Instant::now();
        store.prove_writable(now()).await.unwrap();
        longest = longest.max(began.elapsed());
    }
    assert!(letting_go.await.unwrap() > 3 * 4_000);
    assert!(longest < Duration::from_secs(2), "a writer waited {longest:?}");
    // Open, with a message that waits, told and not ended, hurting; and the one that ended lately.
    let held = column(&database, "SELECT incident FROM report ORDER BY LENGTH(incident), incident").await;
    let expected: Vec<String> =
        (0..4).flat_map(|k| (1..=4).map(move |i| format!("inc{}", k * 1000 + i))).chain(["young".to_owned()]).collect();
    assert_eq!(held.iter().collect::<std::collections::BTreeSet<_>>(), expected.iter().collect());
    assert_eq!(count(&database, "SELECT COUNT(DISTINCT incident) FROM said").await, 16);
    assert_eq!(count(&database, "SELECT COUNT(*) FROM notification WHERE state = 'pending'").await, 4);
    assert_eq!(
        count(
            &database,
            "SELECT COUNT(*) FROM attempt a JOIN notification n ON n.id = a.notification WHERE n.state = 'pending'"
        )
        .await,
        4 * ROWS
    );
    // What was told and not ended keeps its message and its decisions; of every list the newest row stays.
    let told = column(&database, "SELECT id FROM notification WHERE state <> 'pending' ORDER BY seq").await;
    assert_eq!(told, ["msg3", "msg1003", "msg2003", "msg3003", "msg4000"]);
    assert_eq!(count(&database, "SELECT COUNT(DISTINCT cause) FROM decision").await, 5);
    assert_eq!(count(&database, "SELECT COUNT(*) FROM effect WHERE seq = (SELECT 4000 * 10 + 5)").await, 1);
    assert_eq!(count(&database, "SELECT COUNT(*) FROM body").await, 0);
    assert_eq!(column(&database, "SELECT id FROM silence").await, ["young"]);
    assert_eq!(
        count(&database, "SELECT COUNT(*) FROM notification WHERE state <> 'pending' AND frozen IS NOT NULL").await,
        0
    );
    store.close().await;
}
