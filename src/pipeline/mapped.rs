//! The mappings of a vendor's file, made ready: what is wrong with them stands with its line, its key and its place in
//! the expression.

use crate::config::places::Places;
use crate::config::problem::{Problem, Severity};
use crate::model::vendor::Vendor;
use crate::normalize::mapping;

/// All that is wrong with the mappings of a vendor. Each is compiled here, and never again.
#[must_use]
pub fn problems(vendor: &Vendor, places: &Places) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (number, source) in vendor.sources.iter().enumerate() {
        for wrong in mapping::wrong(source) {
            let dot = if wrong.key.is_empty() { "" } else { "." };
            let path = format!("source[{number}].map{dot}{}", wrong.key);
            let fault = wrong.fault;
            problems.push(if wrong.is_in_value {
                places.problem_inside(&path, fault.place, &fault.what, &fault.way_out)
            } else {
                places.problem(Severity::Error, &path, fault.what, &fault.way_out)
            });
        }
    }
    problems
}
