//! The files that we ship, their schemas, and what only shows when files are compared.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bellwether::config::bellwether::Settings;
use bellwether::config::catalogue::table::Table;
use bellwether::config::catalogue::{Catalogue, File};
use bellwether::config::check::{self, Files};
use bellwether::config::problem::Severity;
use bellwether::config::{bellwether as settings, inventory, schema, subscriptions, vendor};
use bellwether::model::id::{SourceId, VendorId};
use bellwether::model::snapshot::ComponentRef;
use bellwether::model::vendor::Vendor;
use proptest::prelude::*;
use serde_json::Value;

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|why| panic!("{path}: {why}"))
}

/// Every shipped vendor: its id and the text of its file.
pub fn shipped_vendors() -> Vec<(String, String)> {
    let folders = std::fs::read_dir(root().join("sources")).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<_> = folders.filter(|path| path.is_dir()).map(|path| named(&path)).collect();
    all.sort();
    all
}

fn named(folder: &Path) -> (String, String) {
    let id = folder.file_name().unwrap().to_str().unwrap().to_owned();
    let file = text(&format!("sources/{id}/vendor.toml"));
    (id, file)
}

fn vendors(files: &[(String, String)]) -> BTreeMap<VendorId, Option<Vendor>> {
    files
        .iter()
        .map(|(id, text)| (VendorId::parse(id).unwrap(), vendor::parse(id, "vendor.toml", text).value))
        .collect()
}

/// The catalogue of these files and no table.
pub fn catalogue(files: &[(String, String)]) -> Catalogue {
    let file = |(id, text): &(String, String)| {
        (
            VendorId::parse(id).unwrap(),
            File {
                name: format!("sources/{id}/vendor.toml"),
                text: text.clone().into(),
                recorded: std::collections::BTreeSet::new(),
            },
        )
    };
    Catalogue::default().shipping(files.iter().map(file).collect(), Table::default())
}

#[test]
fn the_shipped_files_have_no_errors_and_the_warnings_that_they_talk_of() {
    let settings = settings::parse("bellwether.toml", &text("config/bellwether.toml"));
    let inventory = inventory::parse("inventory.toml", &text("config/inventory.toml"));
    let subscriptions = subscriptions::parse("subscriptions.toml", &text("config/subscriptions.toml"));
    assert_eq!((&settings.problems, &inventory.problems, &subscriptions.problems), (&vec![], &vec![], &vec![]));
    let inventory_value = inventory.value.unwrap();
    let subscriptions_value = subscriptions.value.unwrap();
    let problems = check::cross(&Files {
        settings: settings.value.as_ref(),
        inventory: Some((&inventory_value, &inventory.places)),
        subscriptions: Some((&subscriptions_value, &subscriptions.places)),
        vendors: &vendors(&shipped_vendors()),
        catalogue: &catalogue(&shipped_vendors()),
    });
    assert!(problems.iter().all(|problem| problem.severity == Severity::Warning), "{problems:#?}");
    let keys: Vec<_> = problems.iter().map(|p| (p.key.as_str(), p.what.split(' ').next().unwrap())).collect();
    let expected = [
        ("service[0].needs[0].vendor", "Oracle"),
        ("service[1].needs[1].vendor", "Surescripts"),
        ("service[4].needs[0].vendor", "CrowdStrike"),
        ("", "there"),
    ];
    assert_eq!(keys, expected);
}

/// What the shipped file says is what holds without it, and what it comments out can be taken in.
#[test]
fn the_shipped_settings_are_the_defaults() {
    let shipped = settings::parse("b.toml", &text("config/bellwether.toml")).value.unwrap();
    let mut expected = Settings::default();
    expected.organisation.name = shipped.organisation.name.clone();
    // What comes close together is gathered where nobody says otherwise in the file; without a file each goes at once.
    expected.alerting.gather = Some(bellwether::config::value::Period::seconds(20));
    assert_eq!(shipped, expected);
    for path in ["config/bellwether.toml", "config/subscriptions.toml"] {
        let all = uncommented(&text(path));
        let problems = match path {
            "config/bellwether.toml" => settings::parse(path, &all).problems,
            _ => subscriptions::parse(path, &all).problems,
        };
        assert!(problems.is_empty(), "{problems:#?}\n{all}");
    }
}

/// Takes the `# ` from lines that hold TOML.
fn uncommented(text: &str) -> String {
    let is_toml = |line: &str| {
        line.starts_with("[")
            || line.split(" = ").next().is_some_and(|key| {
                line.contains(" = ") && key.trim_end().bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
            })
    };
    let line = |line: &str| match line.strip_prefix("# ") {
        Some(bare) if is_toml(bare) => bare.to_owned(),
        _ => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_schemas_are_those_of_the_code() {
    for (name, schema) in schema::schemas() {
        let path = root().join("config").join(name);
        let fresh = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
        if std::env::var_os("BELLWETHER_BLESS").is_some() {
            std::fs::write(&path, &fresh).unwrap();
        }
        let stored = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(stored, fresh, "{name} is stale; BELLWETHER_BLESS=1 cargo test --test it writes it");
    }
}

/// An editor that goes by the schema must not complain about what we ship.
#[test]
fn the_schemas_accept_what_is_shipped() {
    let schemas: BTreeMap<_, _> = schema::schemas().into_iter().collect();
    let mut files: Vec<(&str, String)> = ["bellwether", "inventory", "subscriptions"]
        .iter()
        .zip(["bellwether.schema.json", "inventory.schema.json", "subscriptions.schema.json"])
        .map(|(file, schema)| (schema, uncommented(&text(&format!("config/{file}.toml")))))
        .collect();
    files.extend(shipped_vendors().into_iter().map(|(_, text)| ("vendor.schema.json", text)));
    for (schema, text) in files {
        let value: Value = toml::from_str(&text).unwrap();
        let why: Vec<_> = jsonschema::validator_for(&schemas[schema])
            .unwrap()
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(why.is_empty(), "{schema}: {why:?}\n{text}");
    }
    let wrong: Value = toml::from_str("[polling]\nworkres = 1").unwrap();
    assert!(!jsonschema::is_valid(&schemas["bellwether.schema.json"], &wrong));
}

// ---- Files compared.

const VENDORS: [(&str, &str); 4] = [
    (
        "okta",
        "name = \"Okta\"\nhomepage = \"https://status.okta.com\"\n[[source]]\nid = \"page\"\nformat = \"statuspage\"\nurl = \"https://status.okta.com\"",
    ),
    ("epic", "name = \"Epic\"\nnotifies = \"by phone\""),
    (
        "nextgen",
        "name = \"NextGen\"\n[[source]]\nid = \"page\"\nformat = \"statuspage\"\nurl = \"https://nextgen.statuspage.io\"",
    ),
    ("broken", "nome = 3"),
];

/// All one-line messages about an inventory and subscriptions, with the vendors above.
fn compared(inventory_text: &str, subscriptions_text: &str, settings_text: &str) -> Vec<String> {
    let files: Vec<_> = VENDORS.iter().map(|(id, text)| ((*id).to_owned(), (*text).to_owned())).collect();
    let inventory = inventory::parse("i.toml", inventory_text);
    let subscriptions = subscriptions::parse("s.toml", subscriptions_text);
    let settings = settings::parse("b.toml", settings_text);
    let problems = check::cross(&Files {
        settings: settings.value.as_ref(),
        inventory: inventory.value.as_ref().map(|value| (value, &inventory.places)),
        subscriptions: subscriptions.value.as_ref().map(|value| (value, &subscriptions.places)),
        vendors: &vendors(&files),
        catalogue: &catalogue(&files),
    });
    problems.iter().map(ToString::to_string).collect()
}

fn service(id: &str, rest: &str) -> String {
    format!("[[service]]\nid = \"{id}\"\nname = \"{id}\"\ntier = \"clinical\"\n{rest}\n")
}

const SOMEBODY: &str =
    "[[receiver]]\nid = \"noc\"\nemail = \"a@b\"\n[[subscription]]\nid = \"all\"\nreceivers = [\"noc\"]\n";
const MAIL: &str = "[mail]\nhost = \"h\"\nfrom = \"b@example.org\"";

#[test]
fn ways_that_fail_with_what_they_tell_of_are_named() {
    let vital =
        service("ehr", "needs = [{ vendor = \"okta\", without = \"stops\" }]").replace("clinical", "life-safety");
    let told = |subscriptions: &str, settings: &str| compared(&vital, subscriptions, settings);
    let alone = "is life-safety and is told by mail alone: where that fails, nobody is told";
    assert!(told(SOMEBODY, MAIL)[0].contains(alone), "{:?}", told(SOMEBODY, MAIL));
    let hook = "[[receiver]]\nid = \"hook\"\nwebhook = \"https://hooks.example.org/x\"\nsecrets = [{ env = \"X\" }]\n[[subscription]]\nid = \"rest\"\ntiers = [\"back-office\"]\nreceivers = [\"hook\"]\n";
    let second = SOMEBODY.replace("email = \"a@b\"\n", "email = \"a@b\"\nfallback = \"hook\"\n") + hook;
    assert_eq!(told(&second, MAIL), Vec::<String>::new());
    let nobody = format!("{MAIL}\n[alerting]\noperators = [\"nocc\"]");
    assert!(
        told(&second, &nobody)[0].contains("there is no such receiver; did you mean `noc`?"),
        "{:?}",
        told(&second, &nobody)
    );
}

#[test]
fn an_inventory_is_compared_with_the_vendors() {
    let cases = [
        (
            "needs = [{ vendor = \"okta\", source = \"page\", without = \"stops\" }, { vendor = \"broken\", without = \"stops\" }]",
            vec![],
        ),
        (
            "needs = [{ vendor = \"octa\", without = \"stops\" }]",
            vec!["i.toml:5:21: service[0].needs[0].vendor: there is no vendor `octa`; did you mean `okta`?"],
        ),
        (
            "needs = [{ any_of = [{ vendor = \"okta\" }, { vendor = \"zoom\" }], without = \"stops\" }]",
            vec![
                "i.toml:5:54: service[0].needs[0].any_of[1].vendor: there is no vendor `zoom`; `bellwether vendors search zoom` may find it; else add sources/zoom/vendor.toml",
            ],
        ),
        (
            "needs = [{ vendor = \"okta\", source = \"pge\", without = \"stops\" }]",
            vec!["i.toml:5:38: service[0].needs[0].source: Okta has no source `pge`; did you mean `page`?"],
        ),
        (
            "needs = [{ vendor = \"epic\", without = \"stops\" }]",
            vec![
                "i.toml:5:21: warning: service[0].needs[0].vendor: Epic has no source that can be read, so only incidents by hand will tell; open them with `bellwether incident open epic TITLE --author NAME`",
            ],
        ),
        (
            "needs = [{ vendor = \"okta\", without = \"stops\" }]\nprocedure = { link = \"https://docs.okta.com/dp\" }",
            vec![
                "i.toml:6:22: warning: service[0].procedure.link: the procedure lies at okta.com, and Okta may be down with the service; keep a copy elsewhere and link to that",
            ],
        ),
        // The same hoster is not the same house.
        (
            "needs = [{ vendor = \"nextgen\", without = \"stops\" }]\nprocedure = { link = \"https://ours.statuspage.io/dp\" }",
            vec![],
        ),
    ];
    for (rest, expected) in cases {
        assert_eq!(compared(&service("a", rest), SOMEBODY, MAIL), expected, "{rest}");
    }
}

#[test]
fn a_procedure_that_lies_at_a_vendor_behind_another_service_is_found() {
    let text = service(
        "a",
        "needs = [{ service = \"b\", without = \"stops\" }]\nprocedure = { link = \"https://x.okta.com\" }",
    ) + &service("b", "needs = [{ vendor = \"okta\", without = \"stops\" }]");
    let told = compared(&text, SOMEBODY, MAIL);
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("i.toml:6:22: warning: service[0].procedure.link: "), "{told:?}");
}

#[test]
fn subscriptions_are_compared_with_all_others() {
    let ours = service("ehr", "needs = [{ vendor = \"okta\", without = \"stops\" }]");
    let cases = [
        (
            "",
            MAIL,
            vec![
                "s.toml:1:1: warning: there is no receiver, so nobody is told of anything; add a [[receiver]] and a [[subscription]]",
            ],
        ),
        (
            SOMEBODY,
            "",
            vec![
                "s.toml:3:9: receiver[0].email: no mail can be sent, since bellwether.toml has no [mail]; add [mail] with `host` and `from`",
            ],
        ),
        // Settings that cannot be read are no settings without [mail].
        (SOMEBODY, "[mail", vec![]),
        (
            "[[receiver]]\nid = \"noc\"\nemail = \"a@b\"",
            MAIL,
            vec![
                "s.toml:2:6: warning: receiver[0].id: no subscription leads to `noc`; name it in `receivers` of a subscription",
            ],
        ),
        (
            "[[subscription]]\nid = \"x\"\nservices = [\"ehr\", \"her\"]\nvendors = [\"okta\", \"octa\"]\nreceivers = [\"a\"]\n[[receiver]]\nid = \"a\"\nemail = \"a@b\"",
            MAIL,
            vec![
                "s.toml:3:20: subscription[0].services[1]: there is no service `her`; did you mean `ehr`?",
                "s.toml:4:20: subscription[0].vendors[1]: there is no vendor `octa`; did you mean `okta`?",
            ],
        ),
    ];
    for (subscriptions, settings, expected) in cases {
        assert_eq!(compared(&ours, subscriptions, settings), expected, "{subscriptions}");
    }
}

#[test]
fn a_selector_that_matches_nothing_is_found_only_where_everything_is_listed() {
    let vendors = vendors(&VENDORS.map(|(id, text)| (id.to_owned(), text.to_owned())));
    let component = |key: &str, name: &str, region: Option<&str>| ComponentRef {
        key: key.to_owned(),
        name: name.to_owned(),
        group: Some("Core".to_owned()),
        region: region.map(str::to_owned),
    };
    let all = vec![component("k1", "Single Sign-On", Some("us")), component("k2", "Workflows", None)];
    let listed = BTreeMap::from([(SourceId::parse("okta/page").unwrap(), all)]);
    let told = |needs: &str, listed: &BTreeMap<SourceId, Vec<ComponentRef>>| -> Vec<String> {
        let inventory = inventory::parse("i.toml", &service("a", needs));
        let problems = check::selectors(&inventory.value.unwrap(), &inventory.places, &vendors, listed);
        problems.iter().map(ToString::to_string).collect()
    };
    let good = "needs = [{ vendor = \"okta\", components = [\"single*\", \"core/workflows\"], ids = [\"k2\"], regions = [\"u?\"], without = \"stops\" }]";
    assert_eq!(told(good, &listed), Vec::<String>::new());
    let bad = "needs = [{ vendor = \"okta\", components = [\"Workflow\", \"Single*\"], ids = [\"k9\"], regions = [\"eu\"], without = \"stops\" }]";
    assert_eq!(
        told(bad, &listed),
        [
            "i.toml:5:43: warning: service[0].needs[0].components[0]: `Workflow` matches nothing that Okta lists; did you mean `Workflows`?",
            "i.toml:5:74: warning: service[0].needs[0].ids[0]: `k9` matches nothing that Okta lists; did you mean `k1`?",
            "i.toml:5:92: warning: service[0].needs[0].regions[0]: `eu` matches nothing that Okta lists; it lists `us`",
        ]
    );
    assert_eq!(told(bad, &BTreeMap::new()), Vec::<String>::new());
}

// ---- Whatever people write.

fn shipped() -> Vec<String> {
    ["config/bellwether.toml", "config/inventory.toml", "config/subscriptions.toml", "sources/datadog/vendor.toml"]
        .map(|path| uncommented(&text(path)))
        .to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parsing_never_panics(
        which in 0_usize..4,
        edits in prop::collection::vec((0.0_f64..1.0, 0_usize..12, "[\\[\\]{}=\"'#.,\\\\a-z0-9é\\n -]{0,6}"), 1..8),
    ) {
        let mut text: Vec<char> = shipped().swap_remove(which).chars().collect();
        for (at, gone, put) in edits {
            let from = (at * text.len() as f64) as usize;
            let to = (from + gone).min(text.len());
            text.splice(from..to, put.chars());
        }
        let text: String = text.into_iter().collect();
        let problems = [
            settings::parse("x.toml", &text).problems,
            inventory::parse("x.toml", &text).problems,
            subscriptions::parse("x.toml", &text).problems,
            vendor::parse("x", "x.toml", &text).problems,
        ];
        for problem in problems.iter().flatten() {
            prop_assert!(problem.line >= 1 && problem.column >= 1 && problem.span.end <= text.len());
            prop_assert!(!problem.to_string().contains('\n'), "{}", problem);
            prop_assert!(!problem.render(false).is_empty());
        }
    }
}
