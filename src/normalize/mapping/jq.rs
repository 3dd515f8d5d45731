//! One jq expression: compiled once, run within bounds.
//!
//! An expression is the user's own, but a look must end. jq has no limit of its own, so each step that its interpreter
//! takes is counted, as is the depth of the stack; what goes beyond breaks off. There is no file, no environment and no
//! clock in it: `now` is the time of the look. What is *not* bounded is a single step that makes a huge text
//! (`"x" * 1e12`).

use std::cell::Cell;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use jaq_core::box_iter::box_once;
use jaq_core::data::{DataT, HasLut};
use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::native::{Fun, bome, run, v};
use jaq_core::{Compiler, Ctx, Cv, Exn, Filter, Lut, RunPtr, ValXs, Vars, compile, unwrap_valr};
use jaq_json::{Map, Val};
use jiff::Timestamp;
use serde_json::Value;

use super::wrong::Fault;

/// More steps than the reading of any document takes: 10,000 incidents take a third of it.
const MOST_STEPS: u64 = 5_000_000;
/// More HTML elements than are looked at for any page: each field of each item looks at those inside the item.
const MOST_VISITS: u64 = 5_000_000;
/// How deep an expression may call itself, in bytes of the stack. A worker has two MiB.
const MOST_STACK: usize = 512 * 1024;
/// What would reach outside, or has no bound.
const NOT_HERE: [&str; 16] = [
    "halt",
    "halt_error",
    "env",
    "now",
    "localtime",
    "strflocaltime",
    "stderr",
    "stderr_empty",
    "debug",
    "debug_empty",
    "range",
    "fromjson",
    "input_line_number",
    "getpath_or_null",
    "input",
    "inputs",
];
/// Definitions of these in jq itself, which go by natives of ours.
const OURS: [&str; 1] = ["range"];

/// What a look may still spend, and when it is.
#[derive(Debug)]
pub struct Budget {
    left: Cell<u64>,
    visits: Cell<u64>,
    base: usize,
    now: Timestamp,
}

impl Budget {
    /// The budget of one reading.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self { left: Cell::new(MOST_STEPS), visits: Cell::new(MOST_VISITS), base: stack_here(), now }
    }

    /// Whether one more HTML element may be looked at.
    pub fn may_visit(&self) -> bool {
        let left = self.visits.get();
        self.visits.set(left.saturating_sub(1));
        left > 0
    }

    /// Whether more elements would have been looked at.
    pub fn is_out_of_visits(&self) -> bool {
        self.visits.get() == 0
    }

    #[cfg(test)]
    fn of_steps(steps: u64, now: Timestamp) -> Self {
        Self { left: Cell::new(steps), ..Self::new(now) }
    }

    fn spend(&self) {
        let left = self.left.get();
        if left == 0 || self.base.abs_diff(stack_here()) > MOST_STACK {
            // Not a panic: nothing is printed, and `values` catches it.
            resume_unwind(Box::new(Spent));
        }
        self.left.set(left - 1);
    }
}

/// The address of something on the stack.
#[inline(never)]
fn stack_here() -> usize {
    let here = 0_u8;
    std::ptr::from_ref(&here).addr()
}

/// The budget is spent.
struct Spent;

/// What the interpreter works with.
#[derive(Debug)]
struct Work;

impl DataT for Work {
    type V<'a> = Val;
    type Data<'a> = Running<'a>;
}

/// One run of an expression.
#[derive(Clone, Copy)]
struct Running<'a> {
    lut: &'a Lut<Work>,
    budget: &'a Budget,
}

impl<'a> HasLut<'a, Work> for Running<'a> {
    /// The interpreter asks for it at each step.
    fn lut(&self) -> &'a Lut<Work> {
        self.budget.spend();
        self.lut
    }
}

/// An expression, ready to run.
pub struct Program {
    /// As it was written.
    pub text: String,
    filter: Filter<Work>,
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "jq({})", self.text)
    }
}

impl Program {
    /// Compiles an expression.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn compile(text: &str) -> Result<Self, Fault> {
        let is_ours = |name: &str| !NOT_HERE.contains(&name) || OURS.contains(&name);
        let defs = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
        let funs = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
        let loader = Loader::new(defs.filter(|def| is_ours(def.name)));
        let arena = Arena::default();
        let modules = loader.load(&arena, File { code: text, path: () }).map_err(|errors| of_load(text, errors))?;
        let filter = Compiler::default()
            .with_funs(funs.filter(|(name, ..)| !NOT_HERE.contains(name)).chain(natives()))
            .compile(modules)
            .map_err(|errors| of_compile(text, errors))?;
        Ok(Self { text: text.to_owned(), filter })
    }

    /// The first `most` values that it makes of `input`.
    ///
    /// # Errors
    /// What jq says is wrong, or that it does not end.
    pub fn values(&self, input: &Val, most: usize, budget: &Budget) -> Result<Vec<Val>, String> {
        let running = Running { lut: &self.filter.lut, budget };
        let run = || {
            let context = Ctx::<Work>::new(running, Vars::new([]));
            self.filter.id.run((context, input.clone())).map(unwrap_valr).take(most).collect::<Result<Vec<Val>, _>>()
        };
        match catch_unwind(AssertUnwindSafe(run)) {
            Ok(Ok(values)) => Ok(values),
            Ok(Err(error)) => Err(crate::model::text::line(&error.to_string(), 200)),
            Err(why) if why.is::<Spent>() => Err("it does not end, or goes too deep: it was broken off".to_owned()),
            Err(_) => Err("jq broke off".to_owned()),
        }
    }
}

/// The natives that are ours: bounded, or told what they would take from outside.
fn natives() -> impl Iterator<Item = Fun<Work>> {
    let natives: [(&str, usize, RunPtr<Work>); 3] = [("range", 3, range), ("fromjson", 0, from_json), ("now", 0, now)];
    natives.into_iter().map(|(name, arity, native)| run::<Work>((name, v(arity), native)))
}

fn now<'a>(cv: Cv<'a, Work>) -> ValXs<'a, Val> {
    let now = cv.0.data().budget.now;
    box_once(Ok(Val::from(now.as_millisecond() as f64 / 1000.0)))
}

fn range<'a>(mut cv: Cv<'a, Work>) -> ValXs<'a, Val> {
    let (by, to, mut at) = (cv.0.pop_var(), cv.0.pop_var(), cv.0.pop_var());
    let zero = Val::from(0_isize);
    Box::new(std::iter::from_fn(move || {
        cv.0.data().budget.spend();
        let is_in = if by > zero { at < to } else { by < zero && at > to };
        is_in.then(|| {
            let next = at.clone() + by.clone();
            let came = std::mem::replace(&mut at, to.clone());
            next.map_or_else(
                |error| Err(Exn::from(error)),
                |next| {
                    at = next;
                    Ok(came)
                },
            )
        })
    }))
}

/// serde stops at 128 levels; jq's own reader goes on until the stack is gone.
fn from_json<'a>(cv: Cv<'a, Work>) -> ValXs<'a, Val> {
    let text = match &cv.1 {
        Val::TStr(text) | Val::BStr(text) => serde_json::from_slice::<Value>(text).map_err(|error| error.to_string()),
        _ => Err("only a text can be read as JSON".to_owned()),
    };
    bome(text.map(value).map_err(jaq_json::Error::str))
}

/// A JSON document as jq's value.
#[must_use]
pub fn value(json: Value) -> Val {
    match json {
        Value::Null => Val::Null,
        Value::Bool(truth) => Val::Bool(truth),
        Value::Number(number) => match number.as_i64().and_then(|whole| isize::try_from(whole).ok()) {
            Some(whole) => Val::from(whole),
            None => Val::from(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => Val::from(text),
        Value::Array(list) => list.into_iter().map(value).collect(),
        Value::Object(fields) => {
            Val::obj(fields.into_iter().map(|(name, field)| (Val::from(name), value(field))).collect::<Map>())
        }
    }
}

/// Where `part` stands in `whole`. What is empty stands at its end.
fn place(whole: &str, part: &str) -> Range<usize> {
    let offset = (part.as_ptr() as usize).wrapping_sub(whole.as_ptr() as usize);
    if part.is_empty() || offset > whole.len() || whole.get(offset..offset + part.len()).is_none() {
        return whole.len().saturating_sub(1)..whole.len();
    }
    // A block that lacks its end reaches to the end of the text; its beginning is what to look at.
    offset..offset + part.len()
}

fn of_load(text: &str, errors: load::Errors<&str, ()>) -> Fault {
    let found = errors.into_iter().next().map(|(_, error)| match error {
        load::Error::Io(errors) => {
            errors.first().map(|(at, _)| ("no module can be loaded here".to_owned(), place(text, at)))
        }
        load::Error::Lex(errors) => errors.first().map(|(expected, at)| {
            let first = place(text, at);
            let shown = at.chars().next().map_or(0, char::len_utf8).max(1);
            let end = (first.start + shown).min(text.len().max(first.start));
            (format!("jq expects a {} here", expected.as_str()), first.start..end)
        }),
        load::Error::Parse(errors) => errors.first().map(|(expected, at)| (missed(expected.as_str()), place(text, at))),
    });
    let (what, place) = found.flatten().unwrap_or_else(|| ("this is no jq".to_owned(), 0..text.len()));
    Fault { what, place, way_out: "try it with the command `jq` on a saved body".to_owned() }
}

/// What the grammar misses, in words for somebody who does not know it.
fn missed(expected: &str) -> String {
    match expected {
        "term" => "jq expects a value here, as `.name` or \"text\"".to_owned(),
        "nothing" => "jq expects nothing more here, or an operator before it, as `|` or `,`".to_owned(),
        other => {
            format!("jq expects {} {other} here", if other.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" })
        }
    }
}

fn of_compile(text: &str, errors: compile::Errors<&str, ()>) -> Fault {
    let first = errors.into_iter().flat_map(|(_, errors)| errors).next();
    let (what, place) = first.map_or_else(
        || ("jq cannot use this".to_owned(), 0..text.len()),
        |(name, kind)| {
            let arity = match &kind {
                compile::Undefined::Filter(arity) if *arity > 0 => format!("/{arity}"),
                _ => String::new(),
            };
            (format!("jq knows no {} `{name}{arity}`", kind.as_str()), place(text, name))
        },
    );
    Fault { what, place, way_out: "fields begin with a dot: `.name`; texts stand in quotes".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(expression: &str, input: &str) -> Result<Vec<String>, String> {
        let program = Program::compile(expression).map_err(|fault| format!("{fault:?}"))?;
        let budget = Budget::of_steps(100_000, "2026-11-22T12:00:00Z".parse().unwrap());
        let values = program.values(&value(serde_json::from_str(input).unwrap()), 1_000, &budget)?;
        Ok(values.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn what_jq_can_is_there_and_what_reaches_outside_is_not() {
        assert_eq!(ran(".a[] | .b", r#"{"a":[{"b":1},{"b":"x"}]}"#).unwrap(), ["1", "\"x\""]);
        assert_eq!(ran("[range(3)] | add", "null").unwrap(), ["3"]);
        assert_eq!(ran(r#".[0] | capture("(?<n>[0-9]+)").n"#, r#"["id-42"]"#).unwrap(), ["\"42\""]);
        assert_eq!(ran(r#". | fromjson | .x"#, r#""{\"x\":true}""#).unwrap(), ["true"]);
        assert_eq!(ran("now | todate", "null").unwrap(), ["\"2026-11-22T12:00:00Z\""]);
        assert_eq!(ran("\"2026-11-22T12:00:00Z\" | fromdate", "null").unwrap(), ["1795348800"]);
        for outside in ["env", "$ENV.PATH", "input", "halt", "debug", "\"x\" | stderr", "localtime"] {
            assert!(Program::compile(outside).is_err(), "{outside}");
        }
    }

    #[test]
    fn what_does_not_end_is_broken_off() {
        for endless in [
            "[range(3e9)]",
            "[range(0; 1; 0.0000001)]",
            "[repeat(1)]",
            "def f: f; f",
            "def f: [f]; f",
            "last(recurse(.))",
            "[limit(1e9; repeat(.))]",
            "reduce range(1e9) as $i (0; . + 1)",
            "until(false; .)",
            "[.. | .. | .. | .. | .. | .. | .. | ..] | first(.[] | select(false))",
        ] {
            let input = "[".repeat(60) + &"]".repeat(60);
            let came = ran(endless, &input);
            assert!(came.as_ref().is_err_and(|why| why.contains("does not end")), "{endless}: {came:?}");
        }
        assert!(ran("fromjson", &format!("{:?}", "[".repeat(200_000))).is_err());
        assert_eq!(ran("range(0; 10; 0)", "null").unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_mistake_names_its_place() {
        let at = |text: &str| {
            let fault = Program::compile(text).unwrap_err();
            (fault.what, text[fault.place].to_owned())
        };
        assert_eq!(at(".a | nme"), ("jq knows no filter `nme`".into(), "nme".into()));
        assert_eq!(at(".a | $x"), ("jq knows no variable `$x`".into(), "$x".into()));
        assert_eq!(at("map(.a"), ("jq expects a closing parenthesis here".into(), "a".into()));
        assert_eq!(at(".a | | .b"), ("jq expects a value here, as `.name` or \"text\"".into(), "|".into()));
        assert_eq!(at(".a |"), ("jq expects a value here, as `.name` or \"text\"".into(), "|".into()));
        assert_eq!(at(".a == ‘x’").1, "‘");
        assert!(Program::compile("").is_err());
    }
}
