//! The page of maintenance: by day, whom of ours each hurts, what runs past its end, what ended.

use super::*;

fn work(id: &str, title: &str, from: &str, until: &str, component: &str, status: &str) -> Value {
    let mut work = maintenance(id, title, from, until, component);
    work["status"] = json!(status);
    work
}

const PARTS: [&str; 3] = ["SQL Database", "Object storage", "Queues"];

/// One runs past its end, one should have begun, some lie ahead, one is over.
pub(super) async fn planned() -> Hospital {
    let hospital = quiet().await;
    let over = work("m0", "Synthetic: over", "2026-07-17T20:00:00Z", "2026-07-17T22:50:00Z", "Queues", "in_progress");
    let late =
        work("m1", "Synthetic: late", "2026-07-17T20:00:00Z", "2026-07-17T22:00:00Z", "SQL Database", "in_progress");
    let silent = work("m2", "Synthetic: silent", "2026-07-17T22:00:00Z", "2026-07-18T01:00:00Z", "Queues", "scheduled");
    let tonight =
        work("m3", "Synthetic: tonight", "2026-07-18T04:00:00Z", "2026-07-18T05:30:00Z", "SQL Database", "scheduled");
    let others =
        work("m4", "Synthetic: not ours", "2026-07-18T04:00:00Z", "2026-07-18T06:00:00Z", "Queues", "scheduled");
    let far =
        work("m5", "Synthetic: far", "2026-08-01T04:00:00Z", "2026-08-01T05:00:00Z", "Object storage", "scheduled");
    let beyond =
        work("m6", "Synthetic: beyond", "2026-10-01T04:00:00Z", "2026-10-01T05:00:00Z", "Object storage", "scheduled");
    let all = json!([over, late, silent, tonight, others, far, beyond]);
    hospital.says("skyward", page(&PARTS, json!([]), all));
    hospital.look(ago(-1)).await;
    hospital
}

#[tokio::test]
async fn maintenance_is_told_by_day_with_whom_it_hurts_and_when() {
    let hospital = planned().await;
    let served = serve_on("127.0.0.1:0", &hospital, None, || ago(-1)).await;
    let page = served.get("/maintenance").await;
    assert_eq!(page.status, 200);
    in_order(
        &page.body,
        &[
            "3 running (1 past the planned end), 2 ahead that hurt ours",
            "Running now: 3",
            "over by 42 min",
            "Past its planned end",
            "Synthetic: late",
            "e-Prescribing",
            "clinical, at all 4 sites",
            "prescriptions to outside pharmacies",
            "2 that hurt nobody of ours",
            "Running",
            "Synthetic: over",
            "Should have begun; the vendor does not say",
            "Synthetic: silent",
            "In the next seven days: 2",
            "Today, Friday 17 July",
            "23:00 CDT",
            "Sat 04:00 UTC",
            "Synthetic: tonight",
            "e-Prescribing",
            "1 that hurts nobody of ours",
            "Synthetic: not ours",
            "up to thirty days ahead: 1",
            "Friday 31 July",
            "Synthetic: far",
            "Payroll",
            "1 more lies further ahead",
            "Lately ended: none",
        ],
    );
    assert!(!page.body.contains("Synthetic: beyond"));
}

#[tokio::test]
async fn what_ended_says_how_long_past_its_plan_and_how_we_know() {
    let hospital = planned().await;
    let mut done =
        work("m1", "Synthetic: late", "2026-07-17T20:00:00Z", "2026-07-17T22:00:00Z", "SQL Database", "completed");
    done["resolved_at"] = json!("2026-07-17T22:45:00Z");
    hospital.says("skyward", page(&PARTS, json!([]), json!([done])));
    hospital.look(ago(-5)).await;
    let served = serve_on("127.0.0.1:0", &hospital, None, || ago(-6)).await;
    let page = served.get("/maintenance").await.body;
    in_order(
        &page,
        &[
            "Lately ended: 1",
            "Synthetic: late",
            "Over",
            "e-Prescribing",
            "2 h 45 min, 45 min past its planned end",
            "The vendor said so",
        ],
    );
}

#[tokio::test]
async fn without_any_every_heading_stays() {
    let hospital = quiet().await;
    let page = serve(&hospital, None).await.get("/maintenance").await.body;
    in_order(
        &page,
        &[
            "Maintenance: none running, none ahead that hurt ours",
            "Running now: none",
            "In the next seven days: none",
            "up to thirty days ahead: none",
            "Lately ended: none",
        ],
    );
}

#[tokio::test]
async fn a_vendor_with_three_hundred_maintenances_stays_readable() {
    let hospital = quiet().await;
    let many: Vec<Value> = (0..300)
        .map(|n| {
            let (from, until) =
                (format!("2026-07-{:02}T04:00:00Z", 18 + n % 10), format!("2026-07-{:02}T06:00:00Z", 18 + n % 10));
            work(&format!("x{n}"), &format!("Synthetic: data centre {n}"), &from, &until, "Queues", "scheduled")
        })
        .collect();
    hospital.says("skyward", page(&PARTS, json!([]), json!(many)));
    hospital.look(ago(-1)).await;
    let page = serve(&hospital, None).await.get("/maintenance").await.body;
    assert!(page.len() < 100_000, "{} octets", page.len());
    in_order(&page, &["30 that hurt nobody of ours", "and 20 more"]);
}
