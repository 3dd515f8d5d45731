//! What the vendors' words mean for us, who is told, and in which words. Pure: no async, no file, no network, no clock.

pub mod message;
