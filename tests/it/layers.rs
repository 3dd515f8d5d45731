//! A module names only lower layers, and the two lowest know nothing of the world: read from the sources themselves.

use std::fs;
use std::path::{Path, PathBuf};

/// The modules, the lowest first, each with those of its own layer that it may know.
const LAYERS: [&[(&str, &[&str])]; 6] = [
    &[("model", &[])],
    &[("config", &[]), ("normalize", &[]), ("alerting", &[])],
    // Outgoing requests are made the same way by the two that make them; nothing above asks anything itself.
    &[("outgoing", &[]), ("fetch", &["outgoing"]), ("store", &[]), ("delivery", &["outgoing"])],
    &[("pipeline", &[])],
    &[("clock", &[]), ("scheduler", &["clock"]), ("web", &["clock"])],
    // The wiring hands the one set of options to both.
    &[("main", &["commands"]), ("commands", &["outgoing", "demo"]), ("demo", &["commands"]), ("lib", &[])],
];
/// Known to nobody but those who name it as one of their own layer.
const HIDDEN: &str = "outgoing";
/// What the pure layers may not hold. Of `std::net` only addresses are values.
const IMPURE: [&str; 13] = [
    "async ",
    ".await",
    "tokio",
    "std::fs",
    "std::env",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant",
    "Timestamp::now",
    "Zoned::now",
    "reqwest",
    "sqlx",
];
const ADDRESSES: [&str; 4] = ["IpAddr", "Ipv4Addr", "Ipv6Addr", "SocketAddr"];

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.iter().any(|(name, _)| *name == module))
}

fn may_know(module: &str, other: &str) -> bool {
    let (Some(mine), Some(theirs)) = (layer_of(module), layer_of(other)) else { return false };
    let friends = LAYERS[mine].iter().find(|(name, _)| *name == module).map_or(&[][..], |(_, friends)| *friends);
    module == other || friends.contains(&other) || theirs < mine && other != HIDDEN
}

/// The code of every file below `src`, comments left out: its path, its module, its depth and its lines.
fn files() -> Vec<(PathBuf, String, usize, Vec<String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let below = path.strip_prefix(&root).unwrap().with_extension("").to_path_buf();
                let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy().into_owned()).collect();
                let depth = parts.iter().filter(|part| *part != "mod").count();
                files.push((path.clone(), parts[0].clone(), depth, code(&fs::read_to_string(&path).unwrap())));
            }
        }
    }
    files
}

fn code(text: &str) -> Vec<String> {
    text.lines().map(|line| line.split("//").next().unwrap_or_default().to_owned()).collect()
}

/// The modules that a line names by `crate::`.
fn named(line: &str) -> impl Iterator<Item = &str> {
    line.split("crate::").skip(1).map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap())
}

#[test]
fn a_module_names_only_lower_layers() {
    let mut wrong = Vec::new();
    for (path, module, depth, lines) in files() {
        assert!(layer_of(&module).is_some(), "{}: in which layer is {module}? Say so in this test", path.display());
        for (number, line) in lines.iter().enumerate() {
            let place = format!("{}:{}", path.display(), number + 1);
            for other in named(line).filter(|other| !may_know(&module, other)) {
                wrong.push(format!("{place}: {module} may not know {other:?}"));
            }
            if line.contains(&"super::".repeat(depth + 1)) {
                wrong.push(format!("{place}: name what lies outside {module} by crate::"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_pure_layers_have_no_async_file_network_environment_or_clock() {
    let mut wrong = Vec::new();
    for (path, module, _, lines) in files().into_iter().filter(|(_, module, ..)| layer_of(module) < Some(2)) {
        for (number, line) in lines.iter().enumerate() {
            let place = format!("{}:{}: {module}", path.display(), number + 1);
            wrong.extend(IMPURE.iter().filter(|word| line.contains(**word)).map(|word| format!("{place}: {word}")));
            let net = line.split("std::net::").skip(1);
            let reaches = net.filter(|rest| {
                let names = rest.trim_start_matches('{').split(';').next().unwrap_or_default();
                let mut names = names.split(|c: char| !c.is_alphanumeric()).filter(|name| !name.is_empty());
                !names.next().is_some_and(|first| ADDRESSES.contains(&first))
            });
            wrong.extend(reaches.map(|rest| format!("{place}: std::net::{rest}")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_layers_are_those_of_the_design() {
    assert!(may_know("pipeline", "store") && may_know("fetch", "outgoing") && may_know("store", "alerting"));
    for (module, other) in [
        ("alerting", "normalize"),
        ("config", "alerting"),
        ("store", "fetch"),
        ("store", "outgoing"),
        ("pipeline", "outgoing"),
        ("delivery", "pipeline"),
        ("web", "scheduler"),
        ("model", "config"),
    ] {
        assert!(!may_know(module, other), "{module} {other}");
    }
    assert_eq!(named("use crate::model::id::X; crate::store::at").collect::<Vec<_>>(), ["model", "store"]);
}
