//! The documents against the program: commands that can be typed, links and paths that lead somewhere, tests that exist.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;

/// Those that tell people what to type.
const WITH_COMMANDS: [&str; 5] =
    ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "sources/README.md", "docs/templates.md"];
const ALL: [&str; 6] =
    ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "sources/README.md", "docs/templates.md"];
/// Folders of this repository, by which a path is told from other words.
const FOLDERS: [&str; 8] = ["src/", "tests/", "config/", "sources/", "benches/", "templates/", ".ci/", "packaging/"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(document: &str) -> String {
    fs::read_to_string(root().join(document)).unwrap()
}

/// What stands between backticks in running text, and the lines of fenced blocks.
fn code(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut spans, mut lines, mut is_fenced, mut prose) = (Vec::new(), Vec::new(), false, String::new());
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_fenced = !is_fenced;
        } else if is_fenced {
            lines.push(line.to_owned());
        } else {
            prose.push_str(line);
            prose.push('\n');
        }
    }
    assert!(!is_fenced, "a block of code does not end");
    for paragraph in prose.split("\n\n") {
        spans.extend(paragraph.split('`').skip(1).step_by(2).map(|span| span.replace('\n', " ")));
    }
    (spans, lines)
}

/// The words of a command as a shell splits them, up to what is for the shell or for the reader.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in command.replace(['[', ']', '<', '>'], "").chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            c => word.push(c),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// A command in a block may have its explanation beside it, two spaces away.
fn without_remark(line: &str) -> &str {
    line.split("  ").next().unwrap_or_default()
}

fn commands(document: &str) -> Vec<String> {
    let (spans, lines) = code(&read(document));
    let typed = lines.iter().map(|line| without_remark(line).to_owned());
    let all = spans.into_iter().chain(typed).map(|text| text.replace("cargo run --release -- ", "bellwether "));
    let all = all.map(|text| text.replace("cargo run -- ", "bellwether "));
    all.filter(|text| text.starts_with("bellwether ")).collect()
}

#[test]
fn every_command_in_the_documents_can_be_typed() {
    let mut count = 0;
    for document in WITH_COMMANDS {
        for command in commands(document) {
            count += 1;
            let mut words = words(&command).split_off(1);
            // A shell's name, where the reader puts one in.
            words.iter_mut().filter(|word| *word == "SHELL").for_each(|word| "bash".clone_into(word));
            let done = Command::new(env!("CARGO_BIN_EXE_bellwether")).args(&words).arg("--help").output().unwrap();
            let said = String::from_utf8_lossy(&done.stderr);
            assert!(done.status.success(), "{document}: `{command}`\n{said}");
        }
    }
    assert!(count > 30, "only {count} commands were found");
}

#[test]
fn a_command_that_does_not_exist_would_be_found() {
    for wrong in ["check --jason", "incident opens x", "poll a b c", "receivers test"] {
        let mut bellwether = Command::new(env!("CARGO_BIN_EXE_bellwether"));
        let is_right = bellwether.args(words(wrong)).arg("--help").output().unwrap().status.success();
        assert_eq!(is_right, wrong == "receivers test", "{wrong}");
    }
}

#[test]
fn every_command_of_the_program_stands_in_the_readme() {
    let help = Command::new(env!("CARGO_BIN_EXE_bellwether")).arg("--help").output().unwrap();
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    let listed = help.split("Commands:").nth(1).unwrap().split("Options:").next().unwrap();
    let readme = read("README.md");
    let named = listed.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let named: Vec<_> =
        named.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect();
    assert!(named.len() >= 10, "{named:?}");
    for name in named {
        assert!(readme.contains(&format!("| `bellwether {name}")), "{name} is not in the README's table");
    }
}

#[test]
fn every_link_leads_to_a_file() {
    for document in ALL {
        let text = read(document);
        let folder = root().join(Path::new(document).parent().unwrap());
        let targets = text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap());
        for target in targets.filter(|target| !target.contains("://") && !target.starts_with('#')) {
            let is_there = folder.join(target.split('#').next().unwrap()).exists();
            assert!(is_there, "{document}: {target} is not there");
        }
    }
}

#[test]
fn every_path_that_is_named_exists() {
    for document in ALL {
        for span in code(&read(document)).0 {
            let path = span.split(' ').next().unwrap();
            let is_pattern = path.contains(['<', '*', '…']) || path.contains("example-cloud");
            if FOLDERS.iter().any(|folder| path.starts_with(folder)) && !is_pattern {
                assert!(root().join(path).exists(), "{document}: {path} is not there");
            }
        }
    }
}

/// All Rust of the tests and of the library.
fn rust() -> String {
    let (mut folders, mut all) = (vec![root().join("src"), root().join("tests")], String::new());
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                all.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    all
}

/// The name of a test is a sentence: words and at least three underscores.
fn is_sentence(span: &str) -> bool {
    span.matches('_').count() >= 3 && span.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

#[test]
fn every_test_that_is_named_exists() {
    let rust = rust();
    let named: Vec<String> = code(&read("ARCHITECTURE.md")).0.into_iter().filter(|span| is_sentence(span)).collect();
    assert!(named.len() > 15, "{named:?}");
    for name in named {
        assert!(rust.contains(&format!("fn {name}(")), "ARCHITECTURE.md: there is no test {name}");
    }
}

#[test]
fn every_module_is_on_the_map() {
    let map = read("ARCHITECTURE.md");
    for entry in fs::read_dir(root().join("src")).unwrap().map(|entry| entry.unwrap()) {
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            assert!(map.contains(&format!("| `src/{name}/` |")) || map.contains(&format!("\n| {name} |")), "{name}");
        }
    }
}

#[test]
fn the_changes_name_this_version() {
    let version = env!("CARGO_PKG_VERSION");
    let changes = read("CHANGELOG.md");
    let first = changes.lines().find(|line| line.starts_with("## ")).unwrap();
    assert!(first.contains(version), "CHANGELOG.md begins with {first:?}, and Cargo.toml says {version}");
}
