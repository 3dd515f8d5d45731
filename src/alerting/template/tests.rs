use super::*;
use crate::alerting::message::message;
use crate::alerting::message::parts::parts;
use crate::alerting::typical;
use crate::model::notification::Facts;

fn file(name: &str, text: &str) -> File {
    File { name: name.to_owned(), text: text.to_owned() }
}

fn made(files: &[(&str, &str)]) -> Templates {
    let files: Vec<File> = files.iter().map(|(name, text)| file(name, text)).collect();
    let (templates, faults) = Templates::of(&files);
    assert!(faults.is_empty(), "{faults:?}");
    templates
}

fn rendered(templates: &Templates, piece: Piece, facts: &Facts) -> Result<String, Fault> {
    let parts = parts(&typical::id(), facts);
    templates.find(None, piece).unwrap().render(&Data { parts: &parts, cause: None, body: None, inert: None })
}

fn write(name: &str, text: &str, message: &str) -> Result<String, Fault> {
    let facts = typical::all().into_iter().find(|(known, _)| *known == message).unwrap().1;
    let piece = Piece::of_word(name.trim_end_matches(".j2")).unwrap();
    rendered(&made(&[(name, text)]), piece, &facts)
}

#[test]
fn what_a_template_begins_with_says_what_the_shipped_words_say() {
    let files: Vec<(String, &str)> =
        Piece::ALL.map(|piece| (format!("{}.j2", piece.word()), start::copy(piece))).to_vec();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let templates = made(&files);
    for (name, facts) in typical::all() {
        let ours = message(&typical::id(), &facts);
        let says = |piece| rendered(&templates, piece, &facts).unwrap();
        assert_eq!(says(Piece::Subject), ours.subject, "{name}");
        assert_eq!(says(Piece::Short), ours.short, "{name}");
        assert_eq!(says(Piece::Text), ours.text, "{name}");
        let folded = |html: &str| html.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(folded(&says(Piece::Html)), folded(&ours.html), "{name}");
    }
}

#[test]
fn what_is_asked_for_and_is_not_there_is_named_with_its_line() {
    for (text, line, what) in [
        ("a\n{{ shipped.subjct }}", 2, "`shipped.subjct` is nothing here"),
        ("{{ topic.vendr }}", 1, "`topic.vendr` is nothing here"),
        ("{{ subjct }}", 1, "`subjct` is nothing here"),
        ("{% if topics[0].vendr == 'Okta' %}x{% endif %}y", 1, "`topics[0].vendr` is nothing here"),
        ("{% for t in topcs %}{{ t.vendor }}{% endfor %}", 1, "`topcs` is nothing here"),
        ("{{ topic.since | lokal }}", 1, "there is no filter `lokal`"),
        ("{{ topic.vendor | local }}", 1, "`Okta` is no time"),
        ("{% include '_sign.j2' %}", 1, "there is no file `_sign.j2` that it could include"),
        (
            "{% for a in range(99999) %}{% for b in range(99999) %}{{ b }}{% endfor %}{% endfor %}",
            1,
            "it does not come to an end, or does too much: it was stopped",
        ),
    ] {
        let fault = write("subject.j2", text, "hurt").expect_err(text);
        assert_eq!((fault.line, fault.what.as_str()), (line, what), "{text}: {fault:?}");
    }
}

#[test]
fn nothing_to_ask_of_what_a_message_has_not_is_a_fault_and_asking_first_is_none() {
    let fault = write("subject.j2", "{{ topic.vendor_word.title }}", "blind").unwrap_err();
    assert_eq!(fault.what, "`topic.vendor_word.title` is nothing here");
    let asked = "{% if topic.vendor_word %}{{ topic.vendor_word.title }}{% else %}{{ topic.vendor }}{% endif %}";
    assert_eq!(write("subject.j2", asked, "blind").unwrap(), "Okta");
    assert_eq!(write("subject.j2", "until {{ topic.until }}.", "hurt").unwrap(), "until .", "null is nothing");
}

#[test]
fn a_subject_is_one_clean_line_whatever_is_written() {
    let written = write("subject.j2", "a\r\nBcc: x@example.org\n\u{202E}b\0\n", "hurt").unwrap();
    assert_eq!(written, "a Bcc: x@example.org b");
    assert_eq!(write("subject.j2", &"x".repeat(900), "hurt").unwrap().chars().count(), 200);
    assert_eq!(write("subject.j2", " \n", "hurt").unwrap_err().what, "it writes nothing");
}

#[test]
fn a_test_and_a_drill_say_so_whatever_the_template_says() {
    assert_eq!(write("subject.j2", "EHR", "drill").unwrap(), "[DRILL] EHR");
    assert_eq!(write("subject.j2", "LATEST", "test").unwrap(), "[TEST] LATEST");
    assert_eq!(write("short.j2", "EHR", "drill").unwrap(), "DRILL EHR");
    let banner = "DRILL. This is an exercise: nothing below is happening.";
    assert_eq!(write("text.j2", "EHR", "drill").unwrap(), format!("{banner}\n\nEHR\n"));
    assert!(write("html.j2", "<html><body class=\"x\"><p>EHR", "drill").unwrap().contains(&format!("<b>{banner}</b>")));
}

#[test]
fn what_a_vendor_writes_is_no_markup_by_any_way() {
    let mut facts = typical::typical().remove(0).1;
    let evil = "<script>alert(1)</script>";
    facts.topics[0].vendor = evil.into();
    for text in [
        "{{ topic.vendor }}",
        "{% set x %}{{ topic.vendor }}{% endset %}{{ x }}",
        "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(topic.vendor) }}",
        "{{ shipped.html_body | replace('EHR', topic.vendor) }}",
        "{{ [shipped.html_head, topic.vendor] | join }}",
        "{{ shipped.html_head ~ topic.vendor }}",
        "{{ '<b>%s</b>' | format(topic.vendor) }}",
        "{{ topic.vendor | e | upper | lower }}",
        "{{ topic | tojson }}",
        "{{ topic.vendor | indent(2) }}",
        "{% include '_x.j2' %}",
    ] {
        let templates = made(&[("html.j2", text), ("_x.j2", "{{ topic.vendor }}")]);
        let html = rendered(&templates, Piece::Html, &facts).unwrap();
        assert!(!html.to_lowercase().contains("<script>alert"), "{text}: {html}");
    }
    let (_, faults) =
        Templates::of(&[file("html.j2", "x\n{%- autoescape false %}{{ topic.vendor }}{% endautoescape %}")]);
    assert_eq!((faults[0].line, faults[0].kind.clone()), (2, Kind::Escapes));
    assert!(matches!(write("html.j2", "{{ topic.vendor | safe }}", "hurt").unwrap_err().kind, Kind::Filter(_)));
}

#[test]
fn a_set_comes_before_what_is_shared_and_brings_its_own_pieces() {
    let templates = made(&[
        ("subject.j2", "shared {% include '_sign.j2' %}"),
        ("_sign.j2", "A"),
        ("pager/_sign.j2", "B"),
        ("night/subject.j2", "night {% include '_sign.j2' %}"),
    ]);
    let facts = typical::typical().remove(0).1;
    let parts = parts(&typical::id(), &facts);
    let says = |set: Option<&str>| {
        let set = set.map(|set| TemplateSetId::parse(set).unwrap());
        let data = Data { parts: &parts, cause: None, body: None, inert: None };
        templates.find(set.as_ref(), Piece::Subject).unwrap().render(&data).unwrap()
    };
    let said = [None, Some("pager"), Some("night"), Some("other")].map(says);
    assert_eq!(said, ["shared A", "shared B", "night A", "shared A"]);
    assert!(templates.find(None, Piece::Text).is_none());
}

#[test]
fn hostile_templates_are_stopped_soon() {
    let began = "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}";
    for text in [
        began,
        "{{ 'x' * 999999999 }}",
        "{% set ns = namespace(x='xxxxxxxx') %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}",
        "{% include 'subject.j2' %}",
        "{% for i in range(90000) %}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx{% endfor %}",
        "{{ ('%999999999s' | format('x')) }}",
        "{% include '../../../../etc/passwd' %}",
        "{% include '/etc/passwd' %}",
        "{% extends '_none.j2' %}",
    ] {
        write("subject.j2", text, "hurt").expect_err(text);
    }
}
