//! The one integration binary: features at their boundary, with real peers on loopback.

mod mail;
mod message;
mod support;
