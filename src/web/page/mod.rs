//! The pages, for people.

pub mod component_grid;
pub mod deliveries;
pub mod edits;
pub mod filter;
pub mod first;
pub mod incident;
pub mod path;
pub mod service;
pub mod sign_in;
pub mod sources;
pub mod standing;
pub mod tables;
pub mod timeline;
pub mod vendor;
pub mod vendors;
