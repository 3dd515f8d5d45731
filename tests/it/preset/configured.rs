//! What may stand in the file, and what is said of what may not.

use bellwether::config::subscriptions;
use bellwether::model::subscription::Way;

use super::{FILE, receivers};

fn problems(text: &str) -> Vec<String> {
    let parsed = subscriptions::parse("subscriptions.toml", text);
    parsed.problems.iter().map(|p| format!("{}: {}: {}: {}", p.line, p.key, p.what, p.way_out)).collect()
}

fn check(line: &str, key: &str, says: &str) {
    let text = format!("[[receiver]]\nid = \"x\"\n{line}\n");
    let found = problems(&text);
    let is_told = found.iter().any(|p| p.contains(&format!(": {key}: ")) && p.contains(says));
    assert!(is_told, "{line}: wanted {key}: {says}, found {found:#?}");
    assert!(!found.iter().any(|p| p.contains("canary")), "{line}: a secret is repeated: {found:#?}");
}

#[test]
fn each_kind_is_one_line() {
    let all = receivers("https://far.example");
    assert_eq!(all.len(), FILE.matches("[[receiver]]").count());
    let addresses: std::collections::BTreeSet<String> =
        all.iter().map(bellwether::model::subscription::Receiver::address).collect();
    assert_eq!(addresses.len(), all.len(), "each is a destination of its own: {addresses:#?}");
    assert!(all.iter().all(|r| matches!(r.way, Way::Preset(_))));
}

#[test]
fn a_secret_in_plain_text_is_refused_and_not_repeated() {
    for line in [
        "slack = { hook = \"https://hooks.slack.example/canary\" }",
        "slack = { token = \"xoxb-canary\", channel = \"C0123456\" }",
        "teams = { hook = \"https://x.example/canary\" }",
        "pagerduty = { key = \"canary\" }",
        "opsgenie = { key = \"canary\" }",
        "servicenow = { instance = \"https://x.example\", user = \"u\", password = \"canary\" }",
        "jira = { url = \"https://x.example\", user = \"u\", token = \"canary\", project = \"OPS\" }",
        "discord = { hook = \"https://x.example/canary\" }",
        "sms = { account = \"AC1\", token = \"canary\", from = \"+15550100\", to = \"+15550142\" }",
    ] {
        let text = format!("[[receiver]]\nid = \"x\"\n{line}\n");
        let found = problems(&text);
        assert!(found.iter().any(|p| p.contains("a secret stands here in plain text")), "{line}: {found:#?}");
        assert!(!found.iter().any(|p| p.contains("canary")), "{line}: {found:#?}");
    }
}

#[test]
fn what_is_missing_or_cannot_be_is_said_with_the_way_out() {
    check("slack = {}", "receiver[0].slack", "there is neither a hook nor a bot");
    check("slack = { token = { env = \"T\" } }", "receiver[0].slack.channel", "a bot needs to know where");
    check("slack = { token = { env = \"T\" }, channel = \"#noc\" }", "receiver[0].slack.channel", "no channel's id");
    check("slack = { hook = { env = \"H\" }, channel = \"C0123456\" }", "receiver[0].slack", "has its channel already");
    check("teams = {}", "receiver[0].teams.hook", "missing");
    check(
        "pagerduty = { key = { env = \"K\" }, url = \"http://x.example\" }",
        "receiver[0].pagerduty.url",
        "read along",
    );
    check("jira = { key = { env = \"K\" }, project = \"OPS\" }", "receiver[0].jira.key", "work items");
    check("jira = { url = \"https://a.example\" }", "receiver[0].jira.token", "missing");
    check("alertmanager = { url = \"https://a:canary@x.example\" }", "receiver[0].alertmanager.url", "password");
    check(
        "alertmanager = { url = \"https://a.example\", labels = { cause = \"x\" } }",
        "receiver[0].alertmanager.labels.cause",
        "cannot be added",
    );
    check("ntfy = { topic = \"a b\" }", "receiver[0].ntfy.topic", "no topic");
    check(
        "sms = { account = \"AC1\", token = { env = \"T\" }, from = \"+15550100\", to = \"5550142\" }",
        "receiver[0].sms.to",
        "no number",
    );
    check("teams = { hook = { env = \"H\" } }\nemail = \"a@b.example\"", "receiver[0]", "`email` and `teams` in one");
    check(
        "teams = { hook = { env = \"H\" } }\nsecrets = [{ env = \"S\" }]",
        "receiver[0].secrets",
        "this is for webhooks",
    );
    check("teams = { hook = { env = \"H\" } }\nform = \"short\"", "receiver[0].form", "this is for mail");
    check("", "receiver[0]", "this receiver has no address");
}

#[test]
fn a_shift_goes_nowhere_where_it_could_never_end() {
    let text = "[[receiver]]\nid = \"x\"\nopsgenie = { key = { env = \"K\" } }\n[[shift]]\nid = \"noc\"\nat = [\"07:00\"]\nreceivers = [\"x\"]\n";
    let found = problems(text);
    assert!(found.iter().any(|p| p.contains("keeps a state")), "{found:#?}");
    let pagerduty = text.replace("opsgenie", "pagerduty");
    assert!(problems(&pagerduty).is_empty(), "{:#?}", problems(&pagerduty));
}
