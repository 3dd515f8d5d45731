//! What stands at the far side in the tests.

pub mod hostile;
