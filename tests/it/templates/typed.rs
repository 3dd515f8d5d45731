//! The commands, and the running program, as a person uses them.

use crate::support::process::{Program, text, wait_for};
use crate::support::ward::{SETTINGS, Ward};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_template_is_written_seen_broken_refused_and_mended_while_it_runs_and_lies_in_the_backup() {
    let ward = Ward::open().await;
    let mut program = Program::new(SETTINGS);
    ward.furnish(&program);
    assert!(program.done(&["templates", "list"]).contains("holds no templates"));
    let said = program.done(&["templates", "write", "subject"]);
    assert!(said.contains("config/templates/subject.j2 says what the shipped words say"), "{said}");
    let again = program.run(&["templates", "write", "subject.j2"]);
    assert!(text(&again.stderr).contains("is there already"), "{}", text(&again.stderr));
    let seen = program.done(&["templates", "preview", "subject", "--message", "over"]);
    assert!(seen.contains("subject.j2") && seen.contains("[Over] EHR at 6 of 7 sites: Okta SSO"), "{seen}");
    let unwritten = program.done(&["templates", "preview", "short"]);
    assert!(unwritten.contains("there is no short.j2; the shipped words"), "{unwritten}");
    let list = program.done(&["templates", "preview", "--message", "list"]);
    assert!(list.contains("worse-than-told") && list.contains("way-given-up"), "{list}");
    let unknown = program.run(&["templates", "preview", "subjct"]);
    assert!(text(&unknown.stderr).contains("did you mean `subject`?"), "{}", text(&unknown.stderr));

    program.start();
    wait_for("a first look", || (program.get("/readyz").0 == 200).then_some(()));
    program.write("config/templates/subject.j2", "{{ shipped.subjct }}");
    wait_for("the figure", || (program.figure("bellwether_config_reload_ok") == Some(0.0)).then_some(()));
    let message = "config/templates/subject.j2:1:4: `shipped.subjct` is nothing here, with every message; did you mean `subject`?";
    assert!(program.get("/").1.contains("config/templates/subject.j2:1:4"), "{}", program.get("/").1);
    let checked = program.run(&["check"]);
    assert_eq!(checked.status.code(), Some(78));
    assert!(text(&checked.stderr).contains(message), "{}", text(&checked.stderr));
    let listed = program.run(&["templates", "list"]);
    assert!(text(&listed.stdout).contains("1 wrong"), "{}", text(&listed.stdout));
    let seen = program.run(&["templates", "preview", "subject"]);
    assert!(text(&seen.stderr).contains("the shipped words would go out"), "{}", text(&seen.stderr));
    program.write("config/templates/subject.j2", "{{ shipped.subject }} at {{ at | local }}");
    wait_for("the figure", || (program.figure("bellwether_config_reload_ok") == Some(1.0)).then_some(()));
    // What is taken away is a change too.
    let before = program.figure("bellwether_config_taken_up_timestamp_seconds").unwrap();
    program.write("config/templates/pager/short.j2", "{{ shipped.short }}");
    wait_for("a reload", || {
        (program.figure("bellwether_config_taken_up_timestamp_seconds").unwrap() > before).then_some(())
    });

    program.done(&["backup", "all.backup", "--with-config"]);
    program.stop();
    let other = Program::new(SETTINGS);
    std::fs::remove_dir_all(other.path("config")).unwrap();
    let file = program.path("all.backup");
    other.done(&["restore", file.to_str().unwrap(), "--with-config"]);
    for name in ["config/templates/subject.j2", "config/templates/pager/short.j2"] {
        assert_eq!(std::fs::read(other.path(name)).unwrap(), std::fs::read(program.path(name)).unwrap(), "{name}");
    }
}

#[test]
fn a_receiver_with_a_set_that_is_not_there_is_told_which_there_are() {
    let program = Program::new(
        "[mail]\nhost = \"mail.example.org\"\nfrom = \"bw@example.org\"\n[templates]\nfolder = \"words\"\n",
    );
    program.write("config/inventory.toml", "");
    let receiver = |more: &str| format!("[[receiver]]\nid = \"noc\"\nemail = \"noc@example.org\"\n{more}\n");
    program.write("config/subscriptions.toml", &receiver("template = \"pagr\""));
    program.write("config/words/pager/subject.j2", "{{ subject }}");
    let said = text(&program.run(&["check"]).stderr);
    let expected = "config/subscriptions.toml:4:12: receiver[0].template: there is no set of templates `pagr`; did you mean `pager`?";
    assert!(said.contains(expected), "{said}");
    program.write("config/subscriptions.toml", &receiver("template = \"pager\""));
    let said = program.done(&["templates", "list"]);
    assert!(said.contains("pager/subject.j2") && said.contains("noc") && said.contains("right"), "{said}");
    let seen = program.done(&["templates", "preview", "--receiver", "noc", "--html", "seen.html"]);
    assert!(seen.contains("Subject: [Partly down] EHR") && program.path("seen.html").is_file(), "{seen}");
    program.write("config/subscriptions.toml", "[[receiver]]\nid = \"h\"\nwebhook = \"https://x.example/\"\nsecrets = [{ env = \"A\" }]\ntemplate = \"pager\"\n");
    let said = text(&program.run(&["check"]).stderr);
    assert!(said.contains("receiver[0].template: a webhook and CloudEvents get the published document"), "{said}");
    program.settings("[templates]\nfolder = \"../elsewhere\"\n");
    let said = text(&program.run(&["check"]).stderr);
    assert!(said.contains("templates.folder: templates are not read from elsewhere"), "{said}");
}
