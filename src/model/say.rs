//! The organisation's own sentence about a service: what its people should do, in their words, when it is hurt.

use serde::Serialize;

use super::impact::Impact;

/// A sentence for when the service stops and one for when it only works badly; either may be left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Say {
    /// When it is down, partly down, or nobody knows how it is.
    pub stops: Option<String>,
    /// When it works badly or is under maintenance.
    pub degrades: Option<String>,
}

impl Say {
    /// The same sentence, however badly the service is hurt.
    #[must_use]
    pub fn always(sentence: String) -> Self {
        Self { stops: Some(sentence.clone()), degrades: Some(sentence) }
    }

    /// The sentence for a service that is hurt so badly. Where nobody knows, the worst is prepared for.
    #[must_use]
    pub fn when(&self, impact: Impact) -> Option<&str> {
        match impact {
            Impact::MajorOutage | Impact::PartialOutage | Impact::Unknown => self.stops.as_deref(),
            Impact::Operational | Impact::Maintenance | Impact::Degraded => self.degrades.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_is_that_of_the_impact_and_unknown_is_prepared_for_as_the_worst() {
        let say = Say { stops: Some("paper".into()), degrades: None };
        assert_eq!(say.when(Impact::MajorOutage), Some("paper"));
        assert_eq!(say.when(Impact::Unknown), Some("paper"));
        assert_eq!(say.when(Impact::Degraded), None);
        assert_eq!(Say::always("x".into()).when(Impact::Maintenance), Some("x"));
    }
}
