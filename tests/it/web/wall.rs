//! The wallboard: what it shows first, that it goes stale unless it is kept alive, and what a screen's link opens.
//! That a real browser greys it out is shown by `tests/e2e/wall.py`.

use super::*;
use crate::support::hospital::{compiled, compiled_with};

const KIOSK: &str = "kiosk-token-of-the-tests";

#[tokio::test]
async fn the_wall_shows_what_hurts_first_then_what_nobody_knows_then_what_is_well() {
    let hospital = storm(true).await;
    deliver(&hospital).await;
    let served = serve(&hospital, None).await;
    let wall = served.get("/wall").await;
    assert_eq!(wall.status, 200);
    in_order(
        &wall.body,
        &[
            "Northfield Health",
            "17:41 CDT",
            "22:41 UTC",
            "class=\"major now\"",
            "EHR",
            "Major outage",
            "Keyring, 3 of 4 sites, 1 unseen",
            "4 h 03 min",
            "57 min left",
            "Sign-in",
            "over by 3 h 03 min",
            "e-Prescribing",
            "Degraded",
            "class=\"operational\"",
            "Telephony",
            "measured",
            "0 s ago",
            "Payroll",
            "Polling:",
            "3 of 3 sources read in time",
            "Alerting:",
        ],
    );
    assert!(wall.body.len() < 20_000, "{} octets, every ten seconds", wall.body.len());
    assert!(!wall.body.contains("<a ") && !wall.body.contains("<button"), "there is nothing to press on a wall");
}

#[tokio::test]
async fn staleness_is_in_the_page_and_only_a_reading_takes_it_away() {
    let hospital = quiet().await;
    let served = serve(&hospital, None).await;
    let wall = served.get("/wall").await.body;
    in_order(
        &wall,
        &[
            "<noscript><meta http-equiv=\"refresh\" content=\"30\"></noscript>",
            "data-beat=\"a\"",
            "STALE",
            "Nothing heard since 17:41:00 CDT",
            "last known",
            "cannot be seen from here",
        ],
    );
    let style = served.get("/assets/wall.css").await.body;
    for part in ["--patience: 60s", "[data-beat=\"a\"]", "[data-beat=\"b\"]", "forwards"] {
        assert!(style.contains(part), "{part}");
    }
    let script = served.get("/assets/wall.js").await.body;
    assert_eq!(script.matches("dataset.beat = ").count(), 1, "one place keeps it alive: a board that was read");
}

#[tokio::test]
async fn our_own_path_stands_first_when_it_is_broken() {
    let hospital = storm(false).await;
    let served = serve(&hospital, None).await;
    let wall = served.get("/wall").await.body;
    in_order(&wall, &["class=\"major now\"", "Alerting", "Nobody is told", "mend this first", "EHR"]);
    let dark = Hospital::open(true).await;
    dark.look(ago(30)).await;
    dark.look(ago(0)).await;
    let wall = serve(&dark, None).await.get("/wall").await.body;
    in_order(&wall, &["Polling", "Nothing can be read", "class=\"unknown\"", "EHR", "Unknown", "nobody can see it"]);
    let board = &wall[wall.find("<main").unwrap()..];
    assert!(!board.contains("s-operational"), "nothing was measured, so nothing is green");
}

#[tokio::test]
async fn what_its_vendor_no_longer_lists_is_grey_on_the_wall() {
    let hospital = quiet().await;
    hospital.says("keyring", well(&["Sign-on Americas"]));
    hospital.look(ago(-1)).await;
    let wall = serve_on("127.0.0.1:0", &hospital, None, || ago(-1)).await.get("/wall").await.body;
    in_order(&wall, &["class=\"unknown\"", "Sign-in", "Unknown", "Keyring no longer says how Single sign-on US is"]);
}

#[tokio::test]
async fn nine_rows_are_the_most_and_the_rest_is_counted() {
    let mut hospital = quiet().await;
    let many: String = (0..40)
        .map(|n| {
            let needs = if n % 10 == 0 {
                "{ vendor = \"carechart\", without = \"stops\" }"
            } else {
                "{ vendor = \"ringway\", without = \"stops\" }"
            };
            format!("[[service]]\nid = \"s{n}\"\nname = \"Service {n}\"\ntier = \"business\"\nneeds = [{needs}]\n")
        })
        .collect();
    hospital.compiled = Arc::new(compiled_with(&many));
    let wall = serve(&hospital, None).await.get("/wall").await.body;
    assert_eq!(wall.matches("<li ").count(), 9);
    in_order(&wall, &["Service 0", "Service 10", "Service 20", "Service 30", "Service 1", "and 32 more", "32 well"]);
    hospital.compiled = Arc::new(compiled_with(""));
    let wall = serve(&hospital, None).await.get("/wall").await.body;
    in_order(&wall, &["class=\"unknown\"", "No service", "config/inventory.toml names none"]);
}

#[tokio::test]
async fn a_drill_says_so_across_the_wall() {
    let mut hospital = quiet().await;
    assert!(!serve(&hospital, None).await.get("/wall").await.body.contains("DRILL"));
    hospital.compiled = Arc::new(compiled(true).for_a_drill());
    let wall = serve(&hospital, None).await.get("/wall").await.body;
    in_order(&wall, &["<title>DRILL", "w-drill", "DRILL: nothing of this is happening", "EHR"]);
}

async fn guarded(hospital: &Hospital) -> Served {
    let token = |at| Some(Token::demanded(at, Some(TOKEN)).unwrap().unwrap().with_kiosk(Some(KIOSK)).unwrap());
    serve_with("127.0.0.1:0", hospital, token, noon).await
}

#[tokio::test]
async fn a_screens_link_opens_the_wall_and_its_stream_and_nothing_else() {
    let hospital = storm(true).await;
    let served = guarded(&hospital).await;
    assert_eq!(served.get("/wall").await.status, 401);
    assert_eq!(served.get("/wall/events").await.status, 401);
    let link = served.get(&format!("/wall?kiosk={KIOSK}")).await;
    assert_eq!((link.status, link.header("location")), (303, Some("/wall")), "the token leaves the address");
    let cookie = link.header("set-cookie").unwrap();
    assert!(cookie.contains("Path=/wall;") && cookie.contains("HttpOnly") && !cookie.contains(KIOSK), "{cookie}");
    let pass = cookie.split(';').next().unwrap();
    let wall = served.ask("GET", "/wall", &[("cookie", pass)], "").await;
    assert_eq!(wall.status, 200);
    assert!(wall.body.contains("EHR") && !wall.body.contains(KIOSK));
    let as_token = format!("bellwether={}", pass.split_once('=').unwrap().1);
    for path in ["/", "/sources", "/deliveries", "/events", "/api/v1/feed", "/metrics", "/wallet", "/wall/x"] {
        for cookie in [pass, &as_token] {
            let answer = served.ask("GET", path, &[("cookie", cookie)], "").await;
            assert!(matches!(answer.status, 401 | 404) && !answer.body.contains("EHR"), "{path}: {}", answer.status);
        }
        let bearer = format!("Bearer {KIOSK}");
        let answer = served.ask("GET", path, &[("authorization", &bearer)], "").await;
        assert!(matches!(answer.status, 401 | 404), "{path}: {}", answer.status);
    }
    for path in ["/", "/sources", "/api/v1/feed"] {
        assert_eq!(served.get(&format!("{path}?kiosk={KIOSK}")).await.status, 401, "{path}");
    }
    // Who may see everything may see the wall.
    let bearer = format!("Bearer {TOKEN}");
    assert_eq!(served.ask("GET", "/wall", &[("authorization", &bearer)], "").await.status, 200);
}

#[tokio::test]
async fn a_wrong_link_opens_nothing_and_is_not_tried_by_the_hundred() {
    let hospital = quiet().await;
    let served = guarded(&hospital).await;
    let wrong = served.get("/wall?kiosk=guess").await;
    assert!(wrong.status == 401 && wrong.header("set-cookie").is_none() && !wrong.body.contains("EHR"));
    assert_eq!(served.get(&format!("/wall?kiosk={TOKEN}")).await.status, 401, "the token of all is not for walls");
    let mut last = 0;
    for _ in 0..30 {
        last = served.get("/wall?kiosk=guess").await.status;
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn the_walls_stream_says_that_something_happened_and_never_what() {
    let hospital = quiet().await;
    let served = guarded(&hospital).await;
    let link = served.get(&format!("/wall?kiosk={KIOSK}")).await;
    let pass = link.header("set-cookie").unwrap().split(';').next().unwrap();
    let mut stream = TcpStream::connect(served.at).await.unwrap();
    let request = format!("GET /wall/events HTTP/1.1\r\nhost: {}\r\ncookie: {pass}\r\n\r\n", served.at);
    stream.write_all(request.as_bytes()).await.unwrap();
    let began = read_until(&mut stream, "event: heartbeat").await;
    assert!(began.contains("event: hello"), "{began}");
    let down = incident("kr9", "Synthetic: it fails", "critical", Some(("Single sign-on US", "major_outage")), WORDS);
    hospital.says("keyring", page(&["Single sign-on US"], json!([down]), json!([])));
    hospital.look(ago(-1)).await;
    served.beat.send(Beat::Change).unwrap();
    let came = read_until(&mut stream, "\"what\":\"change\"").await;
    assert!(!came.contains("Synthetic") && !came.contains("event: change"), "{came}");
    let foreign = served.ask("GET", "/wall/events", &[("origin", "https://evil.example"), ("cookie", pass)], "").await;
    assert_eq!(foreign.status, 403);
}

#[test]
fn a_kiosk_token_is_not_short_and_not_the_token() {
    use bellwether::web::token::Unguarded;
    let token = || Token::demanded("127.0.0.1:1".parse().unwrap(), Some(TOKEN)).unwrap().unwrap();
    assert_eq!(token().with_kiosk(Some("short")).unwrap_err(), Unguarded::KioskTooShort);
    assert_eq!(token().with_kiosk(Some(TOKEN)).unwrap_err(), Unguarded::KioskIsToken);
    assert!(token().with_kiosk(None).is_ok());
}
