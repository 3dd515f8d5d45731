//! What of the first page is wanted. All of it stands in the address, so that it can be sent to somebody else, and works
//! without a script. What a filter leaves out is counted: a filter must never make a bad night look quiet.

use serde::Deserialize;

use crate::model::id::VendorId;
use crate::model::impact::Impact;
use crate::model::inventory::{Service, Tier};
use crate::model::text;
use crate::web::now::Now;
use crate::web::view;

/// The longest search.
const SEARCH_CHARS: usize = 100;

/// What the address asks for. A form sends fields that are empty, too.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    page: Option<String>,
    vendor: Option<String>,
    service: Option<String>,
    tier: Option<String>,
    impact: Option<String>,
    q: Option<String>,
}

/// What is wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Which page of the rows, from 1.
    pub page: usize,
    vendor: Option<String>,
    service: Option<String>,
    tier: Option<Tier>,
    impact: Option<Impact>,
    q: String,
}

/// One choice of a list.
pub struct Choice {
    pub value: String,
    pub name: String,
    pub is_chosen: bool,
}

/// The form, filled as it is asked.
pub struct Form {
    pub words: String,
    pub is_on: bool,
    pub lists: [List; 4],
    pub q: String,
}

/// A list to choose from.
pub struct List {
    pub label: &'static str,
    pub name: &'static str,
    /// What to call no choice.
    pub any: &'static str,
    pub choices: Vec<Choice>,
}

/// What a filter is laid on.
pub struct Subject<'a> {
    pub vendor: &'a VendorId,
    pub services: &'a [&'a Service],
    pub impact: Impact,
    /// What a search looks through.
    pub words: Vec<&'a str>,
}

impl Asked {
    /// What is wanted, or what to write instead.
    pub fn filter(self) -> Result<Filter, String> {
        let said = |field: Option<String>| field.map(|f| f.trim().to_owned()).filter(|f| !f.is_empty());
        let tiers = [Tier::LifeSafety, Tier::Clinical, Tier::Business, Tier::BackOffice];
        Ok(Filter {
            page: match said(self.page) {
                None => 1,
                Some(page) => page.parse().map_err(|_| format!("page={page}: write a number."))?,
            },
            tier: match said(self.tier) {
                None => None,
                Some(tier) => Some(
                    tiers
                        .into_iter()
                        .find(|t| t.word() == tier)
                        .ok_or_else(|| format!("tier={tier}: write life-safety, clinical, business or back-office."))?,
                ),
            },
            impact: match said(self.impact) {
                None => None,
                Some(impact) => Some(
                    RUNGS
                        .into_iter()
                        .find(|i| i.word() == impact)
                        .ok_or_else(|| format!("impact={impact}: write degraded, partial_outage or major_outage."))?,
                ),
            },
            vendor: said(self.vendor),
            service: said(self.service),
            q: text::line(&self.q.unwrap_or_default(), SEARCH_CHARS),
        })
    }
}

const RUNGS: [Impact; 3] = [Impact::Degraded, Impact::PartialOutage, Impact::MajorOutage];

impl Filter {
    /// Whether anything is left out.
    pub const fn is_on(&self) -> bool {
        self.vendor.is_some()
            || self.service.is_some()
            || self.tier.is_some()
            || self.impact.is_some()
            || !self.q.is_empty()
    }

    /// Whether this is wanted. An impact that nobody knows passes every filter.
    pub fn keeps(&self, now: &Now, subject: &Subject<'_>) -> bool {
        let is = |wanted: &Option<String>, id: &str| wanted.as_ref().is_none_or(|wanted| wanted == id);
        is(&self.vendor, subject.vendor.as_str())
            && (self.service.is_none() || subject.services.iter().any(|s| is(&self.service, s.id.as_str())))
            && self.tier.is_none_or(|tier| subject.services.iter().any(|s| s.tier == tier))
            && self.impact.is_none_or(|least| subject.impact.is_at_least(least))
            && self.finds(now, subject)
    }

    /// Every word of the search must stand somewhere: in the vendor, its words, the services, their sites.
    fn finds(&self, now: &Now, subject: &Subject<'_>) -> bool {
        if self.q.is_empty() {
            return true;
        }
        let mut all = vec![now.compiled.graph.vendor_name(subject.vendor), subject.vendor.as_str()];
        all.extend(&subject.words);
        for service in subject.services {
            all.extend([service.name.as_str(), service.workflow.as_str(), service.owner.as_str()]);
            all.extend(service.sites.iter().map(|site| now.compiled.inventory.site_name(site)));
        }
        let all = all.join("\n").to_lowercase();
        self.q.to_lowercase().split_whitespace().all(|word| all.contains(word))
    }

    /// The address of a page of the rows.
    pub fn address(&self, page: usize) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let tier = self.tier.map(|t| t.word().to_owned());
        let impact = self.impact.map(|i| i.word().to_owned());
        let q = Some(self.q.clone()).filter(|q| !q.is_empty());
        let page = (page > 1).then(|| page.to_string());
        for (name, value) in [
            ("vendor", &self.vendor),
            ("service", &self.service),
            ("tier", &tier),
            ("impact", &impact),
            ("q", &q),
            ("page", &page),
        ] {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        let query = query.finish();
        if query.is_empty() { "/".to_owned() } else { format!("/?{query}") }
    }

    /// The form with what is asked in it.
    pub fn form(&self, now: &Now) -> Form {
        let choice = |value: &str, name: &str, chosen: Option<&str>| Choice {
            value: value.to_owned(),
            name: name.to_owned(),
            is_chosen: chosen == Some(value),
        };
        let graph = &now.compiled.graph;
        let mut vendors: Vec<Choice> =
            graph.vendors().map(|id| choice(id.as_str(), graph.vendor_name(id), self.vendor.as_deref())).collect();
        vendors.sort_by_key(|v| v.name.to_lowercase());
        let services = now.services().into_iter();
        let tiers = [Tier::LifeSafety, Tier::Clinical, Tier::Business, Tier::BackOffice];
        Form {
            words: self.words(now),
            is_on: self.is_on(),
            lists: [
                List {
                    label: "Service",
                    name: "service",
                    any: "every service",
                    choices: services.map(|s| choice(s.id.as_str(), &s.name, self.service.as_deref())).collect(),
                },
                List { label: "Vendor", name: "vendor", any: "every vendor", choices: vendors },
                List {
                    label: "Tier",
                    name: "tier",
                    any: "every tier",
                    choices: tiers.map(|t| choice(t.word(), view::tier(t), self.tier.map(Tier::word))).into(),
                },
                List {
                    label: "At least",
                    name: "impact",
                    any: "any impact",
                    choices: RUNGS.map(|i| choice(i.word(), i.label(), self.impact.map(Impact::word))).into(),
                },
            ],
            q: self.q.clone(),
        }
    }

    fn words(&self, now: &Now) -> String {
        let vendor = self.vendor.as_ref().map(|id| {
            VendorId::parse(id).map_or_else(|_| id.clone(), |id| now.compiled.graph.vendor_name(&id).to_owned())
        });
        let mut services = now.compiled.inventory.services.iter();
        let service = self
            .service
            .as_ref()
            .map(|id| services.find(|s| s.id.as_str() == id).map_or(id.clone(), |s| s.name.clone()));
        let all = [
            vendor,
            service,
            self.tier.map(|t| view::tier(t).to_lowercase()),
            self.impact.map(|i| format!("{} or worse", i.label().to_lowercase())),
            (!self.q.is_empty()).then(|| format!("“{}”", self.q)),
        ];
        let all: Vec<String> = all.into_iter().flatten().map(|w| text::line(&w, SEARCH_CHARS)).collect();
        if all.is_empty() { "everything".to_owned() } else { all.join(", ") }
    }
}
