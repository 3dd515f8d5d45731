//! The pages to be looked at, for screenshots.

use bellwether::model::account::Role;

use super::*;
use crate::desk::Site;

/// For screenshots: `BELLWETHER_SHOW=seconds cargo test --test it show` serves situations from port 18090 on, or from
/// `BELLWETHER_SHOW_PORT`. Which port shows what stands in `tests/e2e/pages.mjs`.
#[tokio::test]
async fn show() {
    let Some(seconds) = std::env::var("BELLWETHER_SHOW").ok().and_then(|s| s.parse().ok()) else { return };
    let first = std::env::var("BELLWETHER_SHOW_PORT").ok().and_then(|p| p.parse().ok()).unwrap_or(18_090_u16);
    let dark = Hospital::open(true).await;
    dark.look(ago(30)).await;
    dark.look(ago(0)).await;
    let told = storm(true).await;
    deliver(&told).await;
    let planned = super::maintenance::planned().await;
    planned.says("keyring", well(&["Sign-on Americas"]));
    planned.goes_dark("ringway");
    let down = incident("sk1", "Synthetic: it fails", "major", Some(("SQL Database", "partial_outage")), WORDS);
    planned.says("skyward", page(&["SQL Database", "Object storage"], json!([down]), json!([])));
    for minutes in 2..18 {
        planned.look(ago(-minutes)).await;
    }
    super::deliveries::give_up(&planned, ago(-30)).await;
    let due = super::maintenance::planned().await;
    let mut drill = storm(true).await;
    Arc::make_mut(&mut drill.compiled).is_drill = true;
    let doubtful = super::doubt::doubtful().await;
    let moved = super::moved::moved().await;
    let shown = [
        storm(false).await,
        quiet().await,
        crowd().await,
        dark,
        told,
        past().await,
        planned,
        due,
        drill,
        doubtful,
        moved,
    ];
    // For what only an operator sees: where, and as whom.
    let site = Site::of(super::doubt::doubtful().await, None).await;
    println!("BELLWETHER_SHOW_OPERATOR=http://{} {}", site.at, site.signed_in("Ada", Role::Operator).await.cookie());
    let mut served = Vec::new();
    for (hospital, port) in shown.iter().zip(first..) {
        let clock = match port - first {
            4 => || ago(-2),
            6 => || ago(-19),
            _ => noon,
        };
        served.push(serve_on(&format!("127.0.0.1:{port}"), hospital, None, clock).await);
    }
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}
