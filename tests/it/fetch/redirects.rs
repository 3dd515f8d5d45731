//! Redirects, each hop as suspect as the first.

use super::*;

#[tokio::test]
async fn five_redirects_are_followed_and_a_loop_is_not() {
    let server = Hostile::new(|asked| {
        let left: usize = asked.target.trim_start_matches('/').parse().unwrap();
        if left == 0 {
            answer("200 OK", &["etag: \"7\""], "[]")
        } else {
            answer("301 Moved Permanently", &[&format!("location: /{}", left - 1)], "")
        }
    })
    .await;
    let Fetched::Body { body, validators, .. } = get(&fetcher(), server.url("/5")).await.unwrap() else { panic!() };
    assert_eq!(body.final_url, Some(server.url("/0")));
    // They are of another address than the one that will be asked next time.
    assert_eq!(validators, None);
    match get(&fetcher(), server.url("/6")).await {
        Err(Unreadable::Moved(why)) => {
            assert_eq!(why, format!("redirected more than 5 times, at last to {}", server.url("/0")));
        }
        other => panic!("{other:?}"),
    }
    let asked = server.heads().len();
    let round = Hostile::new(|_| answer("302 Found", &["location: /"], "")).await;
    assert!(matches!(get(&fetcher(), round.url("/")).await, Err(Unreadable::Moved(_))));
    assert_eq!((asked, round.heads().len()), (6 + 6, 6));
}

#[tokio::test]
async fn a_redirect_without_an_address_is_an_answer() {
    let lost = of(&fetcher(), answer("302 Found", &[], "where?")).await.unwrap();
    assert_eq!(body(lost).status, 302);
    unexpected_because(
        of(&fetcher(), answer("302 Found", &["location: http://[:::]/"], "")).await,
        "which is no address",
    );
}

/// One listener at 127.0.0.1 and 127.0.0.2, so that a redirect need not change the port.
async fn on_both(script: impl Fn(&Asked) -> Vec<Act> + Send + Sync + 'static) -> (Hostile, u16) {
    let server = Hostile::at("0.0.0.0:0", script).await;
    let port = server.address.port();
    (server, port)
}

fn at(host: &str, port: u16, path: &str) -> Url {
    Url::parse(&format!("http://{host}:{port}{path}")).unwrap()
}

#[tokio::test]
async fn validators_and_our_address_stay_with_the_first_host() {
    let (server, port) = on_both(|asked| match asked.header("host").unwrap().split_once(':').unwrap() {
        ("127.0.0.1", port) => {
            answer("308 Permanent Redirect", &[&format!("location: http://127.0.0.2:{port}/moved")], "")
        }
        _ => answer("200 OK", &[], "[]"),
    })
    .await;
    let both = Settings { allow_private: vec!["127.0.0.0/30".parse().unwrap()], ..settings() };
    let known = Validators { etag: Some("\"7\"".into()), last_modified: None };
    let request = ask(at("127.0.0.1", port, "/secret?token=1"));
    let moved = Fetcher::new(both).unwrap().fetch(&request, Some(&known)).await.unwrap();
    assert_eq!(body(moved).final_url, Some(at("127.0.0.2", port, "/moved")));
    let [here, there] = server.heads().try_into().unwrap();
    assert_eq!(header(&here, "if-none-match"), Some("\"7\""));
    assert_eq!((header(&there, "if-none-match"), header(&there, "referer")), (None, None));
}

#[tokio::test]
async fn redirects_into_the_private_network_are_refused_before_a_connection() {
    let (server, port) = on_both(|asked| {
        let port = asked.header("host").unwrap().rsplit(':').next().unwrap();
        answer("307 Temporary Redirect", &[&format!("location: http://{}:{port}/", &asked.target[1..])], "")
    })
    .await;
    let fetcher = fetcher();
    for target in
        ["127.0.0.2", "2130706434", "0x7f.2", "[::ffff:127.0.0.2]", "0177.0.0.2", "me:pw@127.0.0.2", "10.0.0.1"]
    {
        let outcome = get(&fetcher, at("127.0.0.1", port, &format!("/{target}"))).await;
        not_allowed_because(outcome, "127.0.0.1 redirects to http://");
    }
    assert_eq!((server.heads().len(), server.connections_to("127.0.0.2")), (7, 0));
}

#[tokio::test]
async fn redirects_to_other_ports_and_schemes_are_refused() {
    let door = Hostile::new(|_| answer("200 OK", &[], "secret")).await;
    let knock = door.url("/").to_string();
    for target in [
        knock.as_str(),
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1:70/",
        "javascript:alert(1)",
        "data:,x",
    ] {
        let location = format!("location: {target}");
        let server = Hostile::new(move |_| answer("302 Found", &[&location], "")).await;
        not_allowed_because(get(&fetcher(), server.url("/")).await, "127.0.0.1 redirects to ");
    }
    assert_eq!(door.connections(), 0);
}
