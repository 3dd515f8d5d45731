//! The pages to be looked at, for screenshots.

use super::*;

/// For screenshots: `BELLWETHER_SHOW=seconds cargo test --test it show` serves five situations on ports 18090 to 18094.
#[tokio::test]
async fn show() {
    let Some(seconds) = std::env::var("BELLWETHER_SHOW").ok().and_then(|s| s.parse().ok()) else { return };
    let dark = Hospital::open(true).await;
    dark.look(ago(30)).await;
    dark.look(ago(0)).await;
    let told = storm(true).await;
    deliver(&told).await;
    let shown = [storm(false).await, quiet().await, crowd().await, dark, told];
    let mut served = Vec::new();
    for (hospital, port) in shown.iter().zip(18090..) {
        served.push(serve_on(&format!("127.0.0.1:{port}"), hospital, None, noon).await);
    }
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}
