//! What to do first, and whom to call: as text, since a link may be down with the vendor.

use askama::Template;
use askama::filters::HtmlSafe;

use super::Away;
use crate::model::inventory::{Procedure, Service};
use crate::model::vendor::Vendor;

/// The steps on a card; the incident's page holds all.
const STEPS: usize = 3;
/// The people to call on a card.
const CONTACTS: usize = 2;

/// What to do.
#[derive(Template)]
#[template(path = "page/do.html")]
pub struct DoFirst {
    pub heading: &'static str,
    pub procedures: Vec<Steps>,
    pub phone: Option<Phone>,
    pub portal: Option<Away>,
    pub account: Option<String>,
    pub owners: String,
}

impl HtmlSafe for DoFirst {}

/// A procedure's beginning.
pub struct Steps {
    pub services: String,
    pub name: String,
    pub link: Option<Away>,
    pub steps: Vec<String>,
    pub more: usize,
    pub contacts: Vec<String>,
}

/// A number to call.
pub struct Phone {
    pub vendor: String,
    pub number: String,
    /// As a telephone dials it.
    pub dial: String,
}

impl DoFirst {
    /// For the services that are hurt, the most needed first; on a card only the first procedure, and only its beginning.
    pub fn of(services: &[&Service], vendor: Option<&Vendor>, is_whole: bool) -> Self {
        let mut procedures: Vec<(&Procedure, Vec<&str>)> = Vec::new();
        for service in services.iter().filter(|s| s.procedure != Procedure::default()) {
            match procedures.iter_mut().find(|(procedure, _)| **procedure == service.procedure) {
                Some((_, names)) => names.push(&service.name),
                None => procedures.push((&service.procedure, vec![&service.name])),
            }
        }
        let most = if is_whole { usize::MAX } else { 1 };
        let steps = if is_whole { usize::MAX } else { STEPS };
        let mut owners: Vec<&str> = Vec::new();
        for owner in services.iter().map(|s| s.owner.as_str()).filter(|o| !o.is_empty()) {
            if !owners.contains(&owner) {
                owners.push(owner);
            }
        }
        let support = vendor.map(|v| &v.support);
        Self {
            heading: if is_whole { "h2" } else { "h4" },
            procedures: procedures.iter().take(most).map(|(p, names)| beginning(p, names, steps, is_whole)).collect(),
            phone: vendor.and_then(|v| phone(&v.name, v.support.phone.as_deref()?)),
            portal: support.and_then(|s| Away::to(s.portal.as_ref()?.as_str(), "Support portal")),
            account: support.and_then(|s| s.account.clone()),
            owners: super::list(&owners, if is_whole { 12 } else { 2 }),
        }
    }
}

fn beginning(procedure: &Procedure, names: &[&str], most: usize, is_whole: bool) -> Steps {
    Steps {
        services: super::list(names, 4),
        name: procedure.name.clone(),
        link: procedure.link.as_ref().and_then(|link| Away::to(link.as_str(), "The whole procedure, on")),
        steps: procedure.first_steps.iter().take(most).cloned().collect(),
        more: procedure.first_steps.len().saturating_sub(most),
        contacts: procedure.contacts.iter().take(if is_whole { usize::MAX } else { CONTACTS }).cloned().collect(),
    }
}

fn phone(vendor: &str, number: &str) -> Option<Phone> {
    let dial: String = number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    (!dial.is_empty()).then(|| Phone { vendor: vendor.to_owned(), number: number.to_owned(), dial })
}
