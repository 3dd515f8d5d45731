//! Who is let in.

use super::*;

#[tokio::test]
async fn the_token_stands_before_everything_but_health_and_style() {
    let hospital = storm(true).await;
    let served = serve(&hospital, Some(TOKEN)).await;
    for path in ["/", "/services", "/incidents/x", "/vendors/keyring", "/sources", "/deliveries", "/none"] {
        let answer = served.get(path).await;
        assert_eq!(answer.status, 401, "{path}");
        assert!(answer.body.contains("action=\"/sign-in\"") && !answer.body.contains("EHR"), "{path}");
        assert_eq!(answer.header("content-security-policy"), Some(POLICY));
    }
    for path in ["/api/v1/feed", "/api/v1/incidents", "/metrics", "/events"] {
        let answer = served.get(path).await;
        assert_eq!(answer.status, 401, "{path}");
        assert!(answer.json()["error"]["message"].as_str().unwrap().contains("token"));
    }
    for path in ["/healthz", "/assets/base.css"] {
        assert_eq!(served.get(path).await.status, 200, "{path}");
    }
    for wrong in ["Bearer wrong-token-of-the-tests", "Bearer", "Basic Y2FuYXJ5"] {
        assert_eq!(served.ask("GET", "/", &[("authorization", wrong)], "").await.status, 401, "{wrong}");
    }
    let bearer = format!("Bearer {TOKEN}");
    for path in ["/", "/api/v1/feed", "/metrics"] {
        let answer = served.ask("GET", path, &[("authorization", &bearer)], "").await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.body.contains(TOKEN), "{path}");
    }
    let mut stream = served.stream(&format!("authorization: {bearer}\r\n")).await;
    read_until(&mut stream, "event: hello").await;
}

#[tokio::test]
async fn a_browser_signs_in_with_a_form_and_goes_where_it_wanted() {
    let hospital = quiet().await;
    let served = serve(&hospital, Some(TOKEN)).await;
    let form = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
    let wrong = served.ask("POST", "/sign-in", &form, "token=wrong&then=%2Fsources").await;
    assert_eq!(wrong.status, 401);
    assert!(wrong.body.contains("That is not the token") && !wrong.head.contains("set-cookie: bellwether="));
    let right = served.ask("POST", "/sign-in", &form, &format!("token={TOKEN}&then=%2Fsources")).await;
    assert_eq!((right.status, right.header("location")), (303, Some("/sources")));
    let cookie = right.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && !cookie.contains(TOKEN), "{cookie}");
    let pass = cookie.split(';').next().unwrap();
    assert_eq!(served.ask("GET", "/sources", &[("cookie", pass)], "").await.status, 200);
    let away = served.ask("POST", "/sign-in", &form, &format!("token={TOKEN}&then=%2F%2Fevil.example")).await;
    assert_eq!(away.header("location"), Some("/"), "never to another site");
    let foreign = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "cross-site")];
    assert_eq!(served.ask("POST", "/sign-in", &foreign, &format!("token={TOKEN}&then=")).await.status, 403);
}

#[tokio::test]
async fn tokens_are_not_tried_by_the_hundred() {
    let hospital = quiet().await;
    let served = serve(&hospital, Some(TOKEN)).await;
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let mut last = 0;
    for _ in 0..30 {
        last = served.ask("POST", "/sign-in", &form, "token=guess").await.status;
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn another_sites_page_learns_nothing_through_the_browser() {
    let hospital = quiet().await;
    let served = serve(&hospital, None).await;
    for path in ["/events", "/api/v1/feed", "/metrics"] {
        let origin = [("origin", "https://evil.example")];
        assert_eq!(served.ask("GET", path, &origin, "").await.status, 403, "{path}");
        assert_eq!(served.ask("GET", path, &[("sec-fetch-site", "cross-site")], "").await.status, 403, "{path}");
    }
    // A name that was made to lead to this machine.
    let rebound = served.ask("GET", "/", &[("host", "evil.example")], "").await;
    assert_eq!(rebound.status, 421);
    assert!(!rebound.body.contains("EHR"));
}
