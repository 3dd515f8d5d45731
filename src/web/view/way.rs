//! Which services are hurt, by which way, at which sites, and how long that can be borne.

use askama::Template;
use askama::filters::HtmlSafe;

use super::{Badge, list, tier};
use crate::model::clock_text::{between, span};
use crate::model::effect::Effect;
use crate::model::impact::Impact;
use crate::model::inventory::{Inventory, Service};
use crate::web::now::{Now, Trouble};

/// Sites that are named in a row; more are counted.
const SITES: usize = 3;
/// From here on, what is left to bear is tight: three quarters are used.
const TIGHT: f64 = 0.75;

/// A row of the table of what is hurt.
pub struct HurtRow {
    pub id: String,
    pub name: String,
    pub tier: &'static str,
    pub path: String,
    /// Where it differs from the card's own.
    pub state: Option<Badge>,
    pub workflow: String,
    pub sites: String,
    pub sites_note: String,
    pub bear: Option<Bear>,
}

impl HurtRow {
    pub fn of(now: &Now, trouble: &Trouble<'_>, service: &Service, effect: &Effect, shown: Impact) -> Self {
        let (sites, sites_note) = sites(&now.compiled.inventory, service);
        Self {
            id: service.id.to_string(),
            name: service.name.clone(),
            tier: tier(service.tier),
            path: through(&effect.path),
            state: (effect.impact != shown).then(|| Badge::of(effect.impact)),
            workflow: service.workflow.clone(),
            sites,
            sites_note,
            bear: bear(now, trouble, service),
        }
    }
}

/// `because Sign-in, because Okta SSO`, from a path that begins with the service itself.
pub fn through(path: &[String]) -> String {
    path.get(1..).unwrap_or_default().join(", because ")
}

/// How many of our sites use a service, and which.
pub fn sites(inventory: &Inventory, service: &Service) -> (String, String) {
    let (here, all) = (service.sites.len(), inventory.sites.len());
    let names = |used: bool| -> Vec<&str> {
        let sites = inventory.sites.iter().filter(|s| service.sites.contains(&s.id) == used);
        sites.map(|s| s.name.as_str()).collect()
    };
    match (here, all) {
        (0, 0) => ("everywhere".to_owned(), String::new()),
        (0, all) => (format!("{all} of {all}"), String::new()),
        (here, all) if here >= all => (format!("{here} of {all}"), String::new()),
        (here, all) if all - here <= SITES && all - here < here => {
            (format!("{here} of {all}"), format!("not {}", list(&names(false), SITES)))
        }
        (here, all) => (format!("{here} of {all}"), list(&names(true), SITES)),
    }
}

/// "at 6 of 7 sites", for a sentence.
pub fn place(inventory: &Inventory, service: &Service) -> String {
    let (here, all) = (service.sites.len(), inventory.sites.len());
    match service.sites.as_slice() {
        [] if all == 0 => "everywhere".to_owned(),
        [] => at_all(all),
        [one] => format!("at {}", inventory.site_name(one)),
        _ if here >= all => at_all(all),
        _ => format!("at {here} of {all} sites"),
    }
}

fn at_all(sites: usize) -> String {
    match sites {
        1 => "at our site".to_owned(),
        2 => "at both sites".to_owned(),
        _ => format!("at all {sites} sites"),
    }
}

/// How much of what can be borne is used: used is solid, left is open, over is hatched.
#[derive(Template)]
#[template(path = "page/bear.html")]
pub struct Bear {
    left: String,
    of: String,
    is_over: bool,
    is_tight: bool,
    used: String,
    rest: String,
}

impl HtmlSafe for Bear {}

fn bear(now: &Now, trouble: &Trouble<'_>, service: &Service) -> Option<Bear> {
    let bears = i64::try_from(service.bears?.as_secs()).ok().filter(|bears| *bears > 0)?;
    let used = between(trouble.since, now.at).max(0);
    #[expect(clippy::cast_precision_loss, reason = "seconds stay far below 2^52")]
    let share = used as f64 / bears as f64;
    let is_over = used >= bears;
    let percent = if is_over { 100.0 / share } else { share * 100.0 };
    Some(Bear {
        left: if is_over { format!("over by {}", span(used - bears)) } else { format!("{} left", span(bears - used)) },
        of: span(bears),
        is_over,
        is_tight: share >= TIGHT,
        used: format!("{percent:.1}%"),
        rest: format!("{:.1}%", 100.0 - percent),
    })
}
