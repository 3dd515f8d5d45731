//! The table of vendors, beside the folders: what is in it, what wins over what, and how a vendor is found.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use assert_cmd::Command;
use bellwether::commands::load::{self, Folders};
use bellwether::config::catalogue::search::{By, Found, search};
use bellwether::config::catalogue::table::Table;
use bellwether::config::catalogue::{Catalogue, Kept};
use bellwether::config::value::{has_credentials, is_surely_private};
use bellwether::model::format::Format;
use bellwether::model::id::VendorId;
use bellwether::model::vendor::{Schedule, Vendor};
use url::Url;

use crate::config_files::{root, shipped_vendors};

/// What the table is called and where it lies.
const TABLE: &str = "sources/catalogue.tsv";

fn text() -> String {
    std::fs::read_to_string(root().join(TABLE)).unwrap()
}

fn shipped() -> Catalogue {
    let mut problems = Vec::new();
    let catalogue = load::catalogue(&Schedule::USUAL, Path::new(""), &mut problems).unwrap();
    assert_eq!(problems, []);
    catalogue
}

fn id(text: &str) -> VendorId {
    VendorId::parse(text).unwrap()
}

/// A host without what is in front of many.
fn host(url: &Url) -> String {
    let host = url.host_str().unwrap();
    host.strip_prefix("www.").unwrap_or(host).to_owned()
}

fn letters(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase()
}

/// Addresses of the folders, with those that they had before.
fn hosts_of_folders(catalogue: &Catalogue) -> BTreeMap<String, String> {
    let addresses = |vendor: Vendor| {
        let now = vendor.sources.iter().filter_map(|source| source.url.clone());
        let all: Vec<Url> = now.chain(vendor.homepage.clone()).chain(vendor.formerly.clone()).collect();
        all.into_iter().map(move |url| (host(&url), vendor.id.to_string()))
    };
    catalogue.of_folders().flat_map(addresses).collect()
}

/// A folder that came later takes the place of its line. `BELLWETHER_BLESS=1` takes such lines out.
#[test]
fn no_line_of_the_table_is_a_folder_too() {
    let catalogue = shipped();
    let (ids, hosts): (BTreeSet<String>, _) =
        (shipped_vendors().into_iter().map(|(id, _)| id).collect(), hosts_of_folders(&catalogue));
    let names: BTreeSet<String> = catalogue.of_folders().map(|vendor| letters(&vendor.name)).collect();
    let text = text();
    let table = Table::of(TABLE, text.clone());
    let is_double = |id: &str| {
        let row = table.row(id).unwrap();
        let url: Url = row.address.parse().unwrap();
        ids.contains(id) || hosts.contains_key(&host(&url)) || names.contains(&letters(row.name))
    };
    let doubles: Vec<&str> = table.rows().map(|row| row.id).filter(|id| is_double(id)).collect();
    if std::env::var_os("BELLWETHER_BLESS").is_some() && !doubles.is_empty() {
        let is_kept = |line: &&str| !doubles.contains(&line.split('\t').next().unwrap());
        let kept: String = text.lines().filter(is_kept).map(|line| format!("{line}\n")).collect();
        std::fs::write(root().join(TABLE), kept).unwrap();
        return;
    }
    assert!(doubles.is_empty(), "BELLWETHER_BLESS=1 takes these out of {TABLE}, for they have folders: {doubles:?}");
}

#[test]
fn every_line_is_a_vendor_in_order_at_a_public_address_of_its_own() {
    let text = text();
    let written: Vec<&str> = text.lines().skip(1).map(|line| line.split('\t').next().unwrap()).collect();
    assert!(written.is_sorted(), "sort {TABLE} by its first column");
    let table = Table::of(TABLE, text.clone());
    assert_eq!(table.len(), written.len(), "an id stands twice, or a line is empty");
    // A format that is not built yet, and `auto`, are no mistakes: the vendor is known, and nobody can see it.
    let problems: Vec<String> =
        table.problems().iter().filter(|p| !p.key.ends_with(".format")).map(ToString::to_string).collect();
    assert_eq!(problems, [] as [&str; 0]);
    let (mut hosts, mut names) = (BTreeSet::new(), BTreeSet::new());
    for row in table.rows() {
        let vendor = row.vendor(&Schedule::USUAL).unwrap_or_else(|| panic!("{row:?}"));
        let url: Url = row.address.parse().unwrap();
        assert_eq!(url.scheme(), "https", "{row:?}");
        assert!(!is_surely_private(&url) && !has_credentials(&url) && url.query().is_none(), "{row:?}");
        assert!(hosts.insert(host(&url)), "{row:?}: another line has this host");
        assert!(names.insert(letters(row.name)), "{row:?}: another line has this name");
        assert!(!row.tags.contains(char::is_whitespace), "{row:?}");
        assert_eq!(vendor.sources.is_empty(), row.readable().is_none(), "{row:?}");
        assert_eq!(vendor.sources.is_empty(), vendor.notifies.is_some(), "{row:?}");
    }
}

/// How the line of the README begins that counts the vendors; `BELLWETHER_BLESS=1` writes it anew.
const COUNTED: &str = "Counted: ";

#[test]
fn the_readme_counts_what_is_confirmed() {
    let catalogue = shipped();
    assert!(catalogue.len() >= 1250, "{} vendors", catalogue.len());
    let folders: Vec<Vendor> = catalogue.of_folders().collect();
    assert!(folders.len() >= 150, "{} folders", folders.len());
    let sources = || folders.iter().flat_map(|vendor| &vendor.sources);
    let unseen = folders.iter().filter(|vendor| vendor.sources.is_empty()).count();
    let table = Table::of(TABLE, text());
    let counted = format!(
        "{COUNTED}{} vendors have a folder, with {} addresses, {} of them confirmed in September 2026; {unseen} publish nothing that is read. {} more stand in the table, {} of them confirmed.",
        folders.len(),
        sources().count(),
        sources().filter(|source| source.probed.is_some()).count(),
        table.len(),
        table.rows().filter(|row| row.probed().is_some()).count(),
    );
    let path = root().join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let written = readme.lines().find(|line| line.starts_with(COUNTED)).unwrap();
    if std::env::var_os("BELLWETHER_BLESS").is_some() {
        std::fs::write(path, readme.replace(written, &counted)).unwrap();
        return;
    }
    assert_eq!(written, counted, "BELLWETHER_BLESS=1 counts anew");
}

// ---- Finding.

fn found(wanted: &str) -> Found {
    search(&shipped(), wanted)
}

fn first(wanted: &str) -> String {
    let found = found(wanted);
    assert!(!found.is_guess, "{wanted}: only guessed");
    found.hits.first().unwrap_or_else(|| panic!("{wanted}: nothing")).vendor.id.to_string()
}

#[test]
fn a_vendor_is_found_by_whatever_people_call_it() {
    for (wanted, expected) in [
        ("okta", "okta"),
        ("Palo Alto", "palo-alto"),
        ("paloalto", "palo-alto"),
        ("cerner", "oracle-health"),
        ("Change Healthcare", "optum"),
        ("teams", "microsoft-365"),
        ("Entra", "azure"),
        ("pyxis", "bd"),
        ("RightFax", "opentext"),
        ("Kronos", "ukg"),
        ("M*Modal", "solventum"),
        ("dragon medical", "nuance"),
        ("authorize.net", "authorize-net"),
        ("let's encrypt", "lets-encrypt"),
        ("ENTRA ID", "azure"),
        ("azure ad", "azure"),
        ("o365", "microsoft-365"),
        ("ms teams", "microsoft-365"),
        ("s3", "aws"),
        ("office", "microsoft-365"),
        ("azure sql", "azure"),
    ] {
        assert_eq!(first(wanted), expected, "{wanted}");
    }
}

#[test]
fn a_vendor_is_found_by_its_addresses_now_and_before() {
    for (wanted, expected) in [
        ("https://status.okta.com", "okta"),
        ("https://status.okta.com/some/incident?id=3", "okta"),
        ("status.datadoghq.eu", "datadog"),
        ("mypurecloud.com", "genesys"),
        ("https://status.aws.amazon.com/rss/all.rss", "aws"),
        ("1password.statuspage.io", "1password"),
        ("status.ably.com", "ably"),
    ] {
        assert_eq!(first(wanted), expected, "{wanted}");
    }
    let before = found("status.cloud.mongodb.com");
    assert_eq!(before.hits[0].by, By::Formerly("status.cloud.mongodb.com".into()));
    // Everybody has a name of his own below these: a stranger there is no relative.
    assert!(found("nobody-at-all.statuspage.io").hits.is_empty());
}

#[test]
fn a_tag_finds_all_that_have_it_folders_first() {
    let fax = found("fax");
    let ids: Vec<&str> = fax.hits.iter().map(|hit| hit.vendor.id.as_str()).collect();
    assert!(ids.contains(&"documo") && ids.contains(&"opentext") && ids.contains(&"consensus"), "{ids:?}");
    let identity = found("identity");
    assert!(identity.hits.iter().all(|hit| hit.by == By::Tag("identity".into()) || hit.by != By::Name));
    let kept: Vec<Kept> = identity.hits.iter().filter(|hit| matches!(hit.by, By::Tag(_))).map(|hit| hit.kept).collect();
    assert!(kept.is_sorted(), "{kept:?}");
    for (said, tag) in
        [("SSO", "identity"), ("clearinghouse", "billing"), ("e-prescribing", "prescribing"), ("HL7", "integration")]
    {
        let found = found(said);
        assert!(found.hits.iter().filter(|hit| hit.by == By::Tag(tag.into())).count() > 1, "{said}");
    }
    assert!(found("hospital imaging").hits.iter().any(|hit| hit.vendor.id.as_str() == "sectra"));
}

#[test]
fn what_is_spelled_wrong_is_guessed_and_said_to_be_a_guess() {
    for (wanted, expected) in [
        ("crowdstrik", "crowdstrike"),
        ("crowdstirke", "crowdstrike"),
        ("cloudfare", "cloudflare"),
        ("pager dutty", "pagerduty"),
        ("eclinicalwork", "eclinicalworks"),
        ("sailpont", "sailpoint"),
    ] {
        let found = found(wanted);
        let ids: Vec<&str> = found.hits.iter().map(|hit| hit.vendor.id.as_str()).collect();
        assert!(ids.contains(&expected), "{wanted}: {ids:?}");
    }
    assert!(found("cloudfare").is_guess);
    for nothing in ["", "  ", "?!", "qqqqxxxx", "https://", "://", "\u{0}", "status.nobody-has-this.example"] {
        assert_eq!(found(nothing), Found { is_guess: found(nothing).is_guess, hits: Vec::new() }, "{nothing:?}");
    }
}

// ---- What wins over what.

fn with_own(files: &[(&str, &str)]) -> (Catalogue, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let mut problems = Vec::new();
    let catalogue = load::catalogue(&Schedule::USUAL, folder.path(), &mut problems).unwrap();
    let short = |problem: &bellwether::config::problem::Problem| {
        problem.to_string().replace(&format!("{}/", folder.path().display()), "")
    };
    (catalogue, problems.iter().map(short).collect())
}

#[test]
fn the_users_own_wins_and_a_folder_wins_over_a_line() {
    let row = "ably\tOurs\thttps://a.example.org\tstatuspage\nokta\tOkta line\thttps://o.example.org\nacme\tAcme\thttps://acme.example.org\tstatuspage\n";
    let (catalogue, problems) = with_own(&[
        ("catalogue.tsv", row),
        ("acme/vendor.toml", "name = \"Acme folder\"\nnotifies = \"by phone\""),
        ("epic/vendor.toml", "name = \"Our Epic\"\nnotifies = \"by mail\""),
    ]);
    assert_eq!(problems, [] as [&str; 0]);
    let kept = |name: &str| (catalogue.kept(&id(name)).unwrap(), catalogue.vendor(&id(name)).unwrap().name);
    assert_eq!(kept("acme"), (Kept::OwnFolder, "Acme folder".into()));
    assert_eq!(kept("epic"), (Kept::OwnFolder, "Our Epic".into()));
    assert_eq!(kept("ably"), (Kept::OwnRow, "Ours".into()));
    assert_eq!(kept("okta"), (Kept::OwnRow, "Okta line".into()));
    assert_eq!(kept("zoom").0, Kept::Folder);
    assert_eq!(kept("6sense").0, Kept::Row);
    assert_eq!(catalogue.kept(&id("nobody")), None);
    assert_eq!(catalogue.len(), shipped().len() + 1, "only acme is new");
}

#[test]
fn a_table_of_ones_own_is_told_its_mistakes_with_their_lines() {
    let (catalogue, problems) = with_own(&[(
        "catalogue.tsv",
        "acme\tAcme\thttp://status.acme.example\nbeta\tBeta\thttps://status.beta.example\tstatuspages\n",
    )]);
    assert_eq!(
        problems,
        [
            "catalogue.tsv:1:1: acme.address: over http anybody on the way can answer; write an https:// address",
            "catalogue.tsv:2:1: warning: beta.format: `statuspages` is no format that is read by an address alone; did you mean `statuspage`?",
        ]
    );
    let beta = catalogue.vendor(&id("beta")).unwrap();
    assert!(beta.sources.is_empty() && beta.notifies.is_some());
}

// ---- As good as a folder.

const BELLWETHER: &str = "[organisation]\nname = \"Lakeview\"\ntime_zone = \"America/Chicago\"\n";

/// The problems of a configuration whose inventory needs these vendors, and the vendors that it made.
fn loaded(needs: &[&str]) -> (Vec<String>, Vec<Vendor>) {
    let folder = tempfile::tempdir().unwrap();
    let needs: Vec<String> =
        needs.iter().map(|vendor| format!("{{ vendor = \"{vendor}\", without = \"stops\" }}")).collect();
    let inventory = format!(
        "[[service]]\nid = \"ehr\"\nname = \"EHR\"\ntier = \"clinical\"\nowner = \"IT\"\nneeds = [{}]\n",
        needs.join(", ")
    );
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("bellwether.toml", BELLWETHER);
    write("inventory.toml", &inventory);
    write("subscriptions.toml", "");
    let folders = Folders { config: folder.path().to_owned(), sources: folder.path().join("none") };
    let loaded = load::load(&folders).unwrap();
    let about = |p: &&bellwether::config::problem::Problem| p.file.ends_with("inventory.toml");
    let problems = loaded.problems.iter().filter(about).map(|problem| format!("{}; {}", problem.what, problem.way_out));
    (problems.collect(), loaded.good_vendors())
}

#[test]
fn a_vendor_of_the_table_stands_in_the_inventory_as_one_of_a_folder_and_no_other_vendor_is_made() {
    let table = Table::of(TABLE, text());
    let readable = table.rows().find(|row| row.readable() == Some(Format::Statuspage)).unwrap();
    let (problems, vendors) = loaded(&[readable.id, "zoom"]);
    assert_eq!(problems, [] as [&str; 0]);
    let ids: BTreeSet<&str> = vendors.iter().map(|vendor| vendor.id.as_str()).collect();
    assert_eq!(ids, BTreeSet::from([readable.id, "zoom"]), "a vendor that nobody needs costs nothing");
    assert_eq!(vendors.iter().map(|vendor| vendor.sources.len()).sum::<usize>(), 2);
}

/// Whether and how a line of such a format is read is for that format; until then the vendor is one without a source.
#[test]
fn a_line_of_a_format_that_this_program_lacks_stops_nothing_and_is_told_to_whoever_depends_on_it() {
    let table = Table::of(TABLE, text());
    let Some(row) = table.rows().find(|row| row.readable().is_none()) else { return };
    let (problems, vendors) = loaded(&[row.id]);
    assert!(vendors[0].sources.is_empty());
    let told = format!("{} has no source that can be read, so only incidents by hand will tell", row.name);
    assert!(matches!(&problems[..], [one] if one.starts_with(&told)), "{problems:?}");
}

#[test]
fn an_unknown_vendor_in_the_inventory_is_told_who_may_be_meant() {
    for (written, meant) in [("oktaa", "okta"), ("cerner", "oracle-health"), ("6sens", "6sense"), ("kronos", "ukg")] {
        let (problems, _) = loaded(&[written]);
        assert_eq!(problems, [format!("there is no vendor `{written}`; did you mean `{meant}`?")]);
    }
}

// ---- On the terminal.

/// What the program prints, and whether it was content.
fn printed(arguments: &[&str]) -> (String, bool) {
    let place = tempfile::tempdir().unwrap();
    let output = Command::cargo_bin("bellwether").unwrap().args(arguments).current_dir(place.path()).output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.success())
}

#[test]
fn the_terminal_finds_says_why_and_what_to_write() {
    let (said, is_found) = printed(&["vendors", "search", "cerner"]);
    assert!(is_found && said.contains("also: Cerner") && said.contains("vendor = \"oracle-health\""), "{said}");
    assert!(said.contains("nothing of Oracle Health can be read"), "{said}");
    let (said, is_found) = printed(&["vendors", "search", "cloudfare"]);
    assert!(!is_found && said.contains("did you mean") && said.contains("cloudflare"), "{said}");
    let (said, is_found) = printed(&["vendors", "search", "nobody", "has", "this"]);
    assert!(!is_found && said.contains("bellwether vendors add https://"), "{said}");
    let (said, _) = printed(&["vendors", "search", "status.cloud.mongodb.com", "--json"]);
    let found: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(found[0]["id"], "mongodb");
    assert_eq!(found[0]["found_by"], "formerly status.cloud.mongodb.com");
    assert_eq!(found[0]["kept"], "folder");
}

#[test]
fn the_list_tells_folders_from_the_table_and_what_is_confirmed_from_what_is_listed() {
    let (folders, _) = printed(&["vendors", "list"]);
    assert!(folders.contains("datadog") && !folders.contains("6sense"), "{folders}");
    assert!(folders.contains("in folders, by hand") && folders.contains("in the table, a line each"), "{folders}");
    assert!(folders.contains("confirmed (seen to answer so)") && folders.contains("only listed"), "{folders}");
    let (all, _) = printed(&["vendors", "list", "--all"]);
    assert!(all.contains("6sense") && all.contains("datadog"));
    let (shown, _) = printed(&["vendors", "show", "mongodb"]);
    for part in ["formerly", "https://status.cloud.mongodb.com", "also", "MongoDB Cloud", "probed 2026-09"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}
