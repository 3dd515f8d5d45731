//! The pages to be looked at, for screenshots.

use super::*;

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
    let shown = [storm(false).await, quiet().await, crowd().await, dark, told, past().await];
    let mut served = Vec::new();
    for (hospital, port) in shown.iter().zip(first..) {
        served.push(serve_on(&format!("127.0.0.1:{port}"), hospital, None, noon).await);
    }
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}
