//! Benchmarks of reading.
fn main() {}
