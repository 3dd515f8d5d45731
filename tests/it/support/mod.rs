//! What the tests stand on: facts to tell, bodies to read, and real servers on loopback.

pub mod client;
pub mod facts;
pub mod far;
pub mod golden;
pub mod hospital;
pub mod hostile;
pub mod http;
pub mod looked;
pub mod microsoft;
pub mod model;
pub mod process;
pub mod reading;
pub mod recorded;
pub mod samples;
pub mod smtp;
pub mod ward;
pub mod ways;
