//! The one integration binary.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on must fail")]

mod golden;
mod mangled;
mod recordings;
mod support;
