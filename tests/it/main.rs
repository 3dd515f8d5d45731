//! The one integration binary: the program at its boundaries, against real servers on loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod fetch;
mod support;
