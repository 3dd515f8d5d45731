//! What the words of an item mean: how far it has come, how bad it is, whether it is planned. Never how old it is.
//!
//! A label (a category, a status, what stands in brackets or before a colon) is taken at its word. A sentence counts
//! only by several words together, and not where it takes them back: a false end is worse than a late one.

use crate::model::feed::FeedWords;
use crate::model::impact::Impact;
use crate::model::phase::{Kind, Phase};

/// A word that was found, as the vendor wrote it, and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub word: String,
    pub phase: Phase,
}

/// What takes a sentence's word back, or says it of something else.
const TAKES_BACK: &[&str] = &[
    "not",
    "no",
    "yet",
    "partially",
    "partly",
    "being",
    "be",
    "until",
    "once",
    "when",
    "if",
    "before",
    "some",
    "most",
    "should",
    "expect",
    "expected",
    "will",
    "previous",
    "previously",
    "earlier",
    "unless",
    "but",
    "however",
    "except",
    "nearly",
    "while",
    "still",
    "remain",
    "remains",
    "remaining",
    "continue",
    "continues",
    "continuing",
    "many",
    "majority",
    "part",
    "almost",
    "n't",
    "isn't",
    "hasn't",
    "aren't",
    "wasn't",
];

/// The phases and their words, the ends first.
fn phases(words: &FeedWords) -> [(Phase, &[String]); 9] {
    [
        (Phase::Cancelled, words.cancelled.as_slice()),
        (Phase::Resolved, &words.resolved),
        (Phase::Completed, &words.completed),
        (Phase::Verifying, &words.verifying),
        (Phase::Monitoring, &words.monitoring),
        (Phase::Identified, &words.identified),
        (Phase::InProgress, &words.in_progress),
        (Phase::Scheduled, &words.scheduled),
        (Phase::Investigating, &words.investigating),
    ]
}

/// The same phase for something of that kind: feeds say "completed" of incidents and "resolved" of maintenances.
pub const fn of_kind(kind: Kind, phase: Phase) -> Phase {
    match (kind, phase) {
        (_, Phase::Cancelled) => Phase::Cancelled,
        (Kind::Incident, Phase::Resolved | Phase::Completed) => Phase::Resolved,
        (Kind::Incident, Phase::Postmortem) => Phase::Postmortem,
        (Kind::Incident, Phase::Monitoring | Phase::Verifying) => Phase::Monitoring,
        (Kind::Incident, Phase::Identified) => Phase::Identified,
        (Kind::Incident, Phase::Investigating | Phase::InProgress | Phase::Scheduled) => Phase::Investigating,
        (Kind::Maintenance, Phase::Resolved | Phase::Completed | Phase::Postmortem) => Phase::Completed,
        (Kind::Maintenance, Phase::Monitoring | Phase::Verifying) => Phase::Verifying,
        (Kind::Maintenance, Phase::Scheduled) => Phase::Scheduled,
        (Kind::Maintenance, Phase::Identified | Phase::Investigating | Phase::InProgress) => Phase::InProgress,
    }
}

/// What a label means, if it is exactly one of the words.
pub fn label(label: &str, words: &FeedWords) -> Option<Found> {
    let plain = plain(label);
    let phase = phases(words).into_iter().find(|(_, list)| holds(list, &plain))?.0;
    Some(Found { word: label.trim_matches(|c: char| !c.is_alphanumeric()).to_owned(), phase })
}

/// What the labels of a title mean: in brackets anywhere, before a colon or a dash, after the last of them, and its
/// last word if that is an end.
pub fn title(title: &str, words: &FeedWords) -> Option<Found> {
    labels(title)
        .into_iter()
        .find_map(|part| label(part, words))
        .or_else(|| closing(title, words))
        .or_else(|| sentence(title, words))
}

fn closing(title: &str, words: &FeedWords) -> Option<Found> {
    let last = title.split_whitespace().next_back()?;
    let found = label(last, words).filter(|found| found.phase.is_end())?;
    (!takes_back(title)).then_some(found)
}

/// The parts of a title where a label may stand.
pub fn labels(title: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for (open, close) in [('[', ']'), ('(', ')')] {
        let mut rest = title;
        while let Some((part, after)) = rest.split_once(open).and_then(|(_, inside)| inside.split_once(close)) {
            parts.push(part);
            rest = after;
        }
    }
    let segments = segments(title);
    if segments.len() > 1 {
        parts.extend(segments.first().into_iter().chain(segments.last()));
    } else {
        parts.push(title);
    }
    parts
}

/// The parts of a text between its colons, bars and free-standing dashes.
fn segments(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for part in text.split([':', '|', '–', '—']) {
        parts.extend(part.split(" - ").map(str::trim).filter(|part| !part.is_empty()));
    }
    parts
}

/// A title without its labels: what the items of one incident have in common.
pub fn bare_title(title: &str, words: &FeedWords) -> String {
    let mut bare = title.to_owned();
    for part in labels(title) {
        if label(part, words).is_some() && plain(part) != plain(title) {
            bare = bare.replacen(part, "", 1);
        }
    }
    let is_rest = |c: char| c.is_whitespace() || "[]():|–—-".contains(c);
    bare.replace("[]", "").replace("()", "").trim_matches(is_rest).to_owned()
}

/// What a text means, by the label that it begins with or states ("Status: Resolved"), else by its sentences.
pub fn text(text: &str, words: &FeedWords) -> Option<Found> {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines().next()?;
    let begins = segments(first).into_iter().next().filter(|part| part.len() < first.len() || lines().count() > 1);
    let states = |line: &str| {
        let (name, word) = line.split_once([':', '-'])?;
        ["status", "state", "current status", "incident status"]
            .contains(&plain(name).as_str())
            .then(|| word.trim().to_owned())
    };
    begins
        .and_then(|part| label(part, words))
        .or_else(|| label(first, words))
        .or_else(|| lines().find_map(states).and_then(|word| label(&word, words)))
        .or_else(|| sentence(text, words))
}

/// What a sentence of a text says in several words.
fn sentence(text: &str, words: &FeedWords) -> Option<Found> {
    let sentences: Vec<String> = sentences(text).collect();
    phases(words).into_iter().find_map(|(phase, list)| {
        let said = list.iter().find(|words| sentences.iter().any(|sentence| says(sentence, words)))?;
        Some(Found { word: said.clone(), phase })
    })
}

/// How bad it is: by a label, or by several words in a title or a text.
pub fn impact(labels: &[&str], texts: &[&str], words: &FeedWords) -> Option<(String, Impact)> {
    let rungs = [
        (Impact::MajorOutage, &words.major_outage),
        (Impact::PartialOutage, &words.partial_outage),
        (Impact::Degraded, &words.degraded),
    ];
    let by_label =
        |list: &[String]| labels.iter().find(|label| holds(list, &plain(label))).map(|label| label.trim().to_owned());
    let by_text = |list: &[String]| {
        let sentences: Vec<String> = texts.iter().flat_map(|text| sentences(text)).collect();
        list.iter().find(|words| sentences.iter().any(|sentence| says(sentence, words))).cloned()
    };
    let labelled = rungs.iter().find_map(|(impact, list)| Some((by_label(list)?, *impact)));
    labelled.or_else(|| rungs.iter().find_map(|(impact, list)| Some((by_text(list)?, *impact))))
}

/// Whether it is a maintenance: by a label, or because its title begins so. "Errors after maintenance" is none.
pub fn is_maintenance(labels: &[&str], title: &str, words: &FeedWords) -> bool {
    let title = format!("{} ", plain(title));
    labels.iter().any(|label| holds(&words.maintenance, &plain(label)))
        || words.maintenance.iter().any(|word| title.starts_with(&format!("{} ", plain(word))))
}

/// Whether a label says that it is neither an incident nor a maintenance.
pub fn is_neither(labels: &[&str], words: &FeedWords) -> bool {
    labels.iter().any(|label| holds(&words.neither, &plain(label)))
}

/// Whether any of the vendor's words is this label.
pub fn is_known(text: &str, words: &FeedWords) -> bool {
    let rungs = [&words.major_outage, &words.partial_outage, &words.degraded, &words.maintenance, &words.neither];
    label(text, words).is_some() || rungs.into_iter().any(|list| holds(list, &plain(text)))
}

fn holds(list: &[String], label: &str) -> bool {
    !label.is_empty() && list.iter().any(|word| plain(word) == label)
}

/// The sentences that do not take back what they say, as words between spaces.
fn sentences(text: &str) -> impl Iterator<Item = String> + '_ {
    let parts = text.split(['.', '!', '?', ';', '\n']).map(plain).filter(|sentence| !sentence.is_empty());
    parts.filter(|sentence| !takes_back(sentence)).map(|sentence| format!(" {sentence} "))
}

fn says(sentence: &str, words: &str) -> bool {
    let words = plain(words);
    words.contains(' ') && sentence.contains(&format!(" {words} "))
}

fn takes_back(sentence: &str) -> bool {
    let lower = sentence.to_lowercase().replace('’', "'");
    lower.split(|c: char| !c.is_alphanumeric() && c != '\'').any(|word| TAKES_BACK.contains(&word))
}

/// Lower case, one space between words, nothing around them.
fn plain(text: &str) -> String {
    let lower = text.to_lowercase().replace(['_', ','], " ").replace('’', "'");
    let trimmed = lower.trim_matches(|c: char| !c.is_alphanumeric());
    trimmed.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_found_where_it_is_said_and_not_where_it_is_taken_back() {
        let words = FeedWords::default();
        let ends = |found: Option<Found>| found.is_some_and(|found| found.phase.is_end());
        for over in [
            "[RESOLVED] Sign-in errors",
            "Service is operating normally: [RESOLVED] Increased packet loss",
            "Resolved: sign-in errors",
            "Sign-in errors (Resolved)",
            "Sign-in errors - Resolved",
            "Sign-in errors resolved",
            "This incident has been resolved",
        ] {
            assert!(ends(title(over, &words)), "{over}");
        }
        for open in [
            "Sign-in errors not yet resolved",
            "Unresolved: sign-in errors",
            "Errors when closed tickets open",
            "Partially resolved",
            "Fixed-line telephony fails",
        ] {
            assert!(!ends(title(open, &words)), "{open}");
        }
        for over in [
            "Resolved - all is well.",
            "Status: Resolved\nAll is well.",
            "RESOLVED\nAll is well.",
            "The fix is out. This issue has been resolved.",
        ] {
            assert!(ends(text(over, &words)), "{over}");
        }
        for open in [
            "We will say more once this has been resolved.",
            "The earlier issue has been resolved; this one goes on.",
            "This has been resolved for some customers.",
            "It hasn’t been fixed. This is not resolved.",
            "The issue should have been resolved by now.",
            "Restored backups are slow.",
            "Service has been restored in Europe while we mend the others.",
        ] {
            assert!(!ends(text(open, &words)), "{open}");
        }
    }

    #[test]
    fn the_other_phases_and_the_vendor_s_own_word() {
        let words = FeedWords::default();
        let of = |said: &str| text(said, &words).map(|found| (found.word, found.phase));
        assert_eq!(of("Identified - we know."), Some(("Identified".into(), Phase::Identified)));
        assert_eq!(of("The cause has been identified."), Some(("has been identified".into(), Phase::Identified)));
        assert_eq!(
            of("A fix has been implemented and we are monitoring the results."),
            Some(("a fix has been implemented".into(), Phase::Monitoring))
        );
        assert_eq!(of("We look into it."), None);
        assert_eq!(label("IN_PROGRESS", &words).unwrap().phase, Phase::InProgress);
    }

    #[test]
    fn a_bare_title_is_the_same_through_all_phases() {
        let words = FeedWords::default();
        for title in
            ["[RESOLVED] Mail is slow", "Investigating: Mail is slow", "Mail is slow (Monitoring)", "Mail is slow"]
        {
            assert_eq!(bare_title(title, &words), "Mail is slow", "{title}");
        }
        assert_eq!(bare_title("Resolved", &words), "Resolved");
    }

    #[test]
    fn impact_is_said_by_labels_and_by_several_words() {
        let words = FeedWords::default();
        let of = |labels: &[&str], texts: &[&str]| impact(labels, texts, &words).map(|(_, impact)| impact);
        assert_eq!(of(&["Major Outage"], &[]), Some(Impact::MajorOutage));
        assert_eq!(of(&[], &["Degraded performance of search"]), Some(Impact::Degraded));
        assert_eq!(of(&[], &["This is no longer a major outage", "A critical look at slow pages"]), None);
    }

    #[test]
    fn a_maintenance_says_so_at_its_beginning() {
        let words = FeedWords::default();
        assert!(is_maintenance(&[], "Scheduled maintenance of the database", &words));
        assert!(is_maintenance(&["Maintenance"], "Database", &words));
        assert!(!is_maintenance(&[], "Errors after scheduled maintenance", &words));
    }
}
