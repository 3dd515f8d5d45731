//! The old place of [`Secret`], for those who still name it here.

pub use crate::model::secret::Secret;
