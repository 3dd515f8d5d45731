//! `[templates]`: where the organisation's own words for messages lie.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::places::Findings;

/// Words of one's own for messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Templates {
    /// The folder of the templates, below the folder of this file: a subject.j2 in it words the subjects of all mails.
    /// It need not be there.
    pub folder: String,
}

impl Default for Templates {
    fn default() -> Self {
        Self { folder: "templates".to_owned() }
    }
}

impl Templates {
    /// Whether nothing was said of it.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn check(&self, findings: &mut Findings) {
        let is_name = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', ':', '\0']);
        if !self.folder.split('/').all(is_name) {
            let way_out =
                "write a folder that lies beside this file, as \"templates\": it is watched and backed up with it";
            findings.error("templates.folder", "templates are not read from elsewhere", way_out);
        }
    }
}
