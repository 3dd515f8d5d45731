//! "Did you mean …?"

/// The candidate that was probably meant, if one is near enough to be no insult.
#[must_use]
pub fn nearest<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = given.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(steps, candidate)| *steps <= allowed(given, candidate))
        .min_by_key(|(steps, _)| *steps)
        .map(|(_, candidate)| candidate)
}

/// One step for every three letters, at least one.
pub(super) fn allowed(given: &str, candidate: &str) -> usize {
    (given.chars().count().max(candidate.chars().count()) / 3).max(1)
}

/// "did you mean `x`?", or else what there is.
#[must_use]
pub fn did_you_mean<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str> + Clone, otherwise: &str) -> String {
    match nearest(given, candidates.clone()) {
        Some(candidate) => format!("did you mean `{candidate}`?"),
        None => format!("{otherwise} {}", listed(candidates)),
    }
}

/// The first few of them, for people.
fn listed<'a>(candidates: impl IntoIterator<Item = &'a str>) -> String {
    let all: Vec<_> = candidates.into_iter().map(|candidate| format!("`{candidate}`")).collect();
    match all.len() {
        0 => "nothing".to_owned(),
        1..=14 => all.join(", "),
        more => format!("{} and {} more", all[..12].join(", "), more - 12),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_a_stranger_is_not() {
        let keys = ["components", "vendor", "regions", "source"];
        assert_eq!(nearest("vendr", keys), Some("vendor"));
        assert_eq!(nearest("Component", keys), Some("components"));
        assert_eq!(nearest("colour", keys), None);
        assert_eq!(did_you_mean("colour", ["a", "b"], "there is"), "there is `a`, `b`");
    }
}
