//! How a request leaves the machine, whoever sends it: one client, vetted addresses, capped bodies, words for failures.
//!
//! Layer 2, below `fetch` and `delivery`, which both use it and do not know one another. It must never follow a
//! redirect, connect to an address that was not vetted, or read a body without a cap.

pub mod capped;
pub mod client;
pub mod failure;
pub mod resolver;
pub mod retry_after;
