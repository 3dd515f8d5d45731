//! The one integration binary: features at their boundary, with real peers on loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on must fail")]

mod mail;
mod message;
mod support;
mod webhook;
