//! The pages, for people.

pub mod asked_anew;
pub mod blind_spots;
pub mod component_grid;
pub mod deliveries;
pub mod edits;
pub mod filter;
pub mod first;
pub mod incident;
pub mod looked_after;
pub mod maintenance;
pub mod path;
pub mod planned;
pub mod service;
pub mod sign_in;
pub mod silences;
pub mod sources;
pub mod spots;
pub mod standing;
pub mod tables;
pub mod timeline;
pub mod vendor;
pub mod vendors;
pub mod wall;
pub mod why;
pub mod withheld;
