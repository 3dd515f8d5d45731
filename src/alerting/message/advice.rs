//! What to do first, and who answers for it.

use super::rows::grouped;
use super::words::{is_over, is_unseen};
use crate::model::card::Line;
use crate::model::incident::ResolvedHow;
use crate::model::inventory::Procedure;
use crate::model::notification::{HurtService, Topic};

/// The first steps and the contacts as text, then the link: a link may be down with the vendor.
/// At an end: what must be true before the procedure is ended.
pub fn do_first(topic: &Topic, services: &[&HurtService]) -> Vec<Line> {
    if topic.ahead.is_some_and(|ahead| ahead.kind.is_off()) {
        return Vec::new();
    }
    let mut told: Vec<&Procedure> = Vec::new();
    let mut lines = Vec::new();
    for service in services {
        let procedure = &service.procedure;
        if *procedure == Procedure::default() || told.contains(&procedure) {
            continue;
        }
        told.push(procedure);
        let sharing: Vec<&HurtService> = services.iter().filter(|s| s.procedure == *procedure).copied().collect();
        if is_over(topic) {
            lines.extend(at_the_end(topic, &sharing, procedure));
        } else {
            lines.extend(now(topic, services.len(), &sharing, procedure));
        }
    }
    lines
}

fn now(topic: &Topic, services: usize, sharing: &[&HurtService], procedure: &Procedure) -> Vec<Line> {
    let names = sharing.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join(", ");
    let condition = match (is_unseen(topic) || topic.ahead.is_some(), services) {
        (true, _) => format!("If {names} is hurt: "),
        (false, 1) => String::new(),
        (false, _) => format!("{names}: "),
    };
    let mut lines = Vec::new();
    if !condition.is_empty() || !procedure.name.is_empty() {
        lines.push(Line::Says(condition, procedure.name.clone()));
    }
    let steps = procedure.first_steps.iter().enumerate();
    lines.extend(steps.map(|(n, step)| Line::Step(n + 1, step.clone())));
    lines.extend(procedure.contacts.iter().map(|contact| Line::Says("Call: ".to_owned(), contact.clone())));
    lines.extend(link(procedure));
    lines
}

fn at_the_end(topic: &Topic, sharing: &[&HurtService], procedure: &Procedure) -> Vec<Line> {
    let names = sharing.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join(", ");
    let name = match procedure.name.as_str() {
        "" => "the downtime procedure".to_owned(),
        name => format!("“{name}”"),
    };
    let said = match () {
        () if is_unseen(topic) => return Vec::new(),
        () if sharing.iter().any(|s| !s.still.is_empty()) => {
            format!("Keep to {name}: something else still hurts {names}.")
        }
        () if topic.resolved_how == Some(ResolvedHow::VendorSaid) => format!("If {name} is in use, end it."),
        () => format!("See that {names} works before you end {name}."),
    };
    let mut lines = vec![Line::Says(String::new(), said)];
    lines.extend(link(procedure));
    lines
}

fn link(procedure: &Procedure) -> Option<Line> {
    procedure.link.as_ref().map(|url| Line::Link(url.to_string(), "the whole procedure".to_owned()))
}

/// Who answers for the services.
pub fn owner(services: &[&HurtService]) -> Vec<Line> {
    grouped(services, |s| s.owner.clone()).into_iter().map(|(names, owner)| Line::Says(names, owner)).collect()
}
