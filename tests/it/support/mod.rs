//! What the tests stand on: facts to tell, bodies to read, and real servers on loopback.

pub mod facts;
pub mod hostile;
pub mod reading;
