//! What decisions and their messages need to know, and the rows that they become.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::compiled::Compiled;
use super::settle::Notice;
use crate::alerting::about::open_below;
use crate::alerting::effects::effects_on;
use crate::alerting::facts::{self, Background};
use crate::alerting::message::subject::subject;
use crate::alerting::message::words::is_over;
use crate::alerting::overrides::InForce;
use crate::alerting::route::{self, About, Decision, Ground, Verdict};
use crate::alerting::second::goes_at_once;
use crate::alerting::step::{Remembered, Scene, heard};
use crate::model::change::IncidentChange;
use crate::model::effect::{Cause, Effects, World};
use crate::model::id::{IncidentId, NotificationId, ReceiverId, ServiceId, SourceId};
use crate::model::incident::{Component, Health, Report, Standing};
use crate::model::notification::{Facts, Topic};
use crate::model::own;
use crate::model::phase::{Kind, Phase};
use crate::model::restless::Flapping;
use crate::model::snapshot::SeenIncident;
use crate::store::outbox::{Gather, thread};
use crate::store::{StoreError, Writing};

/// How long a link in a message lets its reader take care of an incident.
const LINKS_HOLD: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What is remembered of what is decided on, beside what is `known` of it already.
///
/// # Errors
/// [`StoreError`].
pub(super) async fn remember(tx: &mut Writing, scene: &Scene<'_>, known: Remembered) -> Result<Remembered, StoreError> {
    let mut all = Remembered { reports: heard(scene.world, scene.changes), ..known };
    for cause in &all.causes {
        match cause {
            Cause::Incident(id) if !all.reports.contains_key(id) => {
                let reports = tx.reports_of(id).await?;
                all.reports.extend(reports.into_iter().next().map(|report| (id.clone(), report)));
            }
            Cause::Component { source, key } => {
                let component = tx.component(source, key).await?;
                all.components.extend(component.map(|component| ((source.clone(), key.clone()), component)));
            }
            Cause::Incident(_) | Cause::Blind(_) | Cause::Offline | Cause::Sight(_) => {}
        }
    }
    let names: Vec<String> = all.causes.iter().map(ToString::to_string).collect();
    let since = scene.ground.now.checked_sub(Flapping::MEMORY).unwrap_or(Timestamp::MIN);
    all.turns = tx.turns(&names, since).await?;
    if all.turns.values().flatten().any(|turn| *turn > scene.ground.now) {
        // The clock was set back. What lies ahead of it would come and go once more when the time comes.
        tx.turned_by(&names, scene.ground.now).await?;
        all.turns = tx.turns(&names, since).await?;
    }
    all.first_told = tx.first_told(&names).await?;
    all.acknowledged = tx.acknowledged_among(&names).await?;
    let below: BTreeSet<Cause> = open_below(scene).values().flatten().map(|up| up.cause.clone()).collect();
    all.told_to = tx.told_to(&below).await?;
    Ok(all)
}

/// Everything that decisions and their messages need to know.
pub(super) struct Stage<'a> {
    pub(super) compiled: &'a Compiled,
    effects: &'a Effects,
    about: BTreeMap<Cause, About>,
    pub(super) reports: BTreeMap<IncidentId, Report>,
    components: BTreeMap<(SourceId, String), Component>,
    open: &'a [Report],
    sources: &'a BTreeMap<SourceId, Health>,
    ground: Ground<'a>,
    in_force: InForce,
}

impl<'a> Stage<'a> {
    pub(super) fn new(
        compiled: &'a Compiled,
        effects: &'a Effects,
        scene: &Scene<'a>,
        remembered: Remembered,
        about: BTreeMap<Cause, About>,
    ) -> Self {
        let Remembered { reports, components, .. } = remembered;
        let World { reports: open, sources, .. } = scene.world;
        let (ground, in_force) = (scene.ground, InForce::of(scene.world, scene.ground.now));
        Self { compiled, effects, about, reports, components, open, sources, ground, in_force }
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
            open: self.open,
            sources: self.sources,
            effects: self.effects,
            in_force: &self.in_force,
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
        let mut notices = Vec::new();
        for (what, group) in route::letters(decisions, is_first_look, &self.compiled.rules) {
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
        for decision in route::route_late(&effects, &cause, &self.about, self.ground) {
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
        let Some(mut facts) = facts::facts(group, &self.background(), late, now) else { return Ok(None) };
        for topic in facts.topics.iter_mut().filter(|_| !late) {
            topic.acknowledge = self.link_to_acknowledge(topic, &facts.receiver, now);
        }
        self.put_out(tx, group, facts, what, now).await
    }

    /// Where who is told of an open incident can take care of it; none where somebody does, and none for an address that a
    /// person gave: whoever reads there is nobody whom the configuration knows.
    fn link_to_acknowledge(&self, topic: &Topic, receiver: &ReceiverId, now: Timestamp) -> Option<String> {
        let (page, incident) = (self.compiled.page.as_deref()?, topic.incident.as_ref()?);
        let is_open = !own::is_receiver(receiver)
            && topic.ahead.is_none()
            && !is_over(topic)
            && matches!(topic.cause, Cause::Incident(_));
        let is_taken = self.about.get(&topic.cause).is_some_and(|about| about.acknowledged.is_some());
        let ends = now.checked_add(LINKS_HOLD).ok()?.as_second();
        let seal = self.compiled.ids.seal(incident, receiver, ends);
        (is_open && !is_taken).then(|| format!("{page}/acknowledge/{incident}/{receiver}/{ends}/{seal}"))
    }

    /// With what a message goes out. A major outage of what lives hang on waits for nothing.
    fn gathering(&self, decision: &Decision, facts: &Facts) -> Gather {
        let arriving = &self.compiled.arriving;
        let burst = self.compiled.rules.receivers().get(&decision.receiver).and_then(|receiver| receiver.burst);
        match decision.verdict.gathered_until() {
            Some(until) => Gather::Until(until),
            None if goes_at_once(facts) || arriving.gather.is_zero() && burst.is_none() => Gather::No,
            None => Gather::Soon { wait: arriving.gather, burst },
        }
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
            recall(tx, &first.address, &mut facts).await?;
        }
        let row: Option<NotificationId> = if sent {
            Some(
                tx.put_notification(&id, &first.address, &thread(&facts), &facts, self.gathering(first, &facts), now)
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
            rule: first.verdict.rule(),
            why,
        }))
    }
}

/// Puts into `facts` what its address was told last of each cause.
///
/// # Errors
/// [`StoreError`].
pub(super) async fn recall(tx: &mut Writing, address: &str, facts: &mut Facts) -> Result<(), StoreError> {
    for topic in &mut facts.topics {
        let earlier = tx.told_last(address, &topic.cause).await?;
        topic.before = earlier.and_then(|earlier| facts::before(&earlier, &topic.cause));
    }
    Ok(())
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
