//! What the tests stand on: facts to tell, and real servers on loopback.

pub mod facts;
pub mod golden;
pub mod http;
pub mod smtp;
