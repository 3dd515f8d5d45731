//! Links, passwords, sessions: used once, tried seldom, changed at each sign-in, ended on the server.

use bellwether::model::account::{Name, Role, Scope};
use bellwether::model::audit::By;
use bellwether::pipeline::accounts;
use bellwether::store::Store;
use jiff::SignedDuration;

use super::{Answer, Browser, PASSWORD, Site, TOKEN};
use crate::support::hospital::Hospital;

async fn try_to(browser: &Browser<'_>, name: &str, password: &str) -> Answer {
    browser.fill("/sign-in", "/sign-in/account", &[("name", name), ("password", password), ("then", "/sources")]).await
}

async fn first_link(site: &Site) -> String {
    let link = accounts::first_link(&site.hospital.store, &By::terminal("start"), site.now()).await.unwrap();
    format!("/link/{}", link.reveal())
}

const NEW: [(&str, &str); 3] = [("name", "Ada Lovelace"), ("password", PASSWORD), ("again", PASSWORD)];

#[tokio::test]
async fn the_first_account_is_made_by_a_link_that_is_good_once() {
    let site = Site::open(None).await;
    let path = first_link(&site).await;
    let (ada, eve) = (Browser::new(&site), Browser::new(&site));
    // Two look at it, as mail programs do; to look does not use it.
    assert_eq!((ada.get(&path).await.status, eve.get(&path).await.status), (200, 200));
    let made = ada.fill(&path, &path, &NEW).await;
    assert_eq!((made.status, made.header("location")), (303, Some("/")));
    assert!(ada.get("/accounts").await.body.contains("Ada Lovelace"), "the first one is an admin");
    assert_eq!(eve.get(&path).await.status, 410);
    let late = [("form", "x"), ("name", "Eve"), ("password", PASSWORD), ("again", PASSWORD)];
    assert!([403, 410].contains(&eve.post(&path, &late).await.status));
    assert_eq!(site.hospital.store.accounts().await.unwrap().len(), 1);
    let again = accounts::first_link(&site.hospital.store, &By::terminal("start"), site.now()).await;
    assert!(again.unwrap_err().to_string().contains("an account already"));
}

#[tokio::test]
async fn of_two_who_use_a_link_at_the_same_moment_one_gets_in() {
    let site = Site::open(None).await;
    let path = first_link(&site).await;
    let (ada, eve) = (Browser::new(&site), Browser::new(&site));
    let (a, b) = tokio::join!(ada.fill(&path, &path, &NEW), async {
        let fields = [("name", "Eve"), ("password", PASSWORD), ("again", PASSWORD)];
        eve.fill(&path, &path, &fields).await
    });
    let mut both = [a.status, b.status];
    both.sort_unstable();
    assert_eq!(both, [303, 410]);
    assert_eq!(site.hospital.store.accounts().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_link_is_over_after_a_day_and_when_a_newer_one_was_made() {
    let site = Site::open(None).await;
    let old = first_link(&site).await;
    let new = first_link(&site).await;
    let browser = Browser::new(&site);
    assert_eq!((browser.get(&old).await.status, browser.get(&new).await.status), (410, 200));
    site.clock.move_to(site.now() + SignedDuration::from_hours(25));
    assert_eq!(browser.get(&new).await.status, 410);
    assert_eq!(browser.get("/link/nothing").await.status, 410);
}

#[tokio::test]
async fn a_password_that_anybody_would_try_is_refused_beside_its_field_and_the_link_stays_good() {
    let site = Site::open(None).await;
    let path = first_link(&site).await;
    let browser = Browser::new(&site);
    for (password, again, why) in [
        ("short", "short", "8 characters"),
        ("password123", "password123", "first that anybody would try"),
        (PASSWORD, "another one", "not the same"),
    ] {
        let answer = browser.fill(&path, &path, &[("name", "Ada"), ("password", password), ("again", again)]).await;
        assert!(answer.status == 422 && answer.body.contains(why), "{why}: {}", answer.body);
        assert!(!answer.body.contains(&format!("value=\"{password}\"")), "a password is never sent back");
    }
    let answer = browser.fill(&path, &path, &[("name", "<b>"), ("password", PASSWORD), ("again", PASSWORD)]).await;
    assert!(answer.status == 422 && answer.body.contains("id=\"name-why\""));
    assert_eq!(browser.fill(&path, &path, &NEW).await.status, 303);
}

#[tokio::test]
async fn a_session_has_a_new_secret_at_each_sign_in_and_ends_on_the_server() {
    let site = Site::open(None).await;
    let ada = site.signed_in("ada", Role::Operator).await;
    let first = ada.cookie();
    assert_eq!(try_to(&ada, "ADA", PASSWORD).await.header("location"), Some("/sources"), "whatever the case");
    let second = ada.cookie();
    assert_ne!(first, second);
    let with = async |cookie: &str| site.ask("GET", "/incidents/new", &[("cookie", cookie)], "").await.status;
    assert_eq!((with(&first).await, with(&second).await), (401, 200), "the old one ended");
    let out = ada.fill("/account", "/sign-out", &[]).await;
    assert_eq!(out.status, 303);
    assert_eq!(with(&second).await, 401, "signed out is out, whoever kept the cookie");
    assert!(site.audit().await.contains(&"signed_out ada".to_owned()));
}

#[tokio::test]
async fn a_secret_that_somebody_else_put_into_the_browser_is_never_taken_over() {
    let site = Site::open(None).await;
    let ada = site.signed_in("ada", Role::Operator).await;
    ada.fill("/account", "/sign-out", &[]).await;
    let planted = "a".repeat(64);
    let browser = Browser::new(&site);
    browser.cookies.lock().unwrap().push(("bellwether-session".into(), planted.clone()));
    assert_eq!(try_to(&browser, "ada", PASSWORD).await.status, 303);
    assert!(!browser.cookie().contains(&planted));
    let planted = format!("bellwether-session={planted}");
    assert_eq!(site.ask("GET", "/incidents/new", &[("cookie", &planted)], "").await.status, 401);
    let doubled = format!("{}; {}", browser.cookie(), planted);
    assert_eq!(site.ask("GET", "/incidents/new", &[("cookie", &doubled)], "").await.status, 401, "of two, none");
}

#[tokio::test]
async fn the_cookie_is_kept_from_scripts_and_from_other_sites() {
    let site = Site::open(None).await;
    let link = format!("/link/{}", site.invite("ada", Role::Admin).await);
    let browser = Browser::new(&site);
    let answer = browser.fill(&link, &link, &[("password", PASSWORD), ("again", PASSWORD)]).await;
    let set = answer.headers("set-cookie").find(|set| set.starts_with("bellwether-session=")).unwrap();
    for part in ["Path=/", "HttpOnly", "SameSite=Lax", "Max-Age=604800"] {
        assert!(set.contains(part), "{set}");
    }
    assert!(!set.contains("Domain") && !set.contains("Secure"), "{set}: this is no TLS");
}

#[tokio::test]
async fn a_session_ends_when_nobody_uses_it_and_after_a_week_in_any_case() {
    let site = Site::open(None).await;
    let ada = site.signed_in("ada", Role::Operator).await;
    let begun = site.now();
    for hours in (6..=162).step_by(6) {
        site.clock.move_to(begun + SignedDuration::from_hours(hours));
        assert_eq!(ada.get("/account").await.status, 200, "after {hours} h");
    }
    site.clock.move_to(begun + SignedDuration::from_hours(7 * 24 + 1));
    assert_eq!(ada.get("/account").await.status, 401, "a week is the end");
    let bob = site.signed_in("bob", Role::Operator).await;
    site.clock.move_to(site.now() + SignedDuration::from_hours(13));
    assert_eq!(bob.get("/account").await.status, 401, "a shift without a click is the end");
}

#[tokio::test]
async fn passwords_are_not_tried_by_the_hundred_and_the_right_one_helps_only_later() {
    let site = Site::open(None).await;
    let ada = site.signed_in("ada", Role::Operator).await;
    ada.fill("/account", "/sign-out", &[]).await;
    let browser = Browser::new(&site);
    let mut answers = Vec::new();
    for n in 0..12 {
        answers.push(try_to(&browser, "ada", &format!("guess number {n}")).await);
    }
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [[401; 10].as_slice(), &[429; 2]].concat());
    assert!(answers[11].header("retry-after").is_some());
    assert_eq!(try_to(&browser, "ada", PASSWORD).await.status, 429);
    site.clock.move_to(site.now() + SignedDuration::from_secs(61));
    assert_eq!(try_to(&browser, "ada", PASSWORD).await.status, 303);
    let failed = site.audit().await.iter().filter(|line| *line == "sign_in_failed ada").count();
    assert_eq!(failed, 10);
}

#[tokio::test]
async fn an_unknown_name_is_answered_as_a_wrong_password_is_and_is_not_written_down() {
    let site = Site::open(None).await;
    site.signed_in("ada", Role::Operator).await;
    let browser = Browser::new(&site);
    let known = try_to(&browser, "ada", "not the password").await;
    let unknown = try_to(&browser, "eve", "not the password").await;
    let words = |answer: &Answer| answer.body.replace("value=\"ada\"", "").replace("value=\"eve\"", "");
    assert_eq!((known.status, words(&known)), (unknown.status, words(&unknown)));
    try_to(&browser, "canary-typed-into-the-wrong-field", "x").await;
    let lines = site.hospital.store.audit(i64::MAX, None, 100).await.unwrap();
    assert!(!format!("{lines:?}").contains("canary-typed") && !format!("{lines:?}").contains("eve"), "{lines:?}");
    assert!(site.audit().await.contains(&"sign_in_failed a name that nobody has".to_owned()));
    // And no password and no link lies in it either.
    assert!(!format!("{lines:?}").contains(PASSWORD));
}

#[tokio::test]
async fn another_role_password_or_removal_ends_every_session() {
    let site = Site::open(None).await;
    let admin = site.signed_in("first admin", Role::Admin).await;
    let ada = site.signed_in("ada", Role::Operator).await;
    assert_eq!(admin.fill("/accounts", "/accounts/role", &[("name", "ada"), ("role", "viewer")]).await.status, 303);
    assert_eq!(ada.get("/account").await.status, 401);
    assert_eq!(try_to(&ada, "ada", PASSWORD).await.status, 303);
    assert_eq!(ada.get("/incidents/new").await.status, 403);
    let link = admin.fill("/accounts", "/accounts/reset", &[("name", "ada")]).await;
    let path = link.body.split("/link/").nth(1).unwrap()[..64].to_owned();
    assert_eq!(ada.get("/account").await.status, 200, "the old password holds until the link is used");
    let other = Browser::new(&site);
    let path = format!("/link/{path}");
    let new = "another four plain words";
    assert_eq!(other.fill(&path, &path, &[("password", new), ("again", new)]).await.status, 303);
    assert_eq!(ada.get("/account").await.status, 401);
    assert_eq!(try_to(&ada, "ada", PASSWORD).await.status, 401);
    assert_eq!(admin.fill("/accounts", "/accounts/remove", &[("name", "ada")]).await.status, 303);
    assert_eq!(other.get("/account").await.status, 401);
    assert_eq!(try_to(&other, "ada", new).await.status, 401);
}

#[tokio::test]
async fn nobody_takes_the_page_away_from_himself() {
    let site = Site::open(None).await;
    let admin = site.signed_in("Boss", Role::Admin).await;
    for path in ["/accounts/remove", "/accounts/role", "/accounts/reset"] {
        let answer = admin.fill("/accounts", path, &[("name", "bOSS"), ("role", "viewer")]).await;
        assert_eq!(answer.status, 409, "{path}");
    }
}

#[tokio::test]
async fn ones_own_password_is_changed_with_the_old_one_and_signs_out_everywhere_else() {
    let site = Site::open(None).await;
    let ada = site.signed_in("ada", Role::Viewer).await;
    let elsewhere = Browser::new(&site);
    assert_eq!(try_to(&elsewhere, "ada", PASSWORD).await.status, 303);
    let new = "another four plain words";
    let wrong = [("before", "not it at all"), ("password", new), ("again", new)];
    let answer = ada.fill("/account", "/account", &wrong).await;
    assert!(answer.status == 422 && answer.body.contains("before-why"));
    assert_eq!(
        ada.fill("/account", "/account", &[("before", PASSWORD), ("password", new), ("again", new)]).await.status,
        303
    );
    assert_eq!((ada.get("/account").await.status, elsewhere.get("/account").await.status), (200, 401));
}

#[tokio::test]
async fn one_goes_on_to_our_own_pages_only() {
    let site = Site::open(None).await;
    site.signed_in("ada", Role::Viewer).await;
    for (then, to) in [("//evil.example", "/"), ("https://evil.example/", "/"), ("/services?x=1", "/services?x=1")] {
        let browser = Browser::new(&site);
        let fields = [("name", "ada"), ("password", PASSWORD), ("then", then)];
        let answer = browser.fill("/sign-in", "/sign-in/account", &fields).await;
        assert_eq!(answer.header("location"), Some(to));
    }
}

#[tokio::test]
async fn no_secret_lies_in_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let mut hospital = Hospital::open(true).await;
    hospital.store = Store::open(folder.path()).await.unwrap();
    let site = Site::of(hospital, Some(TOKEN)).await;
    let ada = site.signed_in("ada", Role::Admin).await;
    let token = site.token("probe", Scope::Write).await;
    let name = Name::parse("ada").unwrap();
    let link = accounts::reset(&site.hospital.store, &name, &By::terminal("t"), site.now()).await.unwrap();
    let files = ["bellwether.sqlite", "bellwether.sqlite-wal"].map(|file| std::fs::read(folder.path().join(file)));
    let bytes: Vec<u8> = files.into_iter().flatten().flatten().collect();
    let holds = |secret: &str| bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
    let session = ada.cookie().split_once('=').unwrap().1.to_owned();
    for secret in [&session, &token, link.reveal(), PASSWORD, TOKEN] {
        assert!(!holds(secret), "{secret}");
    }
    assert!(holds("$argon2id$") && holds("ada"), "these are the right files");
}
