//! The one integration binary: the program at its boundaries, against real servers on loopback.

mod fetch;
mod support;
