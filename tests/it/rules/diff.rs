//! What a look changes, and what it does not.

use bellwether::alerting::diff::{Diff, Habits, diff};
use bellwether::model::change::Change;
use bellwether::model::impact::Impact;
use bellwether::model::incident::{Known, ResolvedHow, Standing};
use bellwether::model::phase::Phase;
use bellwether::model::snapshot::{Coverage, Covers, GoneAfter, Look, SeenIncident, Snapshot};

use crate::support::model::*;

const HABITS: Habits = Habits { gone_after: GoneAfter::USUAL, perishable_keys: false };

/// A source that is looked at again and again.
struct Watch {
    known: Known,
    habits: Habits,
}

impl Watch {
    /// The first look found nothing open, an hour before the test begins.
    fn quiet() -> Self {
        let mut watch = Self { known: nothing_known(), habits: HABITS };
        assert_eq!(watch.look(-60, seen(listing(Vec::new()))), Vec::<String>::new());
        watch
    }

    fn with_open(incident: SeenIncident) -> Self {
        let mut watch = Self::quiet();
        watch.open(0, vec![incident]);
        watch
    }

    fn diff(&mut self, minutes: i64, look: &Look) -> Diff {
        let diff = diff(&self.known, look, self.habits, &ids(), minute(minutes));
        self.known = diff.known.clone();
        diff
    }

    fn look(&mut self, minutes: i64, look: Look) -> Vec<String> {
        changes(&self.diff(minutes, &look).changes)
    }

    fn open(&mut self, minutes: i64, incidents: Vec<SeenIncident>) -> Vec<String> {
        self.look(minutes, seen(listing(incidents)))
    }

    fn standing(&self, key: &str) -> Standing {
        self.known.reports[key].standing
    }
}

const NOTHING: Vec<String> = Vec::new();

fn uncounted(incidents: Vec<SeenIncident>, covers: Covers) -> Look {
    seen(Snapshot { covers: Coverage::of_all(covers), ..listing(incidents) })
}

#[test]
fn a_new_incident_is_opened_and_a_look_that_says_the_same_changes_nothing() {
    let mut watch = Watch::quiet();
    assert_eq!(watch.open(0, vec![incident("a")]), ["opened a"]);
    assert_eq!(watch.open(1, vec![incident("a")]), NOTHING);
    assert_eq!(watch.look(2, Look::SameAsBefore), NOTHING);
}

#[test]
fn unreadable_resolves_nothing_however_long_it_lasts() {
    let mut watch = Watch::with_open(incident("a"));
    assert_eq!(watch.look(1, unreachable()), ["source unreadable"]);
    for minutes in 2..2000 {
        assert_eq!(watch.look(minutes, unreachable()), NOTHING);
    }
    assert_eq!(watch.standing("a"), Standing::Open);
    assert_eq!(watch.open(2000, vec![incident("a")]), ["source readable"]);
}

#[test]
fn unreadable_keeps_the_time_since_when_and_is_told_anew_when_the_reason_changes() {
    let mut watch = Watch::quiet();
    watch.look(1, unreachable());
    assert_eq!(watch.look(5, garbled()), ["source unreadable"]);
    let bellwether::model::incident::Health::Unreadable { since, .. } = watch.known.health else { panic!() };
    assert_eq!(since, minute(1));
}

#[test]
fn unreadable_neither_counts_towards_gone_nor_begins_the_count_anew() {
    let mut watch = Watch::with_open(incident("a"));
    watch.open(1, vec![]);
    for minutes in 2..30 {
        watch.look(minutes, unreachable());
    }
    assert_eq!(watch.open(30, vec![]), ["source readable"], "the second look without it");
    assert_eq!(watch.open(31, vec![]), ["resolved a"], "the third, 30 minutes after the first");
}

#[test]
fn gone_wants_three_looks_and_not_two() {
    let mut watch = Watch::with_open(incident("a"));
    assert_eq!(watch.open(1, vec![]), NOTHING);
    assert_eq!(watch.open(60, vec![]), NOTHING, "an hour, but two looks");
    assert_eq!(watch.open(61, vec![]), ["resolved a"]);
    assert_eq!(watch.standing("a"), Standing::Resolved(ResolvedHow::NoLongerListed));
}

#[test]
fn gone_wants_ten_minutes_and_not_less() {
    let mut watch = Watch::with_open(incident("a"));
    for minutes in 1..11 {
        assert_eq!(watch.open(minutes, vec![]), NOTHING, "after {} minutes", minutes - 1);
    }
    let diff =
        diff(&watch.known, &seen(listing(vec![])), HABITS, &ids(), minute(11) - jiff::SignedDuration::from_millis(1));
    assert_eq!(changes(&diff.changes), NOTHING, "a millisecond too early");
    assert_eq!(watch.open(11, vec![]), ["resolved a"]);
}

#[test]
fn gone_is_what_the_format_says_it_is() {
    let mut watch = Watch::with_open(incident("a"));
    watch.habits.gone_after = GoneAfter { looks: 5, minutes: 120 };
    for minutes in [1, 31, 61, 91, 120] {
        assert_eq!(watch.open(minutes, vec![]), NOTHING);
    }
    assert_eq!(watch.open(121, vec![]), ["resolved a"]);
}

#[test]
fn an_incident_that_comes_back_before_it_is_gone_was_never_away() {
    let mut watch = Watch::with_open(incident("a"));
    watch.open(1, vec![]);
    watch.open(5, vec![]);
    assert_eq!(watch.open(9, vec![incident("a")]), NOTHING);
    for minutes in [10, 15, 19] {
        assert_eq!(watch.open(minutes, vec![]), NOTHING, "the count begins anew");
    }
    assert_eq!(watch.open(20, vec![]), ["resolved a"]);
}

#[test]
fn an_incident_that_comes_back_with_another_word_is_missing_no_longer() {
    let mut watch = Watch::with_open(incident("a"));
    watch.open(1, vec![]);
    let other = with_phase(Phase::Identified, incident("a"));
    assert_eq!(watch.open(2, vec![other]), ["updated a"]);
    assert!(!watch.known.counts_looks());
    for minutes in 3..40 {
        assert_eq!(watch.look(minutes, Look::SameAsBefore), NOTHING, "it is listed, as before");
    }
    assert_eq!(watch.known.reports["a"].changed, minute(2), "when its word last changed");
}

#[test]
fn an_equal_body_counts_while_something_is_missing() {
    let mut watch = Watch::with_open(incident("a"));
    watch.open(1, vec![]);
    assert!(watch.known.counts_looks());
    assert_eq!(watch.look(6, Look::SameAsBefore), NOTHING);
    assert_eq!(watch.look(11, Look::SameAsBefore), ["resolved a"]);
    assert!(!watch.known.counts_looks());
}

#[test]
fn an_equal_body_never_makes_anything_missing() {
    let mut watch = Watch::with_open(incident("a"));
    for minutes in 1..60 {
        assert_eq!(watch.look(minutes, Look::SameAsBefore), NOTHING);
    }
    assert_eq!(watch.standing("a"), Standing::Open);
}

#[test]
fn absence_from_a_window_or_a_delta_is_no_evidence() {
    for covers in [Covers::Window { since: minute(-30) }, Covers::Delta] {
        let mut watch = Watch::with_open(incident("a"));
        for minutes in 1..60 {
            assert_eq!(watch.look(minutes, uncounted(vec![], covers)), NOTHING, "{covers:?}");
        }
        assert!(!watch.known.counts_looks());
    }
}

#[test]
fn a_look_without_evidence_stops_equal_bodies_from_counting() {
    let mut watch = Watch::with_open(incident("a"));
    watch.open(1, vec![]);
    watch.look(2, uncounted(vec![], Covers::Delta));
    for minutes in 3..60 {
        assert_eq!(watch.look(minutes, Look::SameAsBefore), NOTHING);
    }
}

#[test]
fn of_a_list_capped_at_its_nearest_only_what_lies_before_the_horizon_is_missing() {
    let capped = |incidents| uncounted(incidents, Covers::PlannedBefore { horizon: minute(1000) });
    let (near, far) = (maintenance("near", 900, 960), maintenance("far", 1000, 1060));
    let running = with_phase(Phase::InProgress, maintenance("running", 2000, 2060));
    let mut watch = Watch::quiet();
    watch.look(0, capped(vec![near, far, running]));
    for minutes in [1, 6] {
        assert_eq!(watch.look(minutes, capped(vec![])), NOTHING);
    }
    assert_eq!(watch.look(11, capped(vec![])), ["withdrawn near", "resolved running"]);
    assert_eq!(watch.standing("far"), Standing::Open);
}

#[test]
fn a_change_is_found_by_what_is_said_even_where_no_count_and_no_time_moved() {
    let mut watch = Watch::with_open(incident("a"));
    let edited = SeenIncident { updates: vec![update("u1", 0, "We look into it, now.")], ..incident("a") };
    assert_eq!(watch.open(1, vec![edited.clone()]), ["updated a"]);
    let renamed = SeenIncident { title: "Other trouble".into(), ..edited.clone() };
    assert_eq!(watch.open(2, vec![renamed]), ["updated a"]);
    let moved = SeenIncident { regions: vec!["eu-west-1".into()], ..edited.clone() };
    assert_eq!(watch.open(3, vec![moved.clone()]), ["updated a"]);
    let fewer = SeenIncident { updates: Vec::new(), ..moved };
    assert_eq!(watch.open(4, vec![fewer]), ["updated a"], "a word taken back");
}

#[test]
fn the_order_of_updates_components_and_regions_says_nothing() {
    let two = |first: usize| {
        let mut one = naming(&["x", "y"], incident("a"));
        one.regions = vec!["eu".into(), "us".into()];
        one.updates.push(update("u2", 5, "More."));
        one.components.rotate_left(first);
        one.regions.rotate_left(first);
        one.updates.rotate_left(first);
        one
    };
    let mut watch = Watch::with_open(two(0));
    assert_eq!(watch.open(1, vec![two(1)]), NOTHING);
}

#[test]
fn impact_moves_both_ways_and_unknown_has_no_rung() {
    use Impact::{Degraded, MajorOutage, PartialOutage, Unknown};
    for (from, to, kind) in [
        (Degraded, MajorOutage, "escalated a"),
        (MajorOutage, Degraded, "eased a"),
        (Unknown, Degraded, "escalated a"),
        (PartialOutage, Unknown, "updated a"),
    ] {
        let mut watch = Watch::with_open(with_impact(from, incident("a")));
        assert_eq!(watch.open(1, vec![with_impact(to, incident("a"))]), [kind], "{from} to {to}");
    }
}

#[test]
fn a_phase_may_go_back() {
    let mut watch = Watch::with_open(with_phase(Phase::Monitoring, incident("a")));
    assert_eq!(watch.open(1, vec![with_phase(Phase::Investigating, incident("a"))]), ["updated a"]);
}

#[test]
fn the_vendors_word_ends_it_at_once() {
    let mut watch = Watch::with_open(incident("a"));
    let diff = watch.diff(1, &seen(listing(vec![ended(1, incident("a"))])));
    assert_eq!(changes(&diff.changes), ["resolved a"]);
    let Change::Incident(change) = &diff.changes[0] else { panic!() };
    assert_eq!(change.resolved_how, Some(ResolvedHow::VendorSaid));
    assert_eq!(watch.open(2, vec![]), NOTHING, "what is over is not missing");
}

#[test]
fn words_after_the_end_are_updates_and_keep_how_it_ended() {
    let mut watch = Watch::with_open(incident("a"));
    for minutes in [1, 6, 11] {
        watch.open(minutes, vec![]);
    }
    let said = SeenIncident { updates: vec![update("pm", 20, "What happened.")], ..ended(8, incident("a")) };
    assert_eq!(watch.open(30, vec![with_phase(Phase::Postmortem, said)]), ["updated a"]);
    assert_eq!(watch.standing("a"), Standing::Resolved(ResolvedHow::NoLongerListed));
}

#[test]
fn a_key_that_comes_back_after_its_end_reopens_the_same_incident() {
    let mut watch = Watch::with_open(incident("a"));
    let before = watch.known.reports["a"].incident.clone();
    watch.open(1, vec![ended(1, incident("a"))]);
    assert_eq!(watch.open(50, vec![incident("a")]), ["reopened a"]);
    assert_eq!(watch.known.reports["a"].incident, before);
}

#[test]
fn a_perishable_key_that_comes_back_is_a_new_generation() {
    let mut watch = Watch::with_open(incident("a"));
    watch.habits.perishable_keys = true;
    let before = watch.known.reports["a"].incident.clone();
    watch.open(1, vec![ended(1, incident("a"))]);
    assert_eq!(watch.open(50, vec![incident("a")]), ["opened a"]);
    assert_eq!(watch.known.reports["a"].generation, 1);
    assert_ne!(watch.known.reports["a"].incident, before);
}

#[test]
fn a_maintenance_that_left_before_it_began_is_withdrawn() {
    let mut watch = Watch::with_open(maintenance("m", 6, 60));
    assert_eq!(watch.open(5, vec![]), NOTHING);
    assert_eq!(watch.open(10, vec![]), NOTHING);
    assert_eq!(watch.open(15, vec![]), ["withdrawn m"], "told after its planned beginning, missing since before");
    assert_eq!(watch.standing("m"), Standing::Withdrawn);
}

#[test]
fn a_maintenance_that_left_after_it_should_have_begun_is_over() {
    let mut watch = Watch::with_open(maintenance("m", 5, 60));
    watch.open(5, vec![]);
    watch.open(10, vec![]);
    assert_eq!(watch.open(15, vec![]), ["resolved m"]);
}

#[test]
fn a_cancelled_maintenance_is_withdrawn() {
    let mut watch = Watch::with_open(maintenance("m", 100, 160));
    assert_eq!(watch.open(1, vec![with_phase(Phase::Cancelled, maintenance("m", 100, 160))]), ["withdrawn m"]);
}

#[test]
fn a_withdrawn_key_that_comes_back_is_reopened() {
    let mut watch = Watch::with_open(maintenance("m", 100, 160));
    watch.open(1, vec![with_phase(Phase::Cancelled, maintenance("m", 100, 160))]);
    assert_eq!(watch.open(2, vec![maintenance("m", 100, 160)]), ["reopened m"]);
}

#[test]
fn what_was_cancelled_before_it_was_first_seen_is_no_news() {
    let mut watch = Watch::quiet();
    assert_eq!(watch.open(1, vec![with_phase(Phase::Cancelled, maintenance("m", 100, 160))]), NOTHING);
}

#[test]
fn the_first_look_opens_all_that_is_open_and_is_silent_of_history() {
    let mut watch = Watch { known: nothing_known(), habits: HABITS };
    let diff = watch.diff(0, &seen(listing(vec![incident("a"), ended(-5, incident("b"))])));
    assert_eq!(changes(&diff.changes), ["opened a"]);
    let Change::Incident(change) = &diff.changes[0] else { panic!() };
    assert!(change.first_look && !change.report.old);
}

#[test]
fn the_first_look_is_the_first_good_one() {
    let mut watch = Watch { known: nothing_known(), habits: HABITS };
    assert_eq!(watch.look(0, unreachable()), ["source unreadable"]);
    let diff = watch.diff(1, &seen(listing(vec![incident("a")])));
    let Change::Incident(change) = &diff.changes[0] else { panic!() };
    assert!(change.first_look);
}

#[test]
fn silent_for_15_days_at_the_first_look_is_old_until_a_new_word_comes() {
    let days = |n: i64| n * 24 * 60;
    let said_at = |minutes| SeenIncident {
        started: Some(stated(minutes)),
        updates: vec![update("u1", minutes, "Still open.")],
        ..incident("zombie")
    };
    for (silence, is_old) in [(days(15) + 1, true), (days(15), false), (days(1), false)] {
        let mut watch = Watch { known: nothing_known(), habits: HABITS };
        assert_eq!(watch.open(0, vec![said_at(-silence)]), ["opened zombie"], "it is listed");
        assert_eq!(watch.known.reports["zombie"].old, is_old, "silent for {silence} minutes");
    }
    let mut watch = Watch { known: nothing_known(), habits: HABITS };
    watch.open(0, vec![said_at(-days(40))]);
    let mut woken = said_at(-days(40));
    woken.updates.push(update("u2", 1, "It is worse than we thought."));
    assert_eq!(watch.open(2, vec![woken]), ["updated zombie"]);
    assert!(!watch.known.reports["zombie"].old);
}

#[test]
fn a_maintenance_that_lies_ahead_is_not_old_however_long_ago_it_was_announced() {
    let mut watch = Watch { known: nothing_known(), habits: HABITS };
    let announced =
        SeenIncident { updates: vec![update("u1", -40 * 24 * 60, "Planned.")], ..maintenance("m", 100, 160) };
    watch.open(0, vec![announced]);
    assert!(!watch.known.reports["m"].old);
}

#[test]
fn after_the_first_look_a_new_incident_alerts_however_far_back_its_start_lies() {
    let mut watch = Watch::quiet();
    let back_dated = SeenIncident {
        started: Some(stated(-90 * 24 * 60)),
        updates: vec![update("u1", -90 * 24 * 60, "Since spring.")],
        ..incident("a")
    };
    let diff = watch.diff(0, &seen(listing(vec![back_dated])));
    let Change::Incident(change) = &diff.changes[0] else { panic!() };
    assert_eq!(change.kind.word(), "opened");
    assert!(!change.report.old && !change.first_look);
}

#[test]
fn already_over_when_first_seen_is_reported_late_and_never_opened() {
    let mut watch = Watch::quiet();
    let diff = watch.diff(30, &seen(listing(vec![ended(20, incident("a"))])));
    assert_eq!(changes(&diff.changes), ["resolved a"]);
    let Change::Incident(change) = &diff.changes[0] else { panic!() };
    assert!(change.reported_late && !change.first_look);
}

#[test]
fn history_that_ended_before_the_first_look_is_silent_whenever_it_is_first_seen() {
    let mut watch = Watch::quiet();
    assert_eq!(watch.open(30, vec![ended(-61, incident("a"))]), NOTHING);
    assert_eq!(watch.open(31, vec![ended(-59, incident("b"))]), ["resolved b"]);
}

#[test]
fn a_component_that_is_not_well_is_a_change_of_its_own() {
    let mut watch = Watch::quiet();
    let with = |s| seen(with_components(vec![status("sso", s)], listing(vec![])));
    assert_eq!(watch.look(0, with(Impact::Operational)), NOTHING);
    assert_eq!(watch.look(1, with(Impact::Degraded)), ["component sso degraded"]);
    assert_eq!(watch.look(2, with(Impact::Degraded)), NOTHING);
    assert_eq!(watch.look(3, with(Impact::MajorOutage)), ["component sso major_outage"]);
    assert_eq!(watch.look(4, with(Impact::Operational)), ["component sso operational"]);
}

#[test]
fn where_only_the_unwell_are_listed_a_component_that_leaves_the_list_is_well_again() {
    let mut watch = Watch::quiet();
    let covers = Coverage { components: Covers::AllUnwell, ..Coverage::of_all(Covers::AllOpen) };
    let saying = |components| Look::Snapshot(Box::new(Snapshot { components, covers, ..listing(vec![]) }));
    assert_eq!(watch.look(0, saying(vec![status("ec2", Impact::Degraded)])), ["component ec2 degraded"]);
    assert_eq!(watch.known.components["ec2"].absent, Impact::Operational);
    for minutes in [1, 6] {
        assert_eq!(watch.look(minutes, saying(vec![])), NOTHING);
    }
    assert_eq!(watch.look(11, saying(vec![])), ["component ec2 operational"]);
    let listed = with_components(vec![status("sso", Impact::Operational)], listing(vec![]));
    watch.look(12, seen(listed));
    assert_eq!(watch.known.components["sso"].absent, Impact::Unknown, "where all are listed, absence is no health");
}

#[test]
fn a_component_that_leaves_the_list_becomes_unknown_and_never_well() {
    let mut watch = Watch::quiet();
    watch.look(0, seen(with_components(vec![status("sso", Impact::MajorOutage)], listing(vec![]))));
    assert_eq!(watch.open(1, vec![]), NOTHING);
    assert_eq!(watch.open(6, vec![]), NOTHING);
    assert_eq!(watch.open(11, vec![]), ["component sso unknown"]);
    assert_eq!(watch.open(30, vec![]), NOTHING);
}

#[test]
fn a_role_that_cannot_be_read_and_a_clock_that_stands_still_are_changes_of_the_sources_health() {
    let mut watch = Watch::quiet();
    let blind = Snapshot {
        blind: vec![("components", bellwether::model::snapshot::Unreadable::Moved("404".into()))],
        ..listing(vec![])
    };
    assert_eq!(watch.look(1, seen(blind)), ["source readable"]);
    assert_eq!(watch.open(2, vec![]), ["source readable"]);
    let stale = Snapshot { refreshed: Some(minute(-180)), ..listing(vec![]) };
    assert_eq!(watch.look(3, seen(stale)), ["source stale"]);
}
