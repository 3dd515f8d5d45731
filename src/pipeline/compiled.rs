//! The configuration made ready: the inventory as a graph, the subscriptions by service, the sources that are polled.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::alerting::blind::BlindAfter;
use crate::alerting::effects::EffectRules;
use crate::alerting::graph::Graph;
use crate::alerting::route::Manner;
use crate::alerting::rules::Rules;
use crate::config::catalogue::Catalogue;
use crate::model::arriving::Arriving;
use crate::model::detected::Detected;
use crate::model::format::{Evidence, Format};
use crate::model::id::{Ids, SourceId, SubscriptionId, VendorId};
use crate::model::inventory::Inventory;
use crate::model::own::{self, Own};
use crate::model::shift::Shift;
use crate::model::subscription::{Receiver, Subscription};
use crate::model::vendor::{Source, Vendor};
use crate::normalize;

/// All that the pipeline needs of the configuration. It holds no run-time state and never changes; a reload makes
/// another one.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// Which configuration of this process it is: each reload makes a later one, and what it has written is not undone
    /// by one before it.
    pub edition: u64,
    /// The organisation's name.
    pub organisation: String,
    /// The organisation's zone, an IANA name.
    pub time_zone: String,
    /// Where the pages are; no slash at its end.
    pub page: Option<String>,
    /// How effects are judged.
    pub effect_rules: EffectRules,
    /// Makes identifiers.
    pub ids: Ids,
    /// The inventory.
    pub inventory: Inventory,
    /// The inventory as a graph.
    pub graph: Graph,
    /// The vendors that the configuration names.
    pub vendors: BTreeMap<VendorId, Vendor>,
    /// All others that are known.
    pub catalogue: Arc<Catalogue>,
    /// The sources that are polled: those of the vendors that the inventory needs.
    pub sources: BTreeMap<SourceId, Source>,
    /// Those of them whose format was only guessed, and as what they are read: nothing of theirs is green or alerts until
    /// a person has confirmed it.
    pub guessed: BTreeMap<SourceId, Format>,
    /// The subscriptions.
    pub rules: Rules,
    /// Those of them that people made themselves.
    pub owns: BTreeSet<SubscriptionId>,
    /// How things are told.
    pub manner: Manner,
    /// How it is made certain that messages arrive.
    pub arriving: Arriving,
    /// What is doubtful about the ways by which people are told, in words.
    pub doubtful_ways: Vec<String>,
    /// Who gets a message at set hours.
    pub shifts: Vec<Shift>,
    /// Nothing of it is happening: every page and message says that it is a drill.
    pub is_drill: bool,
}

/// What a configuration says, before it is made ready.
#[derive(Debug, Clone)]
pub struct Parts {
    /// The organisation's name.
    pub organisation: String,
    /// The organisation's zone, an IANA name.
    pub time_zone: String,
    /// Where the pages are.
    pub page: Option<String>,
    /// After how long a source that cannot be read is told.
    pub blind_after: BlindAfter,
    /// The inventory.
    pub inventory: Inventory,
    /// The vendors that the inventory and the subscriptions name; more do no harm.
    pub vendors: Vec<Vendor>,
    /// The subscriptions.
    pub subscriptions: Vec<Subscription>,
    /// The receivers.
    pub receivers: Vec<Receiver>,
    /// How things are told.
    pub manner: Manner,
    /// Who gets a message at set hours.
    pub shifts: Vec<Shift>,
}

/// Those that are read by what was only guessed, and as what.
fn guessed(sources: &BTreeMap<SourceId, Source>) -> BTreeMap<SourceId, Format> {
    let is_guessed = |source: &&Source| normalize::evidence(source) == Evidence::Guessed;
    sources.values().filter(is_guessed).map(|source| (source.id.clone(), source.format)).collect()
}

impl Compiled {
    /// Makes a configuration ready.
    #[must_use]
    pub fn new(parts: Parts, ids: Ids) -> Self {
        let graph = Graph::compile(&parts.inventory, &parts.vendors);
        let rules = Rules::compile(&parts.subscriptions, &parts.receivers, &graph, &parts.vendors);
        let stood_on =
            |id: &VendorId| parts.inventory.upstream.iter().any(|edge| edge.on == *id && graph.needs(&edge.vendor));
        let needed = parts.vendors.iter().filter(|v| graph.needs(&v.id) || stood_on(&v.id));
        let sources = needed.flat_map(|v| &v.sources).filter(|s| s.is_polled());
        let sources: BTreeMap<SourceId, Source> = sources.map(|s| (s.id.clone(), s.clone())).collect();
        Self {
            edition: 0,
            organisation: parts.organisation,
            time_zone: parts.time_zone,
            page: parts.page,
            effect_rules: EffectRules { blind_after: parts.blind_after },
            ids,
            guessed: guessed(&sources),
            sources,
            vendors: parts.vendors.into_iter().map(|v| (v.id.clone(), v)).collect(),
            catalogue: Arc::default(),
            inventory: parts.inventory,
            graph,
            rules,
            owns: BTreeSet::new(),
            manner: parts.manner,
            arriving: Arriving::default(),
            doubtful_ways: Vec::new(),
            shifts: parts.shifts,
            is_drill: false,
        }
    }

    /// The sources that nobody looks at although the inventory needs their vendors, and what to do about each.
    pub fn unread(&self) -> impl Iterator<Item = (&Source, &str)> {
        let needed = self.vendors.values().filter(|vendor| self.graph.needs(&vendor.id));
        needed.flat_map(|vendor| &vendor.sources).filter_map(|source| Some((source, self.graph.way_out(&source.id)?)))
    }

    /// Whether any source that is polled speaks for what a vendor's customers use.
    #[must_use]
    pub fn speaks_for(&self, vendor: &VendorId) -> bool {
        self.sources.values().any(|source| source.id.is_of(vendor) && !source.format.speaks_aside())
    }

    /// The same, with what was found out of the sources whose files leave their format open.
    #[must_use]
    pub fn knowing(mut self, detected: &BTreeMap<SourceId, Detected>) -> Self {
        let mut is_other = false;
        for source in self.vendors.values_mut().flat_map(|vendor| &mut vendor.sources) {
            let known = source.knowing(detected.get(&source.id));
            if known == *source {
                continue;
            }
            if let Some(polled) = self.sources.get_mut(&source.id) {
                polled.clone_from(&known);
            }
            (*source, is_other) = (known, true);
        }
        if !is_other {
            return self;
        }
        let vendors: Vec<Vendor> = self.vendors.values().cloned().collect();
        self.graph = Graph::compile(&self.inventory, &vendors);
        self.guessed = guessed(&self.sources);
        self
    }

    /// Whether its files name any receiver; addresses of people are none.
    #[must_use]
    pub fn has_receivers_of_its_own(&self) -> bool {
        self.rules.receivers().values().any(|known| own::receiver(&known.id, &known.address()).is_none())
    }

    /// The same, with the subscriptions that people made themselves in place of those that were in it before.
    #[must_use]
    pub fn with_owns(mut self, owns: &[Own]) -> Self {
        let telling: Vec<&Own> = owns.iter().filter(|own| own.tells()).collect();
        if telling.is_empty() && self.owns.is_empty() {
            return self;
        }
        let is_ours = |id: &SubscriptionId| !self.owns.contains(id);
        let mut wishes: Vec<_> = self.rules.subscriptions().iter().filter(|wish| is_ours(&wish.id)).cloned().collect();
        let mut receivers: Vec<Receiver> = self.rules.receivers().values().cloned().collect();
        receivers.retain(|known| own::receiver(&known.id, &known.address()).is_none());
        for own in &telling {
            let receiver = own.receiver();
            wishes.push(own.choice.subscription(own.id.clone(), receiver.id.clone(), &self.time_zone));
            receivers.push(receiver);
        }
        let vendors: Vec<Vendor> = self.vendors.values().cloned().collect();
        self.rules = Rules::compile(&wishes, &receivers, &self.graph, &vendors);
        self.owns = telling.into_iter().map(|own| own.id.clone()).collect();
        self
    }

    /// The same, with all vendors that are known beside those that the configuration names.
    #[must_use]
    pub fn beside(self, catalogue: Arc<Catalogue>) -> Self {
        Self { catalogue, ..self }
    }

    /// A vendor that is known, whether the configuration names it or not.
    #[must_use]
    pub fn vendor(&self, id: &VendorId) -> Option<Cow<'_, Vendor>> {
        let named = self.vendors.get(id).map(Cow::Borrowed);
        named.or_else(|| self.catalogue.vendor(id).map(Cow::Owned))
    }

    /// Whether a vendor is known.
    #[must_use]
    pub fn knows(&self, id: &VendorId) -> bool {
        self.vendors.contains_key(id) || self.catalogue.kept(id).is_some()
    }

    /// The name of a vendor for people.
    #[must_use]
    pub fn vendor_name(&self, id: &VendorId) -> String {
        self.vendor(id).map_or_else(|| id.to_string(), |vendor| vendor.into_owned().name)
    }

    /// The same, with this care that messages arrive.
    #[must_use]
    pub fn arriving(self, arriving: Arriving) -> Self {
        Self { arriving, ..self }
    }

    /// The same, with what is doubtful about the ways by which people are told.
    #[must_use]
    pub fn doubting(self, doubtful_ways: Vec<String>) -> Self {
        Self { doubtful_ways, ..self }
    }

    /// The same as a later edition.
    #[must_use]
    pub fn of_edition(self, edition: u64) -> Self {
        Self { edition, ..self }
    }

    /// The same for a drill.
    #[must_use]
    pub fn for_a_drill(self) -> Self {
        Self { is_drill: true, ..self }
    }

    /// The keys of the sources that are polled.
    #[must_use]
    pub fn polled(&self) -> BTreeSet<SourceId> {
        self.sources.keys().cloned().collect()
    }

    /// The same for some vendors, without asking about every source there is.
    #[must_use]
    pub fn polled_of(&self, vendors: &BTreeSet<VendorId>) -> BTreeSet<SourceId> {
        let of = |vendor| self.sources.range(SourceId::bounds(vendor)).filter(move |(id, _)| id.is_of(vendor));
        vendors.iter().flat_map(of).map(|(id, _)| id.clone()).collect()
    }
}
