//! The pages, for people.

pub mod deliveries;
pub mod first;
pub mod incident;
pub mod path;
pub mod service;
pub mod sign_in;
pub mod sources;
pub mod standing;
pub mod tables;
