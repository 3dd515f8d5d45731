//! What decisions and their messages need to know, and the rows that they become.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::compiled::Compiled;
use super::settle::Notice;
use crate::alerting::effects::effects_on;
use crate::alerting::facts::{self, Background};
use crate::alerting::message::subject::subject;
use crate::alerting::route::{self, About, Decision, Ground, Upstream, Verdict};
use crate::model::change::{Change, IncidentChange};
use crate::model::effect::{Cause, Effects, World};
use crate::model::id::{IncidentId, NotificationId, ServiceId, SourceId, VendorId};
use crate::model::impact::Impact;
use crate::model::incident::{Component, Health, Report, Standing, hurts, speaker};
use crate::model::notification::Facts;
use crate::model::phase::{Kind, Phase};
use crate::model::restless::Flapping;
use crate::model::silence::Silence;
use crate::model::snapshot::SeenIncident;
use crate::store::outbox::thread;
use crate::store::{StoreError, Writing};

/// The incidents that were over before they were first seen.
pub(super) fn reported_late(changes: &[Change]) -> impl Iterator<Item = &IncidentChange> {
    changes.iter().filter_map(|change| match change {
        Change::Incident(c) if c.reported_late => Some(c.as_ref()),
        Change::Incident(_) | Change::Component(_) | Change::Source(_) => None,
    })
}

/// Everything that decisions and their messages need to know.
pub(super) struct Stage<'a> {
    pub(super) compiled: &'a Compiled,
    effects: &'a Effects,
    world: &'a World,
    pub(super) about: BTreeMap<Cause, About>,
    pub(super) reports: BTreeMap<IncidentId, Report>,
    components: BTreeMap<(SourceId, String), Component>,
    sources: BTreeMap<SourceId, Health>,
    offline_since: Option<Timestamp>,
    silences: Vec<Silence>,
}

impl<'a> Stage<'a> {
    pub(super) async fn gather(
        tx: &mut Writing,
        compiled: &'a Compiled,
        world: &'a World,
        effects: &'a Effects,
        changes: &[Change],
        told: BTreeSet<Cause>,
        now: Timestamp,
    ) -> Result<Stage<'a>, StoreError> {
        let mut stage = Self {
            compiled,
            effects,
            world,
            about: BTreeMap::new(),
            reports: BTreeMap::new(),
            components: BTreeMap::new(),
            sources: world.sources.clone(),
            offline_since: world.offline_since,
            silences: tx.silences(now).await?,
        };
        let changed = changes.iter().filter_map(|change| match change {
            Change::Incident(c) => Some(&c.report),
            Change::Component(_) | Change::Source(_) => None,
        });
        for report in world.reports.iter().chain(changed) {
            stage.hear(report);
        }
        let causes: BTreeSet<Cause> = effects.hurts.keys().map(|(_, cause)| cause.clone()).chain(told).collect();
        for cause in &causes {
            stage.learn(tx, cause).await?;
        }
        stage.learn_circumstances(tx, &causes, now).await?;
        stage.hand_over(changes);
        for change in reported_late(changes) {
            let cause = Cause::Incident(change.report.incident.clone());
            let about = stage.about_one(&change.report);
            stage.about.insert(cause, about);
        }
        Ok(stage)
    }

    /// Of several reports of an incident one speaks for it.
    fn hear(&mut self, report: &Report) {
        let heard = self.reports.get(&report.incident);
        if speaker(heard.into_iter().chain([report])) == Some(report) {
            self.reports.insert(report.incident.clone(), report.clone());
        }
    }

    /// What an incident is about: what any of its reports is.
    fn about_all(&self, report: &Report) -> About {
        let others = self.world.reports.iter().filter(|r| r.incident == report.incident && *r != report);
        let mut all = self.about_one(report);
        for other in others {
            all = together(all, report, self.about_one(other), other);
        }
        all
    }

    fn about_one(&self, report: &Report) -> About {
        About { unconfirmed: self.unconfirmed(&report.source), ..about(report) }
    }

    /// The source, where nobody may believe it yet.
    fn unconfirmed(&self, source: &SourceId) -> Option<SourceId> {
        self.world.unconfirmed.contains(source).then(|| source.clone())
    }

    async fn learn(&mut self, tx: &mut Writing, cause: &Cause) -> Result<(), StoreError> {
        match cause {
            Cause::Incident(id) => {
                if !self.reports.contains_key(id) {
                    let reports = tx.reports_of(id).await?;
                    self.reports.extend(reports.into_iter().next().map(|report| (id.clone(), report)));
                }
                if let Some(report) = self.reports.get(id) {
                    self.about.insert(cause.clone(), self.about_all(report));
                }
            }
            Cause::Component { source, key } => {
                if let Some(component) = tx.component(source, key).await? {
                    let regions = component.component.region.iter().cloned().collect();
                    let vendor = Some(source.vendor());
                    let since = (component.status != Impact::Operational).then_some(component.since);
                    let unconfirmed = self.unconfirmed(source);
                    let components = vec![component.component.name.clone()];
                    let text = component.component.name.to_lowercase();
                    let about = About { vendor, regions, components, text, since, unconfirmed, ..About::default() };
                    self.about.insert(cause.clone(), about);
                    self.components.insert((source.clone(), key.clone()), component);
                }
            }
            Cause::Blind(source) => {
                let since = match self.sources.get(source) {
                    Some(Health::Unreadable { since, .. }) => Some(*since),
                    Some(Health::Readable { .. } | Health::NeverRead) | None => None,
                };
                let (vendor, unconfirmed) = (Some(source.vendor()), self.unconfirmed(source));
                self.about.insert(cause.clone(), About { vendor, since, unconfirmed, ..About::default() });
            }
            // Told apart from effects.
            Cause::Sight(_) => {}
            Cause::Offline => {
                self.about.insert(cause.clone(), About { since: self.offline_since, ..About::default() });
            }
        }
        Ok(())
    }

    /// What else bears on who is told of each cause: whether it comes and goes, who takes care of it, what is open at the
    /// vendors that it stands on.
    async fn learn_circumstances(
        &mut self,
        tx: &mut Writing,
        causes: &BTreeSet<Cause>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let names: Vec<String> = causes.iter().map(ToString::to_string).collect();
        let since = now.checked_sub(Flapping::MEMORY).unwrap_or(Timestamp::MIN);
        let turns = tx.turns(&names, since).await?;
        let acknowledged = tx.acknowledged_among(&names).await?;
        let open = self.open_below();
        let told_to = tx.told_to(&open.values().flatten().map(|up| up.cause.clone()).collect()).await?;
        for (cause, about) in &mut self.about {
            let name = cause.to_string();
            about.restless = turns.get(&name).and_then(|turns| self.compiled.manner.flapping.judge(turns, now));
            about.acknowledged = acknowledged.get(&name).cloned();
            let below = about.vendor.as_ref().and_then(|vendor| open.get(vendor));
            let told_to = |cause: &Cause| told_to.get(&cause.to_string()).cloned().unwrap_or_default();
            let told = |up: &Upstream| Upstream { told_to: told_to(&up.cause), ..up.clone() };
            about.upstream = below.into_iter().flatten().map(told).collect();
        }
        Ok(())
    }

    /// What is open below each vendor that stands on others.
    fn open_below(&self) -> BTreeMap<VendorId, Vec<Upstream>> {
        let mut open: BTreeMap<VendorId, Vec<Upstream>> = BTreeMap::new();
        let is_trouble =
            |r: &&Report| r.seen.kind == Kind::Incident && r.standing.is_open() && !r.old && hurts(r.seen.phase);
        for edge in &self.compiled.inventory.upstream {
            for report in self.world.reports.iter().filter(is_trouble).filter(|r| r.source.is_of(&edge.on)) {
                let cause = Cause::Incident(report.incident.clone());
                let known = open.entry(edge.vendor.clone()).or_default();
                if !known.iter().any(|up| up.cause == cause) {
                    let (vendor, title) = (self.compiled.vendor_name(&edge.on), report.seen.title.clone());
                    known.push(Upstream { vendor, title, cause, mutes: edge.mutes, told_to: BTreeSet::new() });
                }
            }
        }
        open
    }

    /// By what it is decided who is told.
    pub(super) fn ground(&self, now: Timestamp) -> Ground<'_> {
        Ground { rules: &self.compiled.rules, manner: self.compiled.manner, silences: &self.silences, now }
    }

    /// A component that an incident named until it ended just now, and that is still not well.
    fn hand_over(&mut self, changes: &[Change]) {
        for change in changes {
            let Change::Incident(c) = change else { continue };
            if c.report.standing.is_open() {
                continue;
            }
            for component in &c.report.seen.components {
                let cause = Cause::Component { source: c.report.source.clone(), key: component.key.clone() };
                if let Some(about) = self.about.get_mut(&cause) {
                    about.folded_from = Some(c.report.incident.clone());
                }
            }
        }
    }

    pub(super) fn background(&self) -> Background<'_> {
        Background {
            organisation: &self.compiled.organisation,
            time_zone: &self.compiled.time_zone,
            page: self.compiled.page.as_deref(),
            inventory: &self.compiled.inventory,
            graph: &self.compiled.graph,
            vendors: &self.compiled.vendors,
            reports: &self.reports,
            components: &self.components,
            open: &self.world.reports,
            sources: &self.sources,
            effects: self.effects,
            about: &self.about,
            is_drill: self.compiled.is_drill,
        }
    }

    /// Puts what is decided into the outbox and the log. After a first look, one message for each address.
    pub(super) async fn tell(
        &self,
        tx: &mut Writing,
        decisions: &[Decision],
        is_first_look: bool,
        now: Timestamp,
    ) -> Result<Vec<Notice>, StoreError> {
        let mut groups: BTreeMap<(String, String), Vec<&Decision>> = BTreeMap::new();
        for decision in decisions {
            let is_listed = is_first_look && decision.verdict == Verdict::Send;
            let apart =
                if is_listed { "first look".to_owned() } else { format!("{} {:?}", decision.cause, decision.verdict) };
            groups.entry((decision.address.clone(), apart)).or_default().push(decision);
        }
        let mut notices = Vec::new();
        for ((_, what), group) in groups {
            notices.extend(self.tell_one(tx, &group, &what, false, now).await?);
        }
        Ok(notices)
    }

    pub(super) async fn tell_late(
        &self,
        tx: &mut Writing,
        world: &World,
        change: &IncidentChange,
        now: Timestamp,
    ) -> Result<Vec<Notice>, StoreError> {
        let mut as_if_open = world.clone();
        as_if_open.reports.push(as_open(&change.report));
        let compiled = self.compiled;
        let services = compiled.graph.reached_by(&BTreeSet::from([change.report.source.vendor()]));
        let effects = effects_on(&compiled.graph, &as_if_open, compiled.effect_rules, now, &services);
        let cause = Cause::Incident(change.report.incident.clone());
        let mut notices = Vec::new();
        for decision in route::route_late(&effects, &cause, &self.about, self.ground(now)) {
            notices.extend(self.tell_one(tx, &[&decision], &format!("late {cause}"), true, now).await?);
        }
        Ok(notices)
    }

    async fn tell_one(
        &self,
        tx: &mut Writing,
        group: &[&Decision],
        what: &str,
        late: bool,
        now: Timestamp,
    ) -> Result<Option<Notice>, StoreError> {
        let Some(facts) = facts::facts(group, &self.background(), late, now) else { return Ok(None) };
        self.put_out(tx, group, facts, what, now).await
    }

    /// Puts a message about these decisions into the outbox, or only their reasons into the log.
    pub(super) async fn put_out(
        &self,
        tx: &mut Writing,
        group: &[&Decision],
        mut facts: Facts,
        what: &str,
        now: Timestamp,
    ) -> Result<Option<Notice>, StoreError> {
        let Some(first) = group.first() else { return Ok(None) };
        facts.gathered = first.verdict.gathered_until();
        let kinds: String =
            group.iter().flat_map(|d| &d.services).map(|s| format!(" {}:{}", s.service, s.kind.word())).collect();
        let id = self.compiled.ids.notification(&first.address, &format!("{what}{kinds}"), now);
        let sent = first.verdict.is_told();
        let why = match &first.verdict {
            Verdict::Send | Verdict::Gather(_) => {
                let names: Vec<&str> = facts.subscriptions.iter().map(|s| s.as_str()).collect();
                let names = names.join(", ");
                first.verdict.gathered_until().map_or_else(
                    || format!("wanted by {names}"),
                    |until| format!("wanted by {names}, together with all else until {until}"),
                )
            }
            Verdict::NotSent(why) => why.to_string(),
        };
        if sent {
            for topic in &mut facts.topics {
                let earlier = tx.told_last(&first.address, &topic.cause).await?;
                topic.before = earlier.and_then(|earlier| facts::before(&earlier, &topic.cause));
            }
        }
        let row: Option<NotificationId> = if sent {
            Some(
                tx.put_notification(&id, &first.address, &thread(&facts), &facts, first.verdict.gathered_until(), now)
                    .await?,
            )
        } else {
            None
        };
        for decision in group {
            tx.put_decision(decision, &why, row.as_ref(), now).await?;
        }
        let services: BTreeSet<ServiceId> = group.iter().flat_map(|d| route::service_ids(d)).collect();
        let subject = subject(&facts);
        Ok(Some(Notice {
            at: now,
            receiver: first.receiver.clone(),
            services: services.into_iter().collect(),
            subject,
            sent,
            why,
        }))
    }
}

/// What a report is about, as far as subscriptions ask.
pub(super) fn about(report: &Report) -> About {
    let seen = &report.seen;
    let mut text = seen.title.to_lowercase();
    for said in &seen.updates {
        text.push('\n');
        text.push_str(&said.text.to_lowercase());
    }
    let mut regions = seen.regions.clone();
    regions.extend(seen.components.iter().filter_map(|c| c.region.clone()));
    let component = |key: &String| Cause::Component { source: report.source.clone(), key: key.clone() };
    About {
        vendor: Some(report.source.vendor()),
        regions,
        components: seen.components.iter().map(|c| c.name.clone()).collect(),
        text,
        folds: seen.components.iter().map(|c| component(&c.key)).collect(),
        ..About::default()
    }
}

/// What two reports of one incident are about. Where one does not say where, it may be anywhere.
pub(super) fn together(mut all: About, report: &Report, more: About, other: &Report) -> About {
    let begun = |r: &Report| r.seen.started.as_ref().and_then(|s| s.at).unwrap_or(r.first_seen);
    all.since = [begun(report), begun(other)].into_iter().chain(all.since).min();
    if all.regions.is_empty() || more.regions.is_empty() {
        all.regions.clear();
    } else {
        all.regions.extend(more.regions);
    }
    if all.components.is_empty() || more.components.is_empty() {
        all.components.clear();
    } else {
        all.components.extend(more.components);
    }
    all.text.push('\n');
    all.text.push_str(&more.text);
    all.folds.extend(more.folds);
    // One that can be believed is enough.
    all.unconfirmed = all.unconfirmed.filter(|_| more.unconfirmed.is_some());
    all
}

/// A report as it would have been, had it been seen while it was open.
pub(super) fn as_open(report: &Report) -> Report {
    let phase = match report.seen.kind {
        Kind::Incident => Phase::Investigating,
        Kind::Maintenance => Phase::InProgress,
    };
    let seen = SeenIncident { phase, ..report.seen.clone() };
    Report { seen, standing: Standing::Open, old: false, ..report.clone() }
}
