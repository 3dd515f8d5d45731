//! Who may do what: accounts of people, tokens of programs. Beyond this border a wrong name or role cannot exist.

use jiff::Timestamp;

/// What an account may do. Each may what the one before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Read.
    Viewer,
    /// And act on incidents.
    Operator,
    /// And look after accounts, tokens and the audit.
    Admin,
}

impl Role {
    /// All of them, the least first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Operator, Self::Admin];

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

/// What a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Read.
    Read,
    /// And act on incidents.
    Write,
}

impl Scope {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Read, Self::Write];

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    /// The scope of that name.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.word() == word)
    }
}

/// Why a text is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a name has 1 to 64 letters, digits, spaces or . - _ @ ', and begins with a letter or a digit")]
pub struct NotAName;

/// The name of an account or a token; it stands as the author of what its owner says.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(String);

impl Name {
    /// Parses a name.
    ///
    /// # Errors
    /// [`NotAName`] says what is allowed.
    pub fn parse(text: &str) -> Result<Self, NotAName> {
        let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let fits = name.chars().all(|c| c.is_alphanumeric() || " .-_@'’".contains(c));
        let begins = name.chars().next().is_some_and(char::is_alphanumeric);
        if fits && begins && name.chars().count() <= 64 { Ok(Self(name)) } else { Err(NotAName) }
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is compared.
    #[must_use]
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its number, which no other account ever has.
    pub id: String,
    /// Its name.
    pub name: Name,
    /// What it may do.
    pub role: Role,
    /// Whether its owner has set a password.
    pub has_password: bool,
    /// Since when it is there.
    pub made: Timestamp,
    /// When its owner last signed in.
    pub signed_in: Option<Timestamp>,
}

/// A token of a program. What it consists of is known to nobody but its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// What it is called by.
    pub id: String,
    /// Its name.
    pub name: Name,
    /// What it may do.
    pub scope: Scope,
    /// Since when it is there.
    pub made: Timestamp,
    /// Who made it.
    pub made_by: String,
    /// When it ends, if ever.
    pub ends: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub used: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_of_letters_and_no_markup() {
        assert_eq!(Name::parse("  Dr.  M. O’Hara ").unwrap().as_str(), "Dr. M. O’Hara");
        assert_eq!(Name::parse("É.Roux").unwrap().folded(), "é.roux");
        for bad in ["", " ", "-x", "a<b", "a\u{202E}b", "a,b", "a\"b", &"x".repeat(65)] {
            assert!(Name::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(Name::parse("a\r\nBcc: x"), Err(NotAName));
    }

    #[test]
    fn a_role_may_what_the_lesser_ones_may() {
        assert!(Role::Viewer < Role::Operator && Role::Operator < Role::Admin);
        assert!(Role::ALL.into_iter().all(|role| Role::named(role.word()) == Some(role)));
        assert_eq!((Role::named("root"), Scope::named("write")), (None, Some(Scope::Write)));
    }
}
