//! What a source needs to be let in. Only a name: the secret stands in no file of a vendor's and in no model.

use serde::{Deserialize, Serialize};

use super::id::CredentialsId;

/// How a source is got at.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Everybody may read it.
    #[default]
    Open,
    /// It wants credentials that the configuration does not have: nobody looks at it.
    Lacking(CredentialsId),
    /// Each request is signed with these credentials.
    Signed(CredentialsId),
}

impl Access {
    /// The credentials that it wants, had or not.
    #[must_use]
    pub const fn wants(&self) -> Option<&CredentialsId> {
        match self {
            Self::Open => None,
            Self::Lacking(name) | Self::Signed(name) => Some(name),
        }
    }

    /// The credentials that it wants and that nobody configured.
    #[must_use]
    pub const fn lacks(&self) -> Option<&CredentialsId> {
        match self {
            Self::Lacking(name) => Some(name),
            Self::Open | Self::Signed(_) => None,
        }
    }
}

/// What to do where credentials are lacking, for people.
#[must_use]
pub fn way_out(name: &CredentialsId) -> String {
    format!("add [credentials.{name}] to bellwether.toml")
}

/// How somebody is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Client credentials of an app registration of Microsoft Entra.
    Entra,
    /// An access key of AWS.
    Aws,
}

impl Kind {
    /// The word for it in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Entra => "entra",
            Self::Aws => "aws",
        }
    }
}

/// Which of Microsoft's clouds a tenant lives in: each has hosts of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cloud {
    /// The one that nearly everybody has, Microsoft 365 GCC included.
    #[default]
    Public,
    /// Azure Government, Microsoft 365 GCC High.
    UsGovernment,
    /// The one of the US Department of Defense.
    UsGovernmentDod,
    /// The one that 21Vianet runs in China.
    China,
}
