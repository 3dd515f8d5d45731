//! A post of `status.cloud.microsoft/api/posts/{mac,ppac,azure}`, as recorded on 2026-09-18.

use serde::Deserialize;

use crate::normalize::field::{Field, Text};

/// One post: the whole document.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Post<'a> {
    #[serde(borrow)]
    pub id: Field<Text<'a>>,
    /// `0001-01-01T00:00:00+00:00` where nobody wrote one.
    #[serde(borrow)]
    pub authored_date_time: Field<Text<'a>>,
    /// When the answer was made anew, some ten minutes ago at most.
    #[serde(borrow)]
    pub internal_date_time: Field<Text<'a>>,
    #[serde(borrow)]
    pub title: Field<Text<'a>>,
    /// HTML; a standing text while all is well.
    #[serde(borrow)]
    pub message: Field<Text<'a>>,
    #[serde(borrow)]
    pub status: Field<Text<'a>>,
}
