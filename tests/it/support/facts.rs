//! Facts as a decision would make them: the program's own typical messages.

pub use bellwether::alerting::typical::keeping::*;
pub use bellwether::alerting::typical::topic::*;
pub use bellwether::alerting::typical::*;
