//! The one integration binary: features at their boundary, with real peers on loopback.

mod message;
mod support;
