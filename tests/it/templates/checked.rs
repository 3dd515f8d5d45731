//! What `check` says of the commonest mistakes, word by word.

use std::path::Path;

use bellwether::config::subscriptions;
use bellwether::pipeline::checked_templates::{checked, doubts};

use super::{files, wording};

fn said(all: &[(&str, &str)]) -> Vec<String> {
    checked(Path::new("config/templates"), &files(all)).1.iter().map(ToString::to_string).collect()
}

#[test]
fn the_commonest_mistakes_are_named_with_their_line_and_the_way_out() {
    let mut wrong = Vec::new();
    for (name, text, expected) in [
        (
            "subject.j2",
            "a\n{{ shipped.subjct }}",
            "subject.j2:2:4: `shipped.subjct` is nothing here, with every message; did you mean `subject`?",
        ),
        (
            "subject.j2",
            "x {% if topic %}{{ topic.vendr }}{% endif %}",
            "subject.j2:1:20: `topic.vendr` is nothing here, with the messages hurt, down-many and 24 others; did you mean `vendor`?",
        ),
        (
            "subject.j2",
            "{{ topic.vendor }}",
            "subject.j2:1:4: `topic.vendor` is nothing here, with the messages shift, shift-quiet-late and 3 others; not every message has it: ask first, {% if topic %}",
        ),
        (
            "text.j2",
            "{% if topic %}\n{{ topic.since | locl }}{% endif %}x",
            "text.j2:2:18: there is no filter `locl`, with the messages hurt, down-many and 24 others; did you mean `local`?",
        ),
        (
            "text.j2",
            "{{ upper(at) }}",
            "text.j2:1:4: there is no function `upper`, with every message; write it behind a bar: {{ … | upper }}",
        ),
        (
            "subject.j2",
            "{% if topic %}a",
            "subject.j2:1:15: this cannot be understood: unexpected end of input, expected end of block",
        ),
        ("subjct.j2", "a", "subjct.j2:1:1: there is nothing called `subjct` to be worded; did you mean `subject.j2`?"),
        (
            "webhook.j2",
            "a",
            "webhook.j2:1:1: a webhook and CloudEvents get the published document, which has no template",
        ),
        (
            "html.j2",
            "{{ at | safe }}",
            "html.j2:1:9: there is no filter `safe`, with every message; leave it out: what vendors write is never taken for markup; your own stands outside {{ … }}",
        ),
        (
            "slack.j2",
            "{\"text\": \"{{ subject }}\"}",
            "slack.j2:1:1: what it writes is no JSON: expected `,` or `}`, near `{\"text\": \"\"[Partly down] EHR at 6 of 7 s`, with every message; write {{ … }} without quotes round it: a value brings its own, and escapes what is in it",
        ),
        (
            "ntfy.j2",
            "{\"title\": {{ subject }}}",
            "ntfy.j2:1:1: `title` is not taken here, only `summary`, `description`, with every message; it writes an object of summary, description; `bellwether templates manual` shows one",
        ),
        (
            "subject.j2",
            "{{ topics[7].vendor }}",
            "subject.j2:1:10: `topics[7]` is nothing here, with every message; there are not always so many: go through them, {% for one in topics %}",
        ),
        (
            "text.j2",
            "{% include 'sign.j2' %}",
            "text.j2:1:4: there is no file `sign.j2` that it could include, with every message; what is included lies in the same folder, or in the one above a set's, and its name begins with _",
        ),
        (
            "text.j2",
            "{% for a in range(9999) %}{% for b in range(9999) %}{{ b }}{% endfor %}{% endfor %}",
            "text.j2:1:39: it does not come to an end, or does too much: it was stopped, with every message; look at its loops, and at what they call",
        ),
        (
            "short.j2",
            "{% if false %}x{% endif %}",
            "short.j2:1:1: it writes nothing, with every message; let it write something whatever the message is",
        ),
        (
            "html.j2",
            "{% autoescape false %}x{% endautoescape %}",
            "html.j2:1:4: escapes cannot be switched: what vendors write would be taken for markup; leave {% autoescape %} out",
        ),
        (
            "Night/text.j2",
            "x",
            "Night/text.j2:1:1: \"Night\" is not a set of templates: use lower-case letters, digits and '-', at most 64 characters",
        ),
    ] {
        let (is, expected) = (said(&[(name, text)]), vec![format!("config/templates/{expected}")]);
        if is != expected {
            wrong.push((text, is, expected));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_wrong_in_an_included_file_is_told_of_that_file_once() {
    let all =
        [("subject.j2", "{% include '_a.j2' %}"), ("text.j2", "{% include '_a.j2' %}"), ("_a.j2", "\n{{ subjct }}")];
    let expected = "config/templates/_a.j2:2:4: `subjct` is nothing here, with every message; did you mean `subject`?";
    assert_eq!(said(&all), [expected]);
}

#[test]
fn a_text_without_its_html_is_doubtful_where_a_receiver_gets_both() {
    let parsed = subscriptions::parse(
        "s.toml",
        "[[receiver]]\nid = \"noc\"\nemail = \"noc@example.org\"\n[[receiver]]\nid = \"pager\"\nemail = \"pager@example.org\"\nform = \"short\"\n",
    );
    let receivers = parsed.value.unwrap().receivers;
    let said = |all: &[(&str, &str)]| -> Vec<String> {
        let wording = wording(all, &[]);
        let found = doubts(Path::new("t"), &files(all), &wording.templates, &wording.sets, &receivers);
        found.iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        said(&[("text.j2", "x")]),
        [
            "t/text.j2:1:1: warning: noc get this beside the shipped HTML, which most mail programs show; write html.j2 too: `bellwether templates write html`"
        ]
    );
    assert!(said(&[("text.j2", "x"), ("html.j2", "x")]).is_empty());
}
