//! The loops: looks, ticks and deliveries. Each is a step that a test can call; here they are driven by the clock.
//!
//! Looks are started in slots of 250 ms and carried out by a fixed pool of workers. A source whose last look was not
//! answered at all is looked at by a pool of its own, so that what hangs delays only what hangs.

pub mod deliverer;
pub mod inquirer;
pub mod keyring;
pub mod network;
pub mod pulse;
pub mod round;
pub mod sigv4;
pub mod timetable;
pub mod watch;

use std::time::Duration;

/// How often due sources are gathered.
pub const SLOT: Duration = Duration::from_millis(250);
/// How often what only time brings is looked for, while there may be any.
pub const TICK: Duration = Duration::from_secs(5);
