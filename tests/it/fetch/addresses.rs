//! Where we may go at all, and by which proxy.

use super::hostile_urls;
use super::*;

// S01 to S05, S08, S09: where we may go (T16)

#[tokio::test]
async fn no_hostile_address_is_ever_connected_to() {
    let (v4, v6) = hostile_urls::listeners().await;
    let guarded = Fetcher::new(Settings { allow_private: Vec::new(), connect_deadline: LONG, ..settings() }).unwrap();
    let urls = hostile_urls::with_port(v4.address.port());
    assert!(urls.len() >= 60, "{}", urls.len());
    for text in urls {
        // What the parser refuses never becomes a request.
        let Ok(url) = Url::parse(&text) else { continue };
        let is_name = matches!(url.host(), Some(url::Host::Domain(_)));
        match get(&guarded, url).await {
            Err(Unreadable::NotAllowed(_)) => {}
            // Not every machine knows every spelling of its own name.
            Err(Unreadable::Unreachable(why)) if is_name => assert!(why.starts_with("the name "), "{text}: {why}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    assert_eq!((v4.connections(), v6.map_or(0, |server| server.connections())), (0, 0));
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_with_the_way_out() {
    let server = Hostile::new(|_| answer("200 OK", &[], "[]")).await;
    let url = Url::parse(&format!("http://localhost:{}/", server.address.port())).unwrap();
    let guarded = Fetcher::new(Settings { allow_private: Vec::new(), ..settings() }).unwrap();
    not_allowed_because(get(&guarded, url.clone()).await, "in config/bellwether.toml");
    assert_eq!(server.connections(), 0);
    assert_eq!(body(get(&fetcher(), url).await.unwrap()).bytes, b"[]");
}

// F89, S08: proxies

fn through(proxy: Url) -> Fetcher {
    Fetcher::new(Settings { proxy: Some(proxy.into()), allow_private: Vec::new(), ..settings() }).unwrap()
}

#[tokio::test]
async fn a_proxy_is_asked_by_name_and_may_stand_at_a_private_address() {
    let proxy = Hostile::new(|_| answer("200 OK", &[], "[]")).await;
    let by_name = Url::parse(&format!("http://localhost:{}/", proxy.address.port())).unwrap();
    for proxy in [proxy.url("/"), by_name] {
        let fetched = get(&through(proxy), Url::parse("http://status.vendor.invalid/x").unwrap()).await.unwrap();
        assert_eq!(body(fetched).bytes, b"[]");
    }
    assert!(proxy.heads()[0].starts_with("GET http://status.vendor.invalid/x HTTP/1.1\r\n"), "{:?}", proxy.heads());
    // Behind a proxy too, an address must be one that may be asked.
    not_allowed_because(get(&through(proxy.url("/")), Url::parse("http://10.1.2.3/").unwrap()).await, "10.1.2.3");
    assert_eq!(proxy.heads().len(), 2);
}

#[tokio::test]
async fn a_proxy_that_refuses_is_told_from_a_vendor_that_does() {
    let target = Url::parse("https://status.vendor.invalid/").unwrap();
    let strict = Hostile::new(|_| answer("407 Proxy Authentication Required", &[], "")).await;
    match get(&through(strict.url("/")), target.clone()).await {
        Err(Unreadable::Refused(why)) => {
            assert_eq!(
                why,
                format!("the proxy {} wants a name and a password, or others than ours (HTTP 407)", strict.address)
            );
        }
        other => panic!("{other:?}"),
    }
    let closed = Hostile::new(|_| answer("403 Forbidden", &[], "")).await;
    unreachable_because(get(&through(closed.url("/")), target.clone()).await, "makes no connection for us");
    let (_port, address) = closed_port();
    let gone = Url::parse(&format!("http://{address}/")).unwrap();
    unreachable_because(get(&through(gone), target).await, &format!("connection refused by the proxy {address}"));
}

#[tokio::test]
async fn a_proxy_in_the_environment_is_not_used() {
    const MARK: &str = "BELLWETHER_TEST_HAS_PROXY";
    if std::env::var_os(MARK).is_some() {
        let server = Hostile::new(|_| answer("200 OK", &[], "[]")).await;
        assert_eq!(body(get(&fetcher(), server.url("/")).await.unwrap()).bytes, b"[]");
        return;
    }
    // A process cannot change its own environment safely, so this test runs itself in another.
    let (_port, nobody) = closed_port();
    let proxy = format!("http://{nobody}");
    let itself = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "fetch::addresses::a_proxy_in_the_environment_is_not_used"])
        .env(MARK, "1")
        .envs(["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"].map(|name| (name, &proxy)))
        .env_remove("no_proxy")
        .env_remove("NO_PROXY")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&itself.stdout);
    assert!(itself.status.success() && said.contains("1 passed"), "{said}");
}
