//! What may happen in a simulated life, and scripts of it drawn by chance. A script says everything beforehand, so that
//! what is not needed for a failure can be left out of its story.

use bellwether::model::impact::Impact;

use super::dice::Dice;
use super::organisation::{ADDRESSES, COMPONENTS, VENDORS};

/// Something that happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// A vendor opens an incident, or, where it is open, says something else of it.
    Open {
        vendor: usize,
        slot: usize,
        impact: Impact,
        names: u8,
    },
    /// It says a further word.
    Say {
        vendor: usize,
        slot: usize,
        word: usize,
    },
    Resolve {
        vendor: usize,
        slot: usize,
    },
    /// It leaves the page without a word.
    Vanish {
        vendor: usize,
        slot: usize,
    },
    /// A maintenance begins that is planned to last so many minutes.
    Maintain {
        vendor: usize,
        slot: usize,
        minutes: i64,
    },
    Status {
        vendor: usize,
        component: usize,
        status: Impact,
    },
    Blind {
        vendor: usize,
    },
    Sees {
        vendor: usize,
    },
    NetworkGone,
    NetworkBack,
    /// What is silenced: by vendor (0..3), tier (3), component (4), word (5), the vendor's newest incident (6..9).
    Silence {
        what: usize,
        after: i64,
        minutes: i64,
    },
    EndSilences,
    Acknowledge {
        vendor: usize,
        slot: usize,
    },
    Unacknowledge {
        vendor: usize,
        slot: usize,
    },
    Reload {
        which: usize,
    },
    RouteDown {
        address: usize,
    },
    RouteUp {
        address: usize,
    },
    Clock {
        seconds: i64,
    },
    /// Somebody confirms how a source is read, where that was guessed.
    Confirm {
        vendor: usize,
    },
}

/// What happens, each at its second.
pub type Script = Vec<(i64, Deed)>;

pub const SLOTS: usize = 3;
const IMPACTS: [Impact; 5] =
    [Impact::Degraded, Impact::Degraded, Impact::PartialOutage, Impact::MajorOutage, Impact::Unknown];

/// So many days of a life.
pub fn script(seed: u64, days: i64) -> Script {
    let mut dice = Dice::of(seed ^ 0x11FE);
    let mut script = Vec::new();
    let busy = dice.between(1, 14);
    for day in 0..days {
        for _ in 0..dice.between(0, busy) {
            let at = day * 86_400 + dice.between(0, 86_399);
            happen(at, &mut dice, &mut script);
        }
    }
    script.extend(guessed(seed).map(|vendor| (dice.between(0, days * 86_400), Deed::Confirm { vendor })));
    script.sort_by_key(|(at, _)| *at);
    script
}

/// The vendor whose page is read by a guess, in some lives.
pub fn guessed(seed: u64) -> Option<usize> {
    let mut dice = Dice::of(seed ^ 0x6E55);
    dice.percent(15).then(|| dice.below(VENDORS.len()))
}

fn happen(at: i64, dice: &mut Dice, into: &mut Script) {
    let (vendor, slot) = (dice.below(VENDORS.len()), dice.below(SLOTS));
    let names = if dice.percent(40) { 0 } else { dice.between(1, 7) as u8 };
    let impact = *dice.one(&IMPACTS);
    let long = at + dice.between(60, 5 * 3_600);
    match dice.below(100) {
        0..25 => {
            into.extend([(at, Deed::Open { vendor, slot, impact, names }), (long, Deed::Resolve { vendor, slot })])
        }
        25..33 => into.push((at, Deed::Open { vendor, slot, impact, names })),
        33..41 => into.push((at, Deed::Say { vendor, slot, word: dice.below(3) })),
        41..47 => into.push((at, Deed::Resolve { vendor, slot })),
        47..51 => into.push((at, Deed::Vanish { vendor, slot })),
        51..55 => maintain(at, vendor, slot, dice, into),
        55..64 => {
            let (component, well) = (dice.below(COMPONENTS.len()), Impact::Operational);
            into.push((at, Deed::Status { vendor, component, status: *dice.one(&IMPACTS[..4]) }));
            into.push((long, Deed::Status { vendor, component, status: well }));
        }
        64..68 => into.extend([(at, Deed::Blind { vendor }), (long, Deed::Sees { vendor })]),
        68..70 => into.extend([(at, Deed::NetworkGone), (long, Deed::NetworkBack)]),
        70..76 => {
            let (after, minutes) = (if dice.percent(30) { dice.between(1, 300) } else { 0 }, dice.between(5, 600));
            into.push((at, Deed::Silence { what: dice.below(9), after, minutes }));
        }
        76 => into.push((at, Deed::EndSilences)),
        77..83 => into.push((at, Deed::Acknowledge { vendor, slot })),
        83 => into.push((at, Deed::Unacknowledge { vendor, slot })),
        84..87 => into.push((at, Deed::Reload { which: dice.below(4) })),
        87..89 => {
            let address = dice.below(ADDRESSES.len());
            into.extend([(at, Deed::RouteDown { address }), (long, Deed::RouteUp { address })]);
        }
        89..91 => {
            let seconds = *dice.one(&[-3_600, 3_600, -90, 7_200, -7_200, 30, 86_400]);
            into.push((at, Deed::Clock { seconds }));
        }
        _ => flap(at, vendor, slot, dice, into),
    }
}

fn maintain(at: i64, vendor: usize, slot: usize, dice: &mut Dice, into: &mut Script) {
    let minutes = dice.between(20, 180);
    into.push((at, Deed::Maintain { vendor, slot, minutes }));
    let end = at + minutes * 60 + dice.between(-600, 3_600);
    into.push((end, Deed::Resolve { vendor, slot }));
}

fn flap(at: i64, vendor: usize, slot: usize, dice: &mut Dice, into: &mut Script) {
    let (is_component, component, mut at) = (dice.percent(40), dice.below(COMPONENTS.len()), at);
    let names = if dice.percent(50) { 0 } else { dice.between(1, 7) as u8 };
    let impact = *dice.one(&IMPACTS[..4]);
    for turn in 0..dice.between(4, 22) {
        into.push((
            at,
            match (is_component, turn % 2 == 0) {
                (true, true) => Deed::Status { vendor, component, status: impact },
                (true, false) => Deed::Status { vendor, component, status: Impact::Operational },
                (false, true) => Deed::Open { vendor, slot, impact, names },
                (false, false) => Deed::Resolve { vendor, slot },
            },
        ));
        at += dice.between(60, 700);
    }
}

/// All is well, and everybody can be reached.
pub fn calm(at: i64) -> Script {
    let mut all = vec![(at, Deed::NetworkBack)];
    for vendor in 0..VENDORS.len() {
        all.push((at, Deed::Sees { vendor }));
        all.extend((0..SLOTS).map(|slot| (at + 60, Deed::Resolve { vendor, slot })));
        let well = |component| (at + 120, Deed::Status { vendor, component, status: Impact::Operational });
        all.extend((0..COMPONENTS.len()).map(well));
    }
    all.extend((0..ADDRESSES.len()).map(|address| (at + 180, Deed::RouteUp { address })));
    all
}
