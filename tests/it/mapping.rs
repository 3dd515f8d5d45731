//! Pages that no format knows, described in a vendor's file: the guide, the commands that try it out, and its mistakes.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bellwether::model::format::Format;
use bellwether::model::id::SourceId;
use bellwether::model::incident::KnownOpen;
use bellwether::model::snapshot::{Snapshot, Unreadable};
use bellwether::model::vendor::Source;
use bellwether::normalize::{self, Answer, Body, Outcome, Reading};

use crate::support::http::HttpReceiver;
use crate::support::process::{Program, text};

const GUIDE: [(&str, &str); 2] = [("example-labs", "json"), ("example-claims", "html")];

fn guide(vendor: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guide").join(vendor)
}

fn read(path: PathBuf) -> String {
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// An installation that knows the vendor of the guide, at that address.
fn installation(vendor: &str, url: Option<&str>) -> Program {
    let program = Program::new("[polling]\nallow_private = [\"127.0.0.0/8\"]\n");
    program.write("config/inventory.toml", "");
    program.write("config/subscriptions.toml", "");
    let file = read(guide(vendor).join("vendor.toml"));
    let theirs = file.lines().find_map(|line| line.strip_prefix("url    = ")).unwrap().trim_matches('"').to_owned();
    program.write(
        &format!("sources/{vendor}/vendor.toml"),
        &file.replace(&format!("url    = \"{theirs}\""), &format!("url = \"{}\"", url.unwrap_or(&theirs))),
    );
    program
}

#[test]
fn the_guide_shows_what_the_folders_hold_and_it_comes_out() {
    let said = read(Path::new(env!("CARGO_MANIFEST_DIR")).join("sources/README.md"));
    for (vendor, ending) in GUIDE {
        assert!(
            said.contains(&read(guide(vendor).join("vendor.toml"))),
            "{vendor}/vendor.toml is another in the guide"
        );
        let sample = read(guide(vendor).join(format!("incident.sample.{ending}")));
        let body = sample
            .split_once("<body>\n")
            .map_or(sample.as_str(), |(_, body)| body.trim_end().trim_end_matches("</body></html>"));
        assert!(said.contains(body), "{vendor}: the page is another in the guide");
        let program = installation(vendor, None);
        let came = program.done(&["vendors", "test", guide(vendor).to_str().unwrap()]);
        assert_eq!(came.matches(": as expected").count(), 4, "{came}");
        assert!(program.done(&["check"]).contains("0 errors"));
    }
}

#[test]
fn a_mistake_is_shown_with_file_line_key_and_its_place_in_the_expression() {
    let mistakes = [
        (
            "example-labs",
            "\".notices[]\"",
            "'''\n.notices[]\n  | nme'''",
            "source[0].map.incidents.items: jq knows no filter `nme`",
            3,
        ),
        ("example-labs", "\".number\"", "\".number | \"", "source[0].map.incidents.key: jq expects a value here", 0),
        (
            "example-labs",
            "\"%Y-%m-%d %H:%M\"",
            "\"%Y-%K\"",
            "source[0].map.time.formats[0]: this is no format of times",
            0,
        ),
        (
            "example-labs",
            "RED = \"major_outage\"",
            "RED = \"operational\"",
            "source[0].map.incidents.impacts.RED: what is open is never operational",
            0,
        ),
        ("example-claims", "\".badge\"", "\".badge[\"", "source[0].map.incidents.phase: this is no CSS selector", 0),
        (
            "example-claims",
            "'Since (.+)'",
            "'Since (.+'",
            "source[0].map.incidents.started.regex: this is no regular expression",
            0,
        ),
        ("example-claims", "none    = ", "# ", "source[0].map.incidents.none: a page that was rebuilt", 0),
        (
            "example-claims",
            ", text = \"Example Claims: service status\"",
            "",
            "source[0].map.sign: an element without its text",
            0,
        ),
        (
            "example-claims",
            "format = \"html\"",
            "format = \"slack\"",
            "source[0].map: the format slack needs no mapping",
            0,
        ),
        ("example-claims", "title   = \"h3\"", "titel   = \"h3\"", "did you mean `title`", 0),
        (
            "example-claims",
            "sign = ",
            "# sign = ",
            "source[0].map.sign: this key is missing; say what stands on this page",
            0,
        ),
        (
            "example-labs",
            "covers     = \"all-open\"",
            "",
            "source[0].map.incidents.covers: this key is missing; say what the list holds: covers = \"all-open\"",
            0,
        ),
        (
            "example-labs",
            "covers   = \"all\"",
            "",
            "source[0].map.components.covers: this key is missing; say what the list holds: covers = \"all\"",
            0,
        ),
    ];
    for (vendor, right, wrong, what, lines) in mistakes {
        let program = installation(vendor, None);
        let path = format!("sources/{vendor}/vendor.toml");
        let file = read(program.path(&path));
        assert!(file.contains(right), "{right}");
        program.write(&path, &file.replacen(right, wrong, 1));
        let output = program.run(&["check"]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(78), "{said}");
        assert!(said.contains(&format!("{path}:")) && said.contains(what), "{what}\n{said}");
        if lines > 0 {
            let line = file.lines().take_while(|line| !line.contains(right)).count() + lines;
            assert!(said.contains(&format!("{path}:{line}:5:")), "{said}");
        }
        // Nothing of it is looked at.
        assert_eq!(program.run(&["vendors", "test", &format!("sources/{vendor}"), "--live"]).status.code(), Some(78));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_is_recorded_and_a_change_that_spoils_it_is_shown() {
    for (vendor, ending) in GUIDE {
        let body = read(guide(vendor).join(format!("incident.sample.{ending}")));
        let page = HttpReceiver::answering("200 OK", "Content-Type: text/plain\r\n", &body).await;
        let program = installation(vendor, Some(page.url().as_str()));
        assert!(program.done(&["vendors", "show", vendor]).contains("guessed: neither green nor telling"));
        let live = program.done(&["vendors", "test", vendor, "--live"]);
        assert!(live.contains("recognised by") && live.contains("incidents[0].started"), "{live}");
        let said = program.done(&["vendors", "record", vendor, "--case", "incident"]);
        let saved = format!("sources/{vendor}/incident.page.sample.{ending}");
        assert!(said.contains(&saved) && read(program.path(&saved)) == body, "{said}");
        assert!(!program.done(&["vendors", "show", vendor]).contains("guessed"));
        assert!(
            program.done(&["vendors", "test", vendor]).contains("incident: as expected (incidents 1, components 2")
        );
        let again = program.run(&["vendors", "record", vendor, "--case", "incident"]);
        assert!(!again.status.success(), "a case is never written over");
        let path = format!("sources/{vendor}/vendor.toml");
        let file = read(program.path(&path));
        program.write(
            &path,
            &file.replace("\"major_outage\"", "\"degraded\"").replace("\"partial_outage\"", "\"degraded\""),
        );
        let spoilt = program.run(&["vendors", "test", vendor]);
        let said = text(&spoilt.stdout);
        assert_eq!(spoilt.status.code(), Some(1), "{said}");
        assert!(
            said.contains("  -       \"impact\": \"") && said.contains("  +       \"impact\": \"degraded ("),
            "{said}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guess_is_called_one_wherever_it_is_tried_until_a_look_is_kept() {
    let body = read(guide("example-labs").join("quiet.sample.json"));
    let page = HttpReceiver::answering("200 OK", "", &body).await;
    let program = installation("example-labs", Some(page.url().as_str()));
    let needs = "needs = [{ vendor = \"example-labs\", without = \"stops\" }]";
    program.write(
        "config/inventory.toml",
        &format!("[[service]]\nid = \"labs\"\nname = \"Labs\"\ntier = \"clinical\"\n{needs}\n"),
    );
    let guessed = "vendors record example-labs/status-page";
    let trials = [vec!["check"], vec!["poll", "example-labs"], vec!["vendors", "test", "example-labs", "--live"]];
    for trial in &trials {
        let said = program.done(trial);
        assert!(said.contains("tells nobody") && said.contains(guessed), "{trial:?}: {said}");
    }
    let said = program.done(&["vendors", "record", "example-labs/status-page", "--case", "quiet"]);
    assert!(said.contains("is no guess any more"), "{said}");
    for trial in &trials {
        let said = program.done(trial);
        assert!(!said.contains("tells nobody"), "{trial:?}: {said}");
    }
    for (case, why) in [("quiet", "there is a case \"quiet\" already"), ("a.b", "is no name of a case")] {
        let output = program.run(&["vendors", "record", "example-labs", "--case", case]);
        assert!(text(&output.stderr).contains(why), "{case}: {}", text(&output.stderr));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_at_one_source_proves_nothing_of_its_neighbour() {
    let body = read(guide("example-labs").join("quiet.sample.json"));
    let page = HttpReceiver::answering("200 OK", "", &body).await;
    let program = installation("example-labs", Some(page.url().as_str()));
    let file = read(program.path("sources/example-labs/vendor.toml"));
    let (_, source) = file.split_once("[[source]]").unwrap();
    let other =
        source.replace("\"status-page\"", "\"other-page\"").replace("\"\n\n[source.map]", "?other\"\n\n[source.map]");
    program.write("sources/example-labs/vendor.toml", &format!("{file}\n[[source]]{other}"));
    let guesses = || program.done(&["vendors", "show", "example-labs"]).matches("guessed: neither").count();
    assert_eq!(guesses(), 2);
    program.done(&["vendors", "record", "example-labs/other-page", "--case", "quiet"]);
    assert_eq!(guesses(), 1);
    let said = program.done(&["vendors", "test", "example-labs/status-page", "--live"]);
    assert!(said.contains("example-labs/status-page is never shown as well"), "{said}");
    program.done(&["vendors", "record", "example-labs/status-page", "--case", "calm"]);
    assert_eq!(guesses(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_read_is_not_called_proven() {
    let page = HttpReceiver::answering("200 OK", "", "<html><title>Sign in</title></html>").await;
    let program = installation("example-labs", Some(page.url().as_str()));
    let output = program.run(&["vendors", "record", "example-labs", "--case", "quiet"]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("It could not be read") && !said.contains("no guess any more"), "{said}");
    assert!(program.done(&["vendors", "show", "example-labs"]).contains("guessed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_seldom_meant_is_pointed_at() {
    for (vendor, right, wrong, doubt) in [
        ("example-labs", "at = \".when\"", "at = \".time\"", "incidents.updates.at: .time finds nothing in any of 2"),
        (
            "example-labs",
            "region   = \".site\"",
            "region = \".place\"",
            "components.region: .place finds nothing in any of 2",
        ),
        (
            "example-labs",
            "covers     = \"all-open\"\nkey ",
            "covers = \"all-open\"\ndetails = \".path\"\nkey ",
            "incidents.details: .path finds no address on this host in any of 1",
        ),
        ("example-labs", "zone    = ", "# ", "\"2026-11-22 03:10\" does not say its zone for certain; without `zone`"),
        (
            "example-labs",
            "\".notices[]\"",
            "\".notices[] | select(.open)\"",
            "incidents.items: .notices[] | select(.open) finds nothing, which is right only if the page shows none",
        ),
        (
            "example-claims",
            "items   = \"#notices article\"\nnone    = { select = \"#notices > p\", text = \"No current notices\" }\ncovers  = \"all-open\"",
            "items = \"#notice article\"\ncovers = \"window\"",
            "warning: incidents.items: nothing matches #notice article",
        ),
    ] {
        let ending = if vendor == "example-labs" { "json" } else { "html" };
        let body = read(guide(vendor).join(format!("incident.sample.{ending}")));
        let page = HttpReceiver::answering("200 OK", "", &body).await;
        let program = installation(vendor, Some(page.url().as_str()));
        let as_it_is = program.done(&["vendors", "test", vendor, "--live"]);
        assert!(!as_it_is.contains(doubt), "{as_it_is}");
        let path = format!("sources/{vendor}/vendor.toml");
        let file = read(program.path(&path));
        assert!(file.contains(right), "{right}");
        program.write(&path, &file.replacen(right, wrong, 1));
        let said = program.done(&["vendors", "test", &format!("{vendor}/status-page"), "--live"]);
        assert!(said.contains(doubt), "{doubt}\n{said}");
    }
}

#[test]
fn a_file_with_a_mistake_is_not_tried_on_its_samples() {
    let program = installation("example-labs", None);
    for name in ["incident.sample.json", "incident.expected.json"] {
        program.write(&format!("sources/example-labs/{name}"), &read(guide("example-labs").join(name)));
    }
    assert!(program.done(&["vendors", "test", "example-labs"]).contains("as expected"));
    let file = read(program.path("sources/example-labs/vendor.toml"));
    program.write("sources/example-labs/vendor.toml", &file.replace("\".headline\"", "\".headline | \""));
    let output = program.run(&["vendors", "test", "example-labs", "--live"]);
    let (said, wrong) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(78), "{said}{wrong}");
    assert_eq!((wrong.matches("jq expects a value here").count(), said.as_str()), (1, ""), "{wrong}");
    let output = program.run(&["vendors", "test", "example-labs/other"]);
    assert!(!output.status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_yields_nothing_says_which_step_lost_it() {
    let lost = [
        ("example-labs", "\"service\": \"Example Labs\"", "\"service\": \"Other\"", "sign: IT IS NOT THERE"),
        ("example-labs", "\"number\"", "\"no\"", "incidents.key: NOT FOUND in 1 of 1 by .number"),
        ("example-labs", "\"label\"", "\"title\"", "components[0].name"),
        ("example-claims", "<article", "<aside", "incidents.none: NOT THERE"),
        ("example-claims", "class=\"services\"", "class=\"systems\"", "components.items: 0 found by table.services tr"),
    ];
    for (vendor, there, instead, step) in lost {
        let ending = if vendor == "example-labs" { "json" } else { "html" };
        let body = read(guide(vendor).join(format!("incident.sample.{ending}"))).replace(there, instead);
        let page = HttpReceiver::answering("200 OK", "", &body).await;
        let program = installation(vendor, Some(page.url().as_str()));
        let output = program.run(&["vendors", "test", vendor, "--live"]);
        let said = text(&output.stdout);
        assert!(said.contains(step), "{step}\n{said}");
        // A name that is gone leaves the key to go by; all else is unreadable.
        assert_eq!(output.status.success(), step == "components[0].name", "{said}");
    }
}

/// The vendor of the guide as a source, and how its page is read.
fn source(vendor: &str, format: Format) -> Source {
    let table: toml::Table = read(guide(vendor).join("vendor.toml")).parse().unwrap();
    let map = table["source"][0]["map"].clone().try_into().unwrap();
    let id = SourceId::parse(&format!("{vendor}/status-page")).unwrap();
    let url = Some("https://status.example.org/".parse().unwrap());
    Source { map: Some(Box::new(map)), ..Source::at(id, format, url) }
}

fn look(source: &Source, body: &[u8]) -> Result<Snapshot, Unreadable> {
    let answers = [Answer { role: "page", outcome: Outcome::Body(Body::saved(body.to_vec())) }];
    let now = "2026-11-22T12:00:00Z".parse().unwrap();
    match normalize::read(source, &answers, &KnownOpen::default(), now) {
        Reading::Done(done) => done,
        Reading::Need(more) => panic!("{more:?}"),
    }
}

/// Cut anywhere, a page is unreadable and never quiet.
#[test]
fn a_page_of_the_guide_cut_anywhere_is_unreadable() {
    for (vendor, ending) in GUIDE {
        let source = source(vendor, Format::named(ending).unwrap());
        for case in ["quiet", "incident"] {
            let body = read(guide(vendor).join(format!("{case}.sample.{ending}")));
            let whole = body.trim_end().len();
            for cut in (0..=whole).filter(|cut| cut % 7 == 0 || *cut == whole) {
                let came = look(&source, &body.as_bytes()[..cut]);
                assert_eq!(came.is_ok(), cut == whole, "{vendor} {case} cut to {cut} of {whole}: {came:?}");
            }
        }
    }
}

/// What took a parser of HTML 47 seconds, and what makes every item hold all others.
#[test]
fn hostile_pages_end_fast_and_are_not_quiet() {
    let quiet = read(guide("example-claims").join("quiet.sample.html"));
    let nested = format!("{}{}{}", "<article>".repeat(200), "<p>x</p>".repeat(40_000), "</article>".repeat(200));
    let claims = source("example-claims", Format::Html);
    let labs = source("example-labs", Format::Json);
    let pages = [
        "<ul><li>".repeat(32_000),
        "<a data-id='x' data-id=\"x\">".repeat(8_000),
        format!("<a {}>", "data-id='x' ".repeat(12_000)),
        nested,
        "<b>".repeat(20_000),
        "<!--".repeat(100_000),
        "<script><".repeat(50_000),
    ];
    let pages = pages.iter().map(|inside| (&claims, quiet.replace("<p>No current notices.</p>", inside)));
    let event = r#"{"number":1,"headline":"x","level":"RED","status":"ONGOING","history":[]},"#.repeat(50_000);
    let documents = [
        format!(r#"{{"service":"Example Labs","systems":[],"notices":[{event}{{}}]}}"#),
        "[".repeat(200_000),
        format!(r#"{{"service":"Example Labs","notices":{}{}}}"#, "[".repeat(100), "]".repeat(100)),
    ];
    for (source, body) in pages.chain(documents.into_iter().map(|body| (&labs, body))) {
        let began = Instant::now();
        let came = look(source, body.as_bytes());
        println!("{:?} {}", began.elapsed(), came.as_ref().map_or_else(ToString::to_string, |_| "read".to_owned()));
        assert!(came.is_err(), "{:.200}", &body[200..]);
        assert!(began.elapsed() < Duration::from_secs(30), "{:.200}", &body[200..]);
    }
}
