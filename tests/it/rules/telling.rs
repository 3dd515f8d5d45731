//! Who is told when: what subscriptions choose by, what is kept back for a time and told after it, and what is told to the
//! next where nobody takes care.

use bellwether::alerting::blind::BlindAfter;
use bellwether::alerting::route::Hold;
use bellwether::model::audit::By;
use bellwether::model::id::{IncidentId, VendorId};
use bellwether::model::impact::Impact;
use bellwether::model::inventory::Tier;
use bellwether::model::restless::FlappingWord;
use bellwether::model::silence::Matcher;
use bellwether::model::snapshot::SeenIncident;
use bellwether::pipeline::silence::{self, Wish};
use jiff::SignedDuration;

use crate::support::model::*;

const OKTA: &str = r#"{ vendor = "okta", without = "stops" }"#;
const NOBODY: Vec<String> = Vec::new();

async fn desk(wants: &str) -> Desk {
    desk_of(&[service("ehr", "EHR", OKTA)], wants).await
}

async fn desk_of(services: &[String], wants: &str) -> Desk {
    let desk = Desk::new(services, &[receiver("noc", wants)]).await;
    desk.all_quiet().await;
    desk
}

fn vital(id: &str, name: &str, needs: &str) -> String {
    service(id, name, needs).replace("clinical", "life-safety")
}

fn degraded(key: &str) -> SeenIncident {
    with_impact(Impact::Degraded, incident(key))
}

fn only(step: &Step) -> IncidentId {
    step.sent[0].facts.topics[0].incident.clone().unwrap()
}

fn about_okta() -> Matcher {
    Matcher { vendors: vec![VendorId::parse("okta").unwrap()], ..Matcher::default() }
}

#[tokio::test]
async fn a_subscription_chooses_by_component_and_what_the_vendor_does_not_name_may_be_any() {
    let desk = desk("components = [\"SSO*\"]").await;
    assert_eq!(desk.open("okta/status", vec![naming(&["Billing"], incident("a"))], 1).await.subjects(), NOBODY);
    let both = vec![naming(&["Billing"], incident("a")), naming(&["SSO EU"], incident("b"))];
    assert_eq!(desk.open("okta/status", both.clone(), 2).await.sent.len(), 1);
    let all = [both, vec![incident("c")]].concat();
    assert_eq!(desk.open("okta/status", all, 3).await.sent.len(), 1, "it does not say which");
}

#[tokio::test]
async fn a_subscription_chooses_by_words_in_title_and_text_and_by_words_that_must_not_stand_there() {
    let desk = desk("words = [\"LOOK INTO\"]\nwithout_words = [\"Trouble b\"]").await;
    assert_eq!(desk.open("okta/status", vec![incident("a")], 1).await.sent.len(), 1);
    let left_out = desk.open("okta/status", vec![incident("a"), incident("b")], 2).await;
    assert_eq!(left_out.unsent(), ["noc: the vendor says \"Trouble b\", which for-noc leaves out"]);
    let other = SeenIncident { updates: vec![update("u1", 0, "Nothing.")], ..incident("c") };
    let unsaid = desk.open("okta/status", vec![incident("a"), incident("b"), other], 3).await;
    assert_eq!(unsaid.unsent(), ["noc: the vendor says none of the words that for-noc asks for"]);
}

#[tokio::test]
async fn a_subscription_chooses_by_site_and_what_is_used_everywhere_is_used_there_too() {
    let at_north = service("ehr", "EHR", OKTA) + "sites = [\"north\"]\n";
    let sites = "[[site]]\nid = \"north\"\nname = \"North\"\n[[site]]\nid = \"south\"\nname = \"South\"\n".to_owned();
    let services = [sites, at_north, service("lab", "Lab", OKTA)];
    let desk = desk_of(&services, "sites = [\"south\"]").await;
    let step = desk.open("okta/status", vec![incident("a")], 1).await;
    assert_eq!(step.sent[0].services(), ["lab hurt"]);
}

#[tokio::test]
async fn what_only_shows_is_decided_and_tells_nobody() {
    let desk = desk("show_only = true").await;
    let step = desk.open("okta/status", vec![incident("a")], 1).await;
    assert_eq!((step.subjects(), step.unsent()), (NOBODY, vec!["noc: for-noc shows and tells nobody".to_owned()]));
    let end = desk.open("okta/status", vec![ended(2, incident("a"))], 2).await;
    assert_eq!(end.subjects(), NOBODY);
}

/// The test begins at noon: quiet until 13:00.
const QUIET: &str = "quiet = { from = \"12:00\", until = \"13:00\" }";

#[tokio::test]
async fn in_quiet_hours_nothing_is_told_and_what_stays_is_told_at_their_end() {
    let desk = desk(QUIET).await;
    let step = desk.open("okta/status", vec![incident("a")], 10).await;
    assert_eq!(step.unsent(), ["noc: for-noc has quiet hours until 2026-03-02T13:00:00Z"]);
    assert_eq!(step.happened.next_tick, Some(minute(60)), "it is known when to look again");
    assert_eq!(desk.tick(30).await.unsent(), NOBODY, "it is not decided anew at each tick");
    assert_eq!(desk.tick(59).await.subjects(), NOBODY);
    assert_eq!(desk.tick(60).await.subjects(), ["noc: [Partly down] EHR at all sites: Okta"]);
    let end = desk.open("okta/status", vec![ended(70, incident("a"))], 70).await;
    assert_eq!(end.subjects(), ["noc: [Over] EHR at all sites: Okta"]);
}

#[tokio::test]
async fn what_begins_and_ends_in_quiet_hours_is_not_told() {
    let desk = desk(QUIET).await;
    desk.open("okta/status", vec![incident("a")], 10).await;
    let end = desk.open("okta/status", vec![ended(20, incident("a"))], 20).await;
    assert_eq!(end.unsent(), ["noc: nobody there was told that it began"]);
    assert_eq!(desk.tick(61).await.subjects(), NOBODY);
}

#[tokio::test]
async fn what_was_told_before_quiet_hours_and_grows_or_ends_in_them_is_told_after_them() {
    let desk = desk("quiet = { from = \"12:10\", until = \"13:00\" }").await;
    desk.open("okta/status", vec![degraded("a"), degraded("b")], 5).await;
    let grown = vec![with_impact(Impact::MajorOutage, incident("a")), ended(20, degraded("b"))];
    let step = desk.open("okta/status", grown, 20).await;
    assert_eq!((step.sent.len(), step.unsent().len()), (0, 2));
    assert_eq!(desk.tick(40).await.unsent(), NOBODY);
    let mut told = desk.tick(60).await.subjects();
    told.sort();
    assert_eq!(told, ["noc: [Over, still hurt] EHR at all sites: Okta", "noc: [Worse: DOWN] EHR at all sites: Okta"]);
}

#[tokio::test]
async fn life_safety_knows_no_quiet_hours() {
    let desk = desk_of(&[vital("ehr", "EHR", OKTA), service("lab", "Lab", OKTA)], QUIET).await;
    let step = desk.open("okta/status", vec![incident("a")], 10).await;
    assert_eq!(step.sent[0].services(), ["ehr hurt"]);
    assert_eq!(desk.tick(60).await.sent[0].services(), ["lab hurt"]);
}

#[tokio::test]
async fn quiet_hours_are_those_of_the_persons_own_zone() {
    let desk = desk("quiet = { from = \"06:00\", until = \"07:00\", time_zone = \"America/Chicago\" }").await;
    assert_eq!(desk.open("okta/status", vec![incident("a")], 10).await.sent.len(), 0, "12:10 is 06:10 in Chicago");
    assert_eq!(desk.tick(60).await.sent.len(), 1);
}

#[tokio::test]
async fn a_digest_is_told_at_its_hour_with_all_that_came() {
    let mut desk = desk("digest = [\"14:00\"]").await;
    desk.holds_mail = true;
    desk.open("okta/status", vec![incident("a")], 10).await;
    desk.open("okta/status", vec![incident("a"), degraded("b")], 20).await;
    desk.open("okta/status", vec![ended(30, incident("a")), degraded("b")], 30).await;
    desk.holds_mail = false;
    assert_eq!(desk.tick(119).await.sent.len(), 0);
    let step = desk.tick(120).await;
    assert_eq!(step.sent.len(), 1, "{:?}", step.subjects());
    assert_eq!(step.sent[0].facts.topics.len(), 2);
    let told: Vec<usize> = step.sent[0].facts.topics.iter().map(|topic| topic.told.len()).collect();
    assert_eq!(told.iter().sum::<usize>(), 3, "a began and ended, b began");
}

#[tokio::test]
async fn who_wants_it_at_once_is_told_at_once_and_gets_what_was_gathered_with_it() {
    let twice =
        "digest = [\"14:00\"]\n[[subscription]]\nid = \"worst\"\nleast = \"major_outage\"\nreceivers = [\"noc\"]";
    let desk = desk(twice).await;
    assert_eq!(desk.open("okta/status", vec![degraded("a")], 10).await.sent.len(), 0, "it waits for its hour");
    let worse = desk.open("okta/status", vec![with_impact(Impact::MajorOutage, incident("a"))], 20).await;
    assert_eq!(worse.sent.len(), 1);
    assert_eq!(desk.tick(120).await.sent.len(), 0, "nothing is left");
}

#[tokio::test]
async fn a_silence_keeps_back_beginnings_and_lets_ends_through() {
    let desk = desk("").await;
    desk.open("okta/status", vec![incident("a")], 1).await;
    desk.silence(about_okta(), 2, 60).await;
    let step = desk.open("okta/status", vec![ended(10, incident("a")), incident("b")], 10).await;
    assert_eq!(step.subjects(), ["noc: [Over, still hurt] EHR at all sites: Okta"]);
    assert_eq!(step.unsent(), ["noc: silenced by Ada until 2026-03-02T13:00:00Z (quiet-please)"]);
    assert_eq!(step.happened.next_tick, Some(minute(60)));
    assert_eq!(desk.tick(59).await.sent.len(), 0);
    assert_eq!(desk.tick(60).await.subjects(), ["noc: [Partly down] EHR at all sites: Okta"], "its end is its end");
}

#[tokio::test]
async fn a_silence_of_a_component_wants_all_that_is_named_to_be_meant() {
    let desk = desk("").await;
    desk.silence(Matcher { components: vec!["SSO".into()], ..Matcher::default() }, 0, 60).await;
    let some = vec![naming(&["SSO"], incident("a")), naming(&["SSO", "MFA"], incident("b")), incident("c")];
    let step = desk.open("okta/status", some, 10).await;
    assert_eq!((step.sent.len(), step.unsent().len()), (2, 1));
}

#[tokio::test]
async fn a_silence_that_names_nothing_silences_nothing() {
    let desk = desk("").await;
    desk.silence(Matcher::default(), 0, 60).await;
    assert_eq!(desk.open("okta/status", vec![incident("a")], 10).await.sent.len(), 1);
}

async fn holding(wants: &str) -> Desk {
    let mut desk = desk(wants).await;
    desk.compiled.manner.hold = Hold { degraded: SignedDuration::from_mins(5), ..Hold::default() };
    desk
}

#[tokio::test]
async fn a_small_impact_is_told_when_it_stays_and_not_when_it_passes() {
    let desk = holding("").await;
    let step = desk.open("okta/status", vec![degraded("a"), degraded("b")], 10).await;
    assert_eq!((step.sent.len(), step.happened.next_tick), (0, Some(minute(15))));
    let passed = desk.open("okta/status", vec![ended(12, degraded("a")), degraded("b")], 12).await;
    assert_eq!(passed.sent.len(), 0);
    assert_eq!(desk.tick(14).await.sent.len(), 0);
    assert_eq!(desk.tick(15).await.sent.len(), 1, "b stayed");
    assert_eq!(desk.open("okta/status", vec![ended(16, degraded("b"))], 16).await.sent.len(), 1);
}

#[tokio::test]
async fn the_worst_and_what_nobody_knows_is_not_held_back() {
    let desk = holding("").await;
    let worst = vec![with_impact(Impact::MajorOutage, incident("a")), with_impact(Impact::Unknown, incident("b"))];
    assert_eq!(desk.open("okta/status", worst, 10).await.sent.len(), 2);
    let growing = vec![ended(15, incident("a")), ended(15, incident("b")), degraded("c")];
    assert_eq!(desk.open("okta/status", growing, 20).await.sent.len(), 2, "the ends of a and b");
    let grown = vec![with_impact(Impact::MajorOutage, incident("c"))];
    assert_eq!(desk.open("okta/status", grown, 21).await.subjects(), ["noc: [DOWN] EHR at all sites: Okta"]);
}

/// Comes at even minutes and goes at odd ones, every four minutes.
async fn flap(desk: &Desk, turns: i64) -> Vec<Step> {
    let mut steps = Vec::new();
    for turn in 1..=turns {
        let minutes = turn * 4;
        let said = if turn % 2 == 1 { incident("a") } else { ended(minutes, incident("a")) };
        steps.push(desk.open("okta/status", vec![said], minutes).await);
    }
    steps
}

#[tokio::test]
async fn what_comes_and_goes_is_told_as_such_once_and_how_it_stands_when_it_rests() {
    let desk = desk("").await;
    let steps = flap(&desk, 8).await;
    let told: Vec<usize> = steps.iter().map(|step| step.sent.len()).collect();
    assert_eq!(told, [1, 1, 1, 1, 1, 0, 0, 0], "the fifth says that it comes and goes");
    let word = steps[4].sent[0].facts.topics[0].flapping;
    assert!(matches!(word, Some(FlappingWord::Restless(restless)) if restless.turns == 5), "{word:?}");
    assert!(steps[4].sent[0].text.contains("comes and goes"), "{}", steps[4].sent[0].text);
    assert_eq!(desk.tick(51).await.sent.len(), 0, "the last turn was at minute 32");
    let rest = desk.tick(52).await;
    assert_eq!(rest.subjects(), ["noc: [Steady, over] EHR at all sites: Okta"]);
    assert_eq!(rest.sent[0].facts.topics[0].flapping, Some(FlappingWord::Steady));
    assert_eq!(desk.tick(100).await.sent.len(), 0);
}

#[tokio::test]
async fn what_rests_while_it_is_there_is_told_as_there_and_its_end_is_told() {
    let desk = desk("").await;
    flap(&desk, 7).await;
    let rest = desk.tick(48).await;
    assert_eq!(rest.sent.len(), 1);
    assert_eq!(rest.sent[0].services(), ["ehr hurt"]);
    assert_eq!(rest.sent[0].facts.topics[0].flapping, Some(FlappingWord::Steady));
    let end = desk.open("okta/status", vec![ended(60, incident("a"))], 60).await;
    assert_eq!(end.subjects(), ["noc: [Over] EHR at all sites: Okta"]);
}

const LADDER: &str = "[[receiver]]\nid = \"lead\"\nemail = \"lead@example.org\"\n\
    [[receiver]]\nid = \"boss\"\nemail = \"boss@example.org\"\n\
    [[escalation]]\nid = \"ladder\"\ntiers = [\"clinical\"]\n\
    [[escalation.step]]\nafter = \"15m\"\nreceivers = [\"lead\"]\n\
    [[escalation.step]]\nafter = \"30m\"\nagain = \"20m\"\nreceivers = [\"boss\"]";

#[tokio::test]
async fn what_nobody_takes_care_of_goes_to_the_next_and_again() {
    let desk = desk(LADDER).await;
    let step = desk.open("okta/status", vec![incident("a")], 10).await;
    assert_eq!(step.subjects(), ["noc: [Partly down] EHR at all sites: Okta"]);
    assert_eq!(desk.tick(24).await.sent.len(), 0);
    assert_eq!(desk.tick(25).await.subjects(), ["lead: [Partly down, not acknowledged] EHR at all sites: Okta"]);
    assert_eq!(desk.tick(40).await.subjects(), ["boss: [Partly down, not acknowledged] EHR at all sites: Okta"]);
    assert_eq!(desk.tick(59).await.sent.len(), 0);
    let again = desk.tick(60).await;
    assert_eq!(again.subjects(), ["boss: [Partly down, not acknowledged] EHR at all sites: Okta"], "and again");
    assert_eq!(again.sent[0].facts.topics[0].escalation, Some(2));
    let end = desk.open("okta/status", vec![ended(61, incident("a"))], 61).await;
    assert_eq!(end.sent.len(), 3, "all who were told are told the end: {:?}", end.subjects());
}

#[tokio::test]
async fn who_takes_care_stops_the_next_step() {
    let desk = desk(LADDER).await;
    let step = desk.open("okta/status", vec![incident("a")], 10).await;
    desk.tick(25).await;
    desk.acknowledge(&only(&step), 26).await;
    let calm = desk.tick(41).await;
    assert_eq!(calm.subjects(), NOBODY);
    assert_eq!(calm.unsent(), ["boss: ladder is not needed: Grace takes care of it"]);
    let worse = desk.open("okta/status", vec![with_impact(Impact::MajorOutage, incident("a"))], 50).await;
    let told: Vec<&str> = worse.sent.iter().map(|sent| sent.receiver.as_str()).collect();
    assert_eq!(told, ["lead", "noc"], "who was told goes on being told");
}

fn on_aws(mute: bool, services: &[String]) -> Vec<String> {
    let edge = format!("[[upstream]]\nvendor = \"okta\"\non = \"aws\"\nmute = {mute}\n");
    [services, &[service("pacs", "PACS", r#"{ vendor = "aws", without = "stops" }"#), edge]].concat()
}

#[tokio::test]
async fn what_is_open_below_is_named_and_mutes_only_where_that_is_wanted() {
    let desk = desk_of(&on_aws(false, &[service("ehr", "EHR", OKTA)]), "").await;
    desk.open("aws/status", vec![incident("x")], 1).await;
    let step = desk.open("okta/status", vec![incident("a")], 2).await;
    assert_eq!(step.sent[0].facts.topics[0].below[0].vendor, "AWS");
    assert!(step.sent[0].text.contains("AWS"), "{}", step.sent[0].text);
}

#[tokio::test]
async fn who_was_told_of_what_is_below_is_not_told_of_what_follows_but_for_life_safety() {
    let services = [service("ehr", "EHR", OKTA), vital("icu", "ICU", OKTA)];
    let desk = desk_of(&on_aws(true, &services), "").await;
    desk.open("aws/status", vec![incident("x")], 1).await;
    let step = desk.open("okta/status", vec![incident("a")], 2).await;
    assert_eq!(step.sent[0].services(), ["icu hurt"]);
    assert_eq!(step.unsent(), ["noc: AWS, on which it stands, is down, and that was told"]);
    let below_is_over = desk.open("aws/status", vec![ended(9, incident("x"))], 9).await;
    assert_eq!(below_is_over.subjects(), ["noc: [Over] PACS at all sites: AWS"]);
    assert_eq!(desk.tick(10).await.sent[0].services(), ["ehr hurt"], "what stays is told then");
}

#[tokio::test]
async fn two_vendors_that_do_not_stand_on_one_another_stay_two() {
    let desk = desk_of(&on_aws(true, &[service("lab", "Lab", r#"{ vendor = "azure", without = "stops" }"#)]), "").await;
    desk.open("aws/status", vec![incident("x")], 1).await;
    let step = desk.open("azure/status", vec![incident("a")], 2).await;
    assert_eq!(step.sent.len(), 1);
    assert!(step.sent[0].facts.topics[0].below.is_empty());
}

#[tokio::test]
async fn a_blind_source_is_told_after_the_time_of_each_services_tier() {
    let services = [
        service("sign-in", "Sign-in", OKTA),
        vital("ehr", "EHR", r#"{ service = "sign-in", without = "stops" }"#),
        vital("er", "ER", OKTA),
    ];
    let mut desk = desk_of(&services, "").await;
    let sooner =
        BlindAfter::all(SignedDuration::from_mins(10)).but(Tier::LifeSafety, Some(SignedDuration::from_mins(3)));
    desk.compiled.effect_rules.blind_after = sooner;
    desk.look("okta/status", unreachable(), 1).await;
    assert_eq!(desk.tick(1).await.happened.next_tick, Some(minute(4)), "the shorter time is known");
    assert_eq!(desk.tick(3).await.subjects(), NOBODY);
    let first = desk.tick(4).await;
    assert_eq!(first.sent.len(), 1, "what life depends on, directly and through what can wait: {:?}", first.subjects());
    assert_eq!(first.sent[0].services(), ["ehr hurt", "er hurt"]);
    assert_eq!(first.happened.next_tick, Some(minute(11)), "and the longer one");
    assert_eq!(desk.tick(10).await.subjects(), NOBODY, "what was told of others does not make it sooner");
    assert_eq!(desk.tick(11).await.sent[0].services(), ["sign-in hurt"]);
    assert_eq!(desk.tick(30).await.subjects(), NOBODY);
    let back = desk.open("okta/status", vec![], 31).await;
    let over: Vec<String> = back.sent.iter().flat_map(Sent::services).collect();
    assert_eq!(over.len(), 3, "each is told its end: {over:?}");
}

fn wish(about: Matcher, minutes: i64) -> Wish {
    Wish { key: "k".into(), about, reason: "we know, Ringway is at it".into(), until: minute(minutes) }
}

#[tokio::test]
async fn a_silence_says_what_it_keeps_silent_and_what_it_kept_back_is_told_by_the_tick_after_it_was_ended() {
    let desk = desk("").await;
    let ada = By::terminal("Ada");
    desk.open("okta/status", vec![incident("a")], 1).await;
    let (store, compiled) = (&desk.store, &desk.compiled);
    let foreseen = silence::foresee(store, compiled, &wish(about_okta(), 60), &ada, minute(2)).await.unwrap();
    assert_eq!(foreseen.iter().map(|e| e.path.join(" > ")).collect::<Vec<_>>(), ["EHR > Okta"]);
    assert_eq!(store.silences(minute(2)).await.unwrap(), [], "looking ahead puts nothing");
    let (put, hushed) = silence::put(store, compiled, &wish(about_okta(), 60), &ada, minute(2)).await.unwrap();
    assert_eq!((hushed.len(), put.author.as_str()), (1, "Ada"));
    let again = silence::put(store, compiled, &wish(about_okta(), 90), &ada, minute(3)).await.unwrap().0;
    assert_eq!(again, put, "one form puts one silence");
    let step = desk.open("okta/status", vec![incident("a"), incident("b")], 10).await;
    assert_eq!(step.unsent().len(), 1);
    let ended = silence::end(store, &put.id, &By::terminal("Grace"), minute(20)).await.unwrap();
    assert_eq!(ended.until, minute(20));
    let twice = silence::end(store, &put.id, &ada, minute(21)).await.unwrap_err().to_string();
    assert!(twice.contains("is over since"), "{twice}");
    assert!(
        silence::end(store, "no", &ada, minute(21)).await.unwrap_err().to_string().starts_with("there is no silence")
    );
    assert_eq!(desk.tick(20).await.subjects(), ["noc: [Partly down] EHR at all sites: Okta"]);
    let audit: Vec<String> =
        store.audit(i64::MAX, None, 10).await.unwrap().iter().map(|l| format!("{} {}", l.deed, l.who)).collect();
    assert_eq!(audit, ["silence_ended Grace", "silenced Ada"]);
}

#[tokio::test]
async fn what_silences_everything_or_for_ever_or_without_a_reason_is_refused() {
    let desk = desk("").await;
    let some = |pattern: &str| Matcher { components: vec![pattern.into()], ..Matcher::default() };
    let all_tiers = Matcher { tiers: Tier::ALL.to_vec(), ..Matcher::default() };
    let no_incident = Matcher { incidents: vec!["okta-none".into()], ..Matcher::default() };
    let nobody = Matcher { vendors: vec![VendorId::parse("nobody").unwrap()], ..Matcher::default() };
    let wishes = [
        ("silence everything", wish(Matcher::default(), 60)),
        ("silence everything", wish(some("*"), 60)),
        ("silence everything", wish(some(" ** "), 60)),
        ("silence everything", wish(all_tiers, 60)),
        ("No vendor is called nobody", wish(nobody, 60)),
        ("there is no incident okta-none", wish(no_incident, 60)),
        ("over already", wish(about_okta(), 5)),
        ("over already", wish(about_okta(), -5)),
        ("more than 30 days", wish(about_okta(), 6 + 30 * 24 * 60)),
        ("Say why", Wish { reason: " \n ".into(), ..wish(about_okta(), 60) }),
        ("longer than 400", Wish { reason: "x".repeat(401), ..wish(about_okta(), 60) }),
    ];
    for (why, wish) in wishes {
        let put = silence::put(&desk.store, &desk.compiled, &wish, &By::terminal("Ada"), minute(5)).await;
        let refused = put.unwrap_err().to_string();
        assert!(refused.contains(why), "{why}: {refused}");
    }
    let longest = wish(about_okta(), 5 + 30 * 24 * 60);
    let put = silence::put(&desk.store, &desk.compiled, &longest, &By::terminal("Ada"), minute(5)).await;
    assert!(put.is_ok(), "thirty days are not more than thirty days");
}

#[tokio::test]
async fn a_message_about_what_is_open_leads_to_where_it_is_acknowledged_until_somebody_has() {
    let mut desk = desk("").await;
    let opened = desk.open("okta/status", vec![degraded("x")], 1).await;
    assert!(!opened.sent[0].text.contains("Acknowledge"), "without an address of our pages there is no link");
    desk.compiled.page = Some("https://status.example.org".into());
    let opened = desk.open("okta/status", vec![degraded("x"), incident("a")], 2).await;
    let id = only(&opened);
    let link = opened.sent[0].facts.topics[0].acknowledge.clone().unwrap();
    let ends = (minute(2) + SignedDuration::from_hours(7 * 24)).as_second();
    let receiver = &opened.sent[0].facts.receiver;
    let seal = desk.compiled.ids.seal(&id, receiver, ends);
    assert_eq!(link, format!("https://status.example.org/acknowledge/{id}/noc/{ends}/{seal}"));
    assert!(opened.sent[0].text.contains(&format!("Acknowledge {link}")), "{}", opened.sent[0].text);
    desk.acknowledge(&id, 3).await;
    let worse = desk.open("okta/status", vec![degraded("x"), with_impact(Impact::MajorOutage, incident("a"))], 4).await;
    assert_eq!(
        worse.subjects(),
        ["noc: [Worse: DOWN] EHR at all sites: Okta"],
        "who was told is told that it is worse"
    );
    assert!(!worse.sent[0].text.contains("Acknowledge"), "somebody takes care of it");
    let over = desk.open("okta/status", vec![degraded("x"), ended(5, incident("a"))], 5).await;
    assert!(!over.sent[0].text.contains("Acknowledge"));
}

#[tokio::test]
async fn life_safety_is_never_gathered() {
    let desk = desk_of(&[vital("ehr", "EHR", OKTA), service("lab", "Lab", OKTA)], "digest = [\"14:00\"]").await;
    let step = desk.open("okta/status", vec![incident("a")], 10).await;
    assert_eq!(step.sent.len(), 1);
    assert!(step.sent[0].services().contains(&"ehr hurt".to_owned()), "{:?}", step.sent[0].services());
}

#[tokio::test]
async fn what_is_gathered_comes_out_after_quiet_hours() {
    let desk = desk("digest = [\"12:30\"]\nquiet = { from = \"12:20\", until = \"13:00\" }").await;
    desk.open("okta/status", vec![incident("a")], 10).await;
    assert_eq!(desk.tick(30).await.sent.len(), 0);
    assert_eq!(desk.tick(60).await.sent.len(), 1);
}

#[tokio::test]
async fn what_eases_below_what_is_asked_for_wakes_nobody_either() {
    let desk = desk("least = \"partial_outage\"\nquiet = { from = \"12:10\", until = \"13:00\" }").await;
    assert_eq!(desk.open("okta/status", vec![incident("a")], 5).await.sent.len(), 1);
    let eased = desk.open("okta/status", vec![degraded("a")], 20).await;
    assert_eq!(eased.unsent(), ["noc: for-noc has quiet hours until 2026-03-02T13:00:00Z"]);
    assert_eq!(desk.tick(60).await.sent.len(), 1);
}

#[tokio::test]
async fn who_sleeps_is_told_the_end_after_it_though_others_there_are_awake_and_do_not_want_it() {
    let wishes = "quiet = { from = \"12:10\", until = \"13:00\" }\n[[subscription]]\nid = \"beginnings\"\n\
        effects = [\"hurt\"]\nreceivers = [\"noc\"]";
    let desk = desk(wishes).await;
    desk.open("okta/status", vec![incident("a")], 5).await;
    assert_eq!(desk.open("okta/status", vec![ended(20, incident("a"))], 20).await.subjects(), NOBODY);
    assert_eq!(desk.tick(60).await.subjects(), ["noc: [Over] EHR at all sites: Okta"]);
}

#[tokio::test]
async fn an_escalation_counts_from_the_first_message_and_not_from_what_was_kept_back() {
    let desk = desk(&format!("{QUIET}\n{LADDER}")).await;
    desk.open("okta/status", vec![incident("a")], 10).await;
    assert_eq!(desk.tick(60).await.subjects(), ["noc: [Partly down] EHR at all sites: Okta"]);
    assert_eq!(desk.tick(74).await.subjects(), NOBODY);
    assert_eq!(desk.tick(75).await.subjects(), ["lead: [Partly down, not acknowledged] EHR at all sites: Okta"]);
}

#[tokio::test]
async fn it_is_known_when_an_escalation_comes_again() {
    let desk = desk(LADDER).await;
    desk.open("okta/status", vec![incident("a")], 10).await;
    desk.tick(25).await;
    assert_eq!(desk.tick(40).await.happened.next_tick, Some(minute(60)));
}

#[tokio::test]
async fn a_clock_that_was_set_back_holds_nothing_for_longer_than_it_should() {
    let desk = holding("").await;
    desk.open("okta/status", vec![degraded("a")], 60).await;
    assert_eq!(desk.tick(10).await.sent.len(), 0);
    assert_eq!(desk.tick(15).await.sent.len(), 1);
}

#[tokio::test]
async fn of_one_tier_the_worst_is_told_first() {
    let desk = desk("").await;
    let keys = ["a", "b", "c", "d", "e", "f"];
    let mut all: Vec<SeenIncident> = keys.iter().map(|key| degraded(key)).collect();
    all.push(with_impact(Impact::MajorOutage, incident("g")));
    let step = desk.open("okta/status", all, 10).await;
    assert!(step.subjects()[0].starts_with("noc: [DOWN]"), "{:?}", step.subjects());
}
