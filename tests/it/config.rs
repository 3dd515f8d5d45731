//! Broken configuration: every mistake is named with its place, its key and the way out.

use std::time::Duration;

use bellwether::config::problem::Problem;
use bellwether::config::{bellwether as settings, inventory, subscriptions, vendor};
use bellwether::model::vendor::Schedule;

/// The one-line messages for a text in the file of that name.
fn messages(file: &str, text: &str) -> Vec<String> {
    problems(file, text).iter().map(ToString::to_string).collect()
}

fn problems(file: &str, text: &str) -> Vec<Problem> {
    match file {
        "b.toml" => settings::parse(file, text).problems,
        "i.toml" => inventory::parse(file, text).problems,
        "s.toml" => subscriptions::parse(file, text).problems,
        _ => vendor::parse("acme", file, text).problems,
    }
}

/// File, text, messages.
type Case = (&'static str, &'static str, &'static [&'static str]);

const CASES: &[Case] = &[
    // ---- What is no TOML, or of the wrong kind.
    (
        "b.toml",
        "[server\nlisten = 1",
        &["b.toml:1:8: this is not TOML: unclosed table, expected `]`; see https://toml.io/en/v1.0.0 for the syntax"],
    ),
    (
        "b.toml",
        "[server]\n[server]",
        &["b.toml:2:2: this is not TOML: duplicate key; see https://toml.io/en/v1.0.0 for the syntax"],
    ),
    (
        "b.toml",
        "[server]\nlisten = 1\nlisten = 2",
        &["b.toml:3:1: this is not TOML: duplicate key; see https://toml.io/en/v1.0.0 for the syntax"],
    ),
    (
        "b.toml",
        "[mail]\npassword = \"hunter2",
        &[
            "b.toml:2:20: this is not TOML: invalid basic string, expected `\"`; see https://toml.io/en/v1.0.0 for the syntax",
        ],
    ),
    ("b.toml", "server = 3", &["b.toml:1:10: server: a number stands here; write a table: { … }"]),
    ("b.toml", "[[server]]", &["b.toml:1:1: server[0]: a table stands here; write a text in quotes"]),
    ("b.toml", "[sever]\nlisten = \"127.0.0.1:80\"", &["b.toml:1:2: sever: no such key; did you mean `server`?"]),
    (
        "b.toml",
        "é = 1",
        &[
            "b.toml:1:1: this is not TOML: invalid unquoted key, expected letters, numbers, `-`, `_`; see https://toml.io/en/v1.0.0 for the syntax",
        ],
    ),
    // ---- bellwether.toml
    (
        "b.toml",
        "[organisation]\nname = \" \"\ntime_zone = \"America/Chicaco\"\npage = \"bellwether\"",
        &[
            "b.toml:2:8: organisation.name: a name is empty; write one for people",
            "b.toml:3:13: organisation.time_zone: there is no time zone `America/Chicaco`; did you mean `America/Chicago`?",
            "b.toml:4:8: organisation.page: this is not the address of a page; write \"https://bellwether.example.org\"",
        ],
    ),
    (
        "b.toml",
        "[organisation]\ntime_zone = \"Middle/Earth\"",
        &[
            "b.toml:2:13: organisation.time_zone: there is no time zone `Middle/Earth`; write an IANA name, as \"America/Chicago\"",
        ],
    ),
    (
        "b.toml",
        "[server]\nlisten = \"8080\"",
        &[
            "b.toml:2:10: server.listen: `8080` is not an address with a port; write \"127.0.0.1:8080\" or \"0.0.0.0:8080\"",
        ],
    ),
    (
        "b.toml",
        "[server]\nlisten = \"0.0.0.0:8080\"",
        &[
            "b.toml:1:2: server.token: 0.0.0.0:8080 can be reached from other machines, so a token is needed; add token = { env = \"BELLWETHER_TOKEN\" }, or listen on 127.0.0.1",
        ],
    ),
    (
        "b.toml",
        "[server]\nlisten = \"0.0.0.0:8080\"\ntoken = \"hunter2\"",
        &[
            "b.toml:3:9: server.token: a secret stands here in plain text; write { env = \"NAME\" } or { file = \"/path\" }",
        ],
    ),
    (
        "b.toml",
        "[server]\ntoken = 12345",
        &["b.toml:2:9: server.token: a number stands here; write { env = \"NAME\" } or { file = \"/path\" }"],
    ),
    (
        "b.toml",
        "[server]\ntoken = { enf = \"TOKEN\" }",
        &["b.toml:2:11: server.token.enf: no such key; did you mean `env`?"],
    ),
    (
        "b.toml",
        "[server]\ntoken = { env = \"A\", file = \"b\" }",
        &[
            "b.toml:2:9: server.token: a secret is found in one place, `env` or `file`; write { env = \"NAME\" } or { file = \"/path\" }",
        ],
    ),
    (
        "b.toml",
        "[server]\ntoken = { env = \"whsec_abc\" }",
        &[
            "b.toml:2:9: server.token: `env` wants the name of an environment variable; write { env = \"NAME\" } or { file = \"/path\" }",
        ],
    ),
    (
        "b.toml",
        "[polling]\nevery = 60\nworkers = 0\ndeadline = \"1h\"",
        &[
            "b.toml:2:9: polling.every: a number stands here; write a text in quotes",
            "b.toml:3:11: polling.workers: there cannot be 0 workers; write a number from 1 to 256",
            "b.toml:4:12: polling.deadline: a look may not take that long; write at most 5m",
        ],
    ),
    (
        "b.toml",
        "[polling]\nevery = \"10s\"\nworkers = -1",
        &[
            "b.toml:2:9: polling.every: every 10s is too often for other people's servers; write at least 30s; a source of our own may have its own `every`",
            "b.toml:3:11: polling.workers: a number that does not fit stands here; write a whole number",
        ],
    ),
    (
        "b.toml",
        "[polling]\nevery = \"60 s\"\nuser_agent_contact = \"the NOC\"",
        &[
            "b.toml:2:9: polling.every: `60 s` is not a period; write a whole number and s, m, h or d, as \"60s\"",
            "b.toml:3:22: polling.user_agent_contact: this is neither a mail address nor a URL; write \"noc@example.org\" or \"https://…\"",
        ],
    ),
    (
        "b.toml",
        "[polling]\nallow_private = [\"10.0.0.0/8\", \"10.0.0.0/40\", \"::1\"]",
        &["b.toml:2:32: polling.allow_private[1]: `10.0.0.0/40` is not a network; write it as \"10.20.0.0/16\""],
    ),
    (
        "b.toml",
        "[polling]\nproxy = \"http://me:hunter2@proxy:1\"\nca_files = \"x.pem\"",
        &[
            "b.toml:2:9: polling.proxy: a password does not belong into this file; put the whole address where only Bellwether reads it, and write { env = \"NAME\" } or { file = \"/path\" }",
            "b.toml:3:12: polling.ca_files: a text stands here; write a list: [ … ]",
        ],
    ),
    (
        "b.toml",
        "[polling]\nproxy = \"proxy.example.org:3128\"",
        &[
            "b.toml:2:9: polling.proxy: a proxy does not speak `proxy.example.org`; write http://, https:// or socks5://",
        ],
    ),
    (
        "b.toml",
        "[polling]\nproxy = \"not a url\"",
        &["b.toml:2:9: polling.proxy: this is not a URL; write it whole, as \"http://proxy.example.org:3128\""],
    ),
    (
        "b.toml",
        "[mail]\nhost = \"h\"\nfrom = \"Bellwether <b@example.org>\"\nport = 70000\ntls = \"starttls\"",
        &[
            "b.toml:3:8: mail.from: \"Bellwether <b@example.org>\" is not a mail address; write name@example.org, without a display name",
            "b.toml:4:8: mail.port: a number that does not fit stands here; write a whole number from 0 to 65535",
            "b.toml:5:7: mail.tls: `starttls` is not a word for this; it may be `required`, `implicit`, `none`",
        ],
    ),
    ("b.toml", "[mail]\nfrom = \"b@example.org\"", &["b.toml:1:1: mail.host: this key is missing; add it"]),
    (
        "b.toml",
        "[mail]\nhost = \"h\"\nfrom = \"b@example.org\"\nusername = \"u\"",
        &["b.toml:1:2: mail.password: a username needs its password; add password = { env = \"NAME\" }"],
    ),
    (
        "b.toml",
        "[mail]\nhost = \"h\"\nfrom = \"b@example.org\"\nusername = \"u\"\npassword = \"hunter2\"",
        &[
            "b.toml:5:12: mail.password: a secret stands here in plain text; write { env = \"NAME\" } or { file = \"/path\" }",
        ],
    ),
    (
        "b.toml",
        "[mail]\nhost = \"h\"\nfrom = \"b@example.org\"\ntls = \"none\"\nusername = \"u\"\npassword = { env = \"P\" }",
        &[
            "b.toml:4:7: warning: mail.tls: the password crosses the network in the clear; write \"required\" or \"implicit\"",
        ],
    ),
    (
        "b.toml",
        "[retention]\nbodies = \"0d\"\ntries = \"ten days\"",
        &[
            "b.toml:2:10: retention.bodies: `0d` is no time at all; write at least 1s",
            "b.toml:3:9: retention.tries: `ten days` is not a period; write a whole number and s, m, h or d, as \"60s\"",
        ],
    ),
    // ---- inventory.toml
    (
        "i.toml",
        "[[site]]\nid = \"Main\"\nname = \"Main\"\n[[site]]\nname = \"B\"\n[[sites]]",
        &[
            "i.toml:2:6: site[0].id: \"Main\" is not a site; use lower-case letters, digits and '-', at most 64 characters",
            "i.toml:4:1: site[1].id: this key is missing; add it",
            "i.toml:6:1: sites[0]: no such key; did you mean `site`?",
            "i.toml:6:3: sites: no such key; did you mean `site`?",
        ],
    ),
    (
        "i.toml",
        "[[site]]\nid = \"a\"\nname = \"A\"\n[[site]]\nid = \"a\"\nname = \"B\"",
        &["i.toml:5:6: site[1].id: the id `a` is used twice; the first one is in line 2"],
    ),
    (
        "i.toml",
        "[[service]]\nid = \"x\"",
        &[
            "i.toml:1:1: service[0].name: this key is missing; add it",
            "i.toml:1:1: service[0].tier: this key is missing; add it",
            "i.toml:1:1: warning: service[0].needs: it needs nothing, so nothing will ever be told of it; add what it needs",
        ],
    ),
    (
        "i.toml",
        "[[service]]\nid = \"x\"\nname = \"X\"\ntier = \"critical\"\nbears = 4\nneeds = [{ vendor = \"v\", without = \"stop\" }]",
        &[
            "i.toml:4:8: service[0].tier: `critical` is not a word for this; did you mean `clinical`?",
            "i.toml:5:9: service[0].bears: a number stands here; write a text in quotes",
            "i.toml:6:36: service[0].needs[0].without: `stop` is not a word for this; did you mean `stops`?",
        ],
    ),
    (
        "i.toml",
        "[[service]]\nid = \"x\"\nname = \"X\"\ntier = \"clinical\"\nsites = [\"mian\", \"moon\"]\nneeds = [{ vendor = \"v\", without = \"stops\" }]\n[[site]]\nid = \"main\"\nname = \"M\"",
        &[
            "i.toml:5:10: service[0].sites[0]: there is no site `mian`; did you mean `main`?",
            "i.toml:5:18: service[0].sites[1]: there is no site `moon`; there is `main`",
        ],
    ),
    (
        "i.toml",
        "[[service]]\nid = \"x\"\nname = \"X\"\ntier = \"clinical\"\nneeds = [{ vendr = \"v\", without = \"stops\" }, { vendor = \"v\" }, { vendor = \"v\", service = \"x\", without = \"stops\" }, {}]",
        &[
            "i.toml:5:12: service[0].needs[0].vendr: no such key; did you mean `vendor`?",
            "i.toml:5:46: service[0].needs[1].without: it does not say what happens without it; add without = \"stops\" or \"degrades\"",
            "i.toml:5:64: service[0].needs[2]: `vendor` and `service` in one; make two entries of it",
            "i.toml:5:116: service[0].needs[3].without: it does not say what happens without it; add without = \"stops\" or \"degrades\"",
            "i.toml:5:116: service[0].needs[3].vendor: this names nothing that is needed; add `vendor`, `service` or `any_of`",
        ],
    ),
    (
        "i.toml",
        "[[service]]\nid = \"x\"\nname = \"X\"\ntier = \"clinical\"\nneeds = [{ any_of = [], without = \"stops\" }, { any_of = [{ vendor = \"v\" }], vendor = \"w\" }, { any_of = [{ any_of = [] }], without = \"stops\" }]",
        &[
            "i.toml:5:12: service[0].needs[0].any_of: any of nothing; name at least two",
            "i.toml:5:46: service[0].needs[1]: beside `any_of` only `without` may stand; move the rest into its list",
            "i.toml:5:58: service[0].needs[1].any_of[0].without: it does not say what happens without it; add without = \"stops\" or \"degrades\"",
            "i.toml:5:105: service[0].needs[2].any_of[0].vendor: this names nothing that is needed; add `vendor`, `service` or `any_of`",
            "i.toml:5:107: service[0].needs[2].any_of[0].any_of: no such key; here may stand `vendor`, `service`, `source`, `components`, `ids`, `regions`, `without`",
        ],
    ),
    (
        "i.toml",
        "[[service]]\nid = \"x\"\nname = \"X\"\ntier = \"clinical\"\nneeds = [{ service = \"y\", components = [\"a\"], without = \"stops\" }, { vendor = \"v\", components = [\"\"], source = \"A B\", without = \"stops\" }]",
        &[
            "i.toml:5:22: service[0].needs[0].service: there is no service `y`; did you mean `x`?",
            "i.toml:5:27: service[0].needs[0].components: a service of ours has no such thing; leave it out",
            "i.toml:5:112: service[0].needs[1].source: \"v/A B\" is not a source; use lower-case letters, digits and '-', at most 64 characters, and one '/' between vendor and source",
        ],
    ),
    (
        "i.toml",
        "[[service]]\nid = \"a\"\nname = \"A\"\ntier = \"clinical\"\nneeds = [{ service = \"b\", without = \"stops\" }]\n[[service]]\nid = \"b\"\nname = \"B\"\ntier = \"clinical\"\nneeds = [{ any_of = [{ service = \"c\" }, { vendor = \"v\" }], without = \"stops\" }]\n[[service]]\nid = \"c\"\nname = \"C\"\ntier = \"clinical\"\nneeds = [{ service = \"a\", without = \"degrades\" }]\n[[service]]\nid = \"d\"\nname = \"D\"\ntier = \"clinical\"\nneeds = [{ service = \"d\", without = \"stops\" }]",
        &[
            "i.toml:5:1: service[0].needs: services need one another in a circle: a → b → c → a; leave one of these needs out",
            "i.toml:20:1: service[3].needs: services need one another in a circle: d → d; leave one of these needs out",
        ],
    ),
    (
        "i.toml",
        "[[service]]\nid = 7\nname = \"X\"\ntier = \"clinical\"\nneeds = [{ vendor = 3, without = \"stops\" }]\n[service.procedure]\nlink = \"dp-01\"\nsteps = []",
        &[
            "i.toml:2:6: service[0].id: a number stands here; write a text in quotes",
            "i.toml:5:21: service[0].needs[0].vendor: a number stands here; write a text in quotes",
            "i.toml:7:8: service[0].procedure.link: this is not a URL; write it whole, as \"https://…\"",
            "i.toml:8:1: service[0].procedure.steps: no such key; here may stand `name`, `first_steps`, `contacts`, `link`",
        ],
    ),
    (
        "i.toml",
        "[[service]]\nid = \"ehr\"\nname = 1\ntier = \"clinical\"\nneeds = [{ vendor = \"v\", without = \"stops\" }]\n[[service]]\nid = \"x\"\nname = \"X\"\ntier = \"clinical\"\nneeds = [{ service = \"ehr\", without = \"stops\" }, { service = \"her\", without = \"stops\" }]",
        &[
            "i.toml:3:8: service[0].name: a number stands here; write a text in quotes",
            "i.toml:10:62: service[1].needs[1].service: there is no service `her`; did you mean `ehr`?",
        ],
    ),
    // ---- subscriptions.toml
    (
        "s.toml",
        "[[receiver]]\nid = \"a\"\nemail = \"a@b\"\nsecrets = []\nallow_private = true\n[[receiver]]\nid = \"a\"\nemail = \"nobody\"\n[[receiver]]\nid = \"c\"",
        &[
            "s.toml:4:1: receiver[0].secrets: this is for webhooks; leave it out",
            "s.toml:5:17: receiver[0].allow_private: this is for webhooks and services; leave it out",
            "s.toml:7:6: receiver[1].id: the id `a` is used twice; the first one is in line 2",
            "s.toml:8:9: receiver[1].email: \"nobody\" is not a mail address; write name@example.org, without a display name",
            "s.toml:9:1: receiver[2]: this receiver has no address; add one of `email`, `webhook`, `slack`, `teams`, `pagerduty`, `opsgenie`, `servicenow`, `jira`, `alertmanager`, `discord`, `cloudevents`, `ntfy`, `sms`",
        ],
    ),
    (
        "s.toml",
        "[[receiver]]\nid = \"a\"\nwebhook = \"https://h.example.org/T0KEN\"\n[[receiver]]\nid = \"b\"\nwebhook = \"http://h.example.org\"\nsecrets = [\"whsec_hunter2\"]\n[[receiver]]\nid = \"c\"\nwebhook = \"hook T0KEN\"\nsecrets = [{ env = \"S\" }]\n[[receiver]]\nid = \"d\"\nwebhook = { file = \"\" }\nemail = \"a@b\"",
        &[
            "s.toml:1:1: receiver[0].secrets: without a signing secret the far side cannot know that it was us; add secrets = [{ env = \"NAME\" }]",
            "s.toml:6:11: receiver[1].webhook: everybody on the way could read along; write an https:// address; a server of our own may have http with allow_private = true",
            "s.toml:7:1: receiver[1].secrets: without a signing secret the far side cannot know that it was us; add secrets = [{ env = \"NAME\" }]",
            "s.toml:7:12: receiver[1].secrets[0]: a secret stands here in plain text; write { env = \"NAME\" } or { file = \"/path\" }",
            "s.toml:10:11: receiver[2].webhook: this is not a web address; write \"https://…\"",
            "s.toml:14:11: receiver[3].webhook: a secret is found in one place, `env` or `file`; write { env = \"NAME\" } or { file = \"/path\" }",
        ],
    ),
    (
        "s.toml",
        "[[receiver]]\nid = \"a\"\nemail = \"a@b\"\n[[receiver]]\nid = \"b\"\nemail = \"A@b\"",
        &[
            "s.toml:4:1: warning: receiver[1]: the same address as receiver `a`; it gets each message once; use one of the two",
        ],
    ),
    (
        "s.toml",
        "[[receiver]]\nid = \"a\"\nemail = \"a@b\"\nform = \"sms\"\nsubject = \"none\"\n[[receiver]]\nid = \"h\"\nwebhook = \"https://h.example\"\nsecrets = [{ env = \"S\" }]\nform = \"short\"",
        &[
            "s.toml:4:8: receiver[0].form: `sms` is not a word for this; it may be `whole`, `short`",
            "s.toml:5:11: receiver[0].subject: this is for the short form alone; leave it out, or add form = \"short\"",
            "s.toml:10:8: receiver[1].form: this is for mail; leave it out: a webhook's body holds the short form too",
        ],
    ),
    (
        "s.toml",
        "[[receiver]]\nid = \"a\"\nemail = \"a@b\"\n[[subscription]]\nid = \"x\"\nreceivers = [\"a\"]\nmaintenance = [\"begin\", \"befor\"]\nahead = \"24h\"\n[[subscription]]\nid = \"y\"\nreceivers = [\"a\"]\nahead = \"soon\"",
        &[
            "s.toml:7:25: subscription[0].maintenance[1]: `befor` is not a word for this; it may be `ahead`, `begin`, `overrun`, `end`",
            "s.toml:8:9: subscription[0].ahead: a time is given, but `maintenance` does not ask to be told ahead; add \"ahead\" to `maintenance`, or leave this out",
            "s.toml:12:9: subscription[1].ahead: `soon` is not a period; write a whole number and s, m, h or d, as \"60s\"",
        ],
    ),
    (
        "s.toml",
        "[[receiver]]\nid = \"a\"\nemail = \"a@b\"\n[[shift]]\nid = \"n\"\nat = [\"07:00\", \"19:00\", \"07:00\"]\nreceivers = [\"b\"]\n[[shift]]\nid = \"n\"\nat = [\"7:00\", \"24:00\", \"12:60\"]\nreceivers = []\n[[shift]]\nid = \"o\"\nreceivers = [\"a\"]\n[[shift]]\nid = \"p\"\nat = []\nreceivers = [\"a\"]\nevery = \"1h\"",
        &[
            "s.toml:6:25: shift[0].at[2]: 07:00 stands here twice; leave one of them out: it is sent once",
            "s.toml:7:14: shift[0].receivers[0]: there is no receiver `b`; did you mean `a`?",
            "s.toml:9:6: shift[1].id: the id `n` is used twice; the first one is in line 5",
            "s.toml:10:1: shift[1].at: it would never be sent; name at least one hour, as at = [\"07:00\", \"19:00\"]",
            "s.toml:10:7: shift[1].at[0]: `7:00` is no hour of the day; write it as \"07:00\" or \"19:30\"",
            "s.toml:10:15: shift[1].at[1]: `24:00` is no hour of the day; write it as \"07:00\" or \"19:30\"",
            "s.toml:10:24: shift[1].at[2]: `12:60` is no hour of the day; write it as \"07:00\" or \"19:30\"",
            "s.toml:11:1: shift[1].receivers: nobody would get it; name at least one receiver",
            "s.toml:12:1: shift[2].at: this key is missing; add it",
            "s.toml:17:1: shift[3].at: it would never be sent; name at least one hour, as at = [\"07:00\", \"19:00\"]",
            "s.toml:19:1: shift[3].every: no such key; here may stand `id`, `at`, `receivers`",
        ],
    ),
    (
        "s.toml",
        "[[receiver]]\nid = \"a\"\nemail = \"a@b\"\n[[shift]]\nid = \"n\"\nat = [\"07:00\"]\nreceivers = [\"a\"]\n[[shift]]\nid = \"o\"\nat = [\"19:00\", \"07:00\"]\nreceivers = [\"a\"]",
        &["s.toml:11:1: warning: shift[1].receivers: `a` gets the shift `n` at 07:00 too; name it in one of the two"],
    ),
    (
        "i.toml",
        "[[service]]\nid = \"a\"\nname = \"A\"\ntier = \"clinical\"\nneeds = [{ vendor = \"okta\", without = \"stops\" }]\nsay = \" \"\n[[service]]\nid = \"b\"\nname = \"B\"\ntier = \"clinical\"\nneeds = [{ vendor = \"okta\", without = \"stops\" }]\nsay = { stop = \"x\" }\n[[service]]\nid = \"c\"\nname = \"C\"\ntier = \"clinical\"\nneeds = [{ vendor = \"okta\", without = \"stops\" }]\nsay = 3",
        &[
            "i.toml:6:7: service[0].say: the sentence is empty; write what people should do, or leave it out",
            "i.toml:12:9: service[1].say.stop: no such key; did you mean `stops`?",
            "i.toml:18:7: service[2].say: a number stands here; write a sentence in quotes, or { stops = \"…\", degrades = \"…\" }",
        ],
    ),
    (
        "s.toml",
        "[[subscription]]\nid = \"x\"\n[[subscription]]\nid = \"x\"\nreceivers = []\nleast = \"unknown\"\n[[subscription]]\nid = \"y\"\nreceivers = [\"nocc\", \"A B\"]\nleast = \"bad\"\neffects = []\nblind = false\ntiers = [\"clinical\", \"clinic\"]\n[[receiver]]\nid = \"noc\"\nemail = \"a@b\"",
        &[
            "s.toml:1:1: subscription[0].receivers: this key is missing; add it",
            "s.toml:4:6: subscription[1].id: the id `x` is used twice; the first one is in line 2",
            "s.toml:5:1: subscription[1].receivers: nobody would be told; name at least one receiver",
            "s.toml:6:9: subscription[1].least: unknown is no rung on the ladder; write degraded, partial_outage or major_outage; unknown always passes",
            "s.toml:9:14: subscription[2].receivers[0]: there is no receiver `nocc`; did you mean `noc`?",
            "s.toml:9:22: subscription[2].receivers[1]: there is no receiver `A B`; there is `noc`",
            "s.toml:10:9: subscription[2].least: `bad` is not a word for this; it may be `operational`, `maintenance`, `degraded`, `partial_outage`, `major_outage`, `unknown`",
            "s.toml:11:1: subscription[2].effects: nothing would ever be told; leave it out, or name some effects",
            "s.toml:13:22: subscription[2].tiers[1]: `clinic` is not a word for this; did you mean `clinical`?",
        ],
    ),
    (
        "s.toml",
        "[[subscription]]\nid = \"x\"\nreceivers = [\"a\"]\nblind = \"no\"\neffects = \"hurt\"\nservices = [\"OK\"]\n[[receiver]]\nid = \"a\"\nemail = \"a@b\"",
        &[
            "s.toml:4:9: subscription[0].blind: a text stands here; write true or false",
            "s.toml:5:11: subscription[0].effects: a text stands here; write a list: [ … ]",
            "s.toml:6:13: subscription[0].services[0]: \"OK\" is not a service; use lower-case letters, digits and '-', at most 64 characters",
        ],
    ),
    // ---- vendor.toml
    (
        "vendor.toml",
        "",
        &[
            "vendor.toml:1:1: warning: nobody will know how this vendor is; add a [[source]], or say in `notifies` how its customers hear of trouble",
            "vendor.toml:1:1: name: this key is missing; add it",
        ],
    ),
    (
        "vendor.toml",
        "name = \"A\"\nnotifies = \"phone\"\nhompage = \"https://a.example\"\nsupport = { fone = \"1\" }",
        &[
            "vendor.toml:3:1: hompage: no such key; did you mean `homepage`?",
            "vendor.toml:4:13: support.fone: no such key; here may stand `phone`, `portal`, `account`",
        ],
    ),
    (
        "b.toml",
        "[credentials.microsoft]\nkind = \"entra\"\ntenant = \"t.example\"\nclient_id = \"00000000-0000-4000-8000-00000000000a\"\nclient_secret = { env = \"X\" }\nauthority = \"http://me:hunter2@login.example\"",
        &[
            "b.toml:6:13: credentials.microsoft.authority: a secret is sent there, in the clear; write an https:// address, or leave it out",
            "b.toml:6:13: credentials.microsoft.authority: a password does not belong into this file; leave it out",
        ],
    ),
    (
        "b.toml",
        "[credentials.microsoft]\nkind = \"entra\"\ntenant = \"common\"\nclient_id = \"hunter2\"\nclient_secret = \"hunter2\"\n[credentials.azure]\nkind = \"oauth\"\ntenant = \"a b\"\nclient_id = \"00000000-0000-4000-8000-00000000000a\"\nclient_secret = { env = \"hunter2~Q.x\" }\nauthority = \"http://login.example\"\ncloud = \"germany\"\n[credentials.\"A b\"]\nkind = \"entra\"",
        &[
            "b.toml:3:10: credentials.microsoft.tenant: an app signs in to one tenant; write your tenant's id or domain",
            "b.toml:4:13: credentials.microsoft.client_id: this is not the id of an app registration; write its Application (client) ID, 32 hex digits with dashes",
            "b.toml:5:17: credentials.microsoft.client_secret: a secret stands here in plain text; write { env = \"NAME\" } or { file = \"/path\" }",
            "b.toml:7:8: credentials.azure.kind: `oauth` is not a word for this; it may be `entra`, `aws`",
            "b.toml:8:10: credentials.azure.tenant: this is no tenant; write its id, or a domain as \"example.onmicrosoft.com\"",
            "b.toml:10:17: credentials.azure.client_secret: `env` wants the name of an environment variable; write { env = \"NAME\" } or { file = \"/path\" }",
            "b.toml:12:9: credentials.azure.cloud: `germany` is not a word for this; it may be `public`, `us-government`, `us-government-dod`, `china`",
            "b.toml:13:14: credentials.A b: this is not a name for credentials; use lower-case letters, digits and '-'",
        ],
    ),
    (
        "b.toml",
        "[credentials.aws]\nkind = \"aws\"\naccess_key_id = \"hunter2/hunter2/hunter2\"\nsecret_access_key = \"hunter2\"\ntenant = \"t.example\"\n[credentials.more]\nkind = \"aws\"\n[credentials.azure]\nkind = \"entra\"\naccess_key_id = \"AKIA0000000000000000\"\ntenant = \"t.example\"\nclient_id = \"00000000-0000-4000-8000-00000000000a\"",
        &[
            "b.toml:3:17: credentials.aws.access_key_id: this is not the id of an access key; write the one that begins with AKIA, never the secret",
            "b.toml:4:21: credentials.aws.secret_access_key: a secret stands here in plain text; write { env = \"NAME\" } or { file = \"/path\" }",
            "b.toml:5:10: credentials.aws.tenant: credentials of the kind aws have no use for it; leave it out",
            "b.toml:6:14: credentials.more.access_key_id: this key is missing; add it",
            "b.toml:6:14: credentials.more.secret_access_key: this key is missing; add it",
            "b.toml:8:14: credentials.azure.client_secret: this key is missing; add it",
            "b.toml:10:17: credentials.azure.access_key_id: credentials of the kind entra have no use for it; leave it out",
        ],
    ),
    (
        "vendor.toml",
        "name = \"A\"\n[[source]]\nid = \"a\"\nformat = \"microsoft-365\"\nurl = \"https://a.example\"\n[[source]]\nid = \"b\"\nformat = \"statuspage\"\nurl = \"https://b.example\"\ncredentials = \"microsoft\"\n[[source]]\nid = \"c\"\nformat = \"azure-emerging\"\nurl = \"https://c.example\"\ncredentials = \"My App\"",
        &[
            "vendor.toml:2:1: source[0].credentials: the format microsoft-365 lets nobody in without credentials; add credentials = \"microsoft\", or another name",
            "vendor.toml:10:15: source[1].credentials: the format statuspage has no use for them; leave it out",
            "vendor.toml:15:15: source[2].credentials: this is not a name for credentials; use lower-case letters, digits and '-'",
        ],
    ),
    (
        "vendor.toml",
        "name = \"A\"\n[[source]]\nid = \"a\"\nformat = \"statuspge\"\nurl = \"https://a.example\"\n[[source]]\nid = \"a\"\nformat = \"statuspage\"\nurl = \"http://a.example\"\n[[source]]\nformat = \"manual\"\nid = \"A b\"\nurl = \"https://a.example\"\n[[source]]\nid = \"d\"\nformat = \"statuspage\"",
        &[
            "vendor.toml:4:10: source[0].format: `statuspge` is not a word for this; did you mean `statuspage`?",
            "vendor.toml:7:6: source[1].id: the id `a` is used twice; the first one is in line 3",
            "vendor.toml:9:7: source[1].url: over http anybody on the way can answer; write an https:// address",
            "vendor.toml:12:6: source[2].id: `A b` is not a name for a source; use lower-case letters, digits and '-'",
            "vendor.toml:13:7: source[2].url: a person's word has no address; leave it out",
            "vendor.toml:14:1: source[3].url: this key is missing; add it",
        ],
    ),
    (
        "vendor.toml",
        "name = \"A\"\n[[source]]\nid = \"a\"\nformat = \"statuspage\"\nurl = \"https://a.example\"\nevery = \"5s\"\n[[source]]\nid = \"b\"\nformat = \"statuspage\"\nurl = \"https://u:hunter2@a.example\"\nevery = \"60s\"\ncron = \"* * * * *\"\n[[source]]\nid = \"c\"\nformat = \"statuspage\"\nurl = \"ftp://a.example\"\ncron = \"0 0 30 2 *\"\nroles = { incidents = \"a.json\", summary = \"http://a.example/\" }\n[[source]]\nid = \"d\"\nformat = \"statuspage\"\nurl = \"http://10.0.0.1/\"\nevery = \"5s\"\n[[source]]\nid = \"e\"\nformat = \"statuspage\"\nurl = \"https://a.example\"\ncron = \"*/5 * * * * *\"\n[[source]]\nid = \"f\"\nformat = \"statuspage\"\nurl = \"https://a.example\"\ncron = \"* 25 * * *\"",
        &[
            "vendor.toml:6:9: source[0].every: every 5s is too often for a server that is not ours; write at least 30s",
            "vendor.toml:10:7: source[1].url: a password does not belong into this file; leave it out",
            "vendor.toml:12:8: source[1].cron: `every` and `cron` both say when; leave one of them out",
            "vendor.toml:16:7: source[2].url: `ftp` is not asked; write an https:// address",
            "vendor.toml:17:8: source[2].cron: this time never comes; check the day and the month",
            "vendor.toml:18:23: source[2].roles.incidents: this is not a URL; write it whole, as \"https://…\"",
            "vendor.toml:18:43: source[2].roles.summary: over http anybody on the way can answer; write an https:// address",
            "vendor.toml:28:8: source[4].cron: a cron line has 5 fields, this one has 6; write minute, hour, day, month, weekday, as \"*/5 * * * *\"",
            "vendor.toml:33:8: source[5].cron: `25` is no hour; write 0 to 23, `*`, lists, ranges and steps of them",
        ],
    ),
    (
        "vendor.toml",
        "name = \"A\"\n[[source]]\nid = \"a\"\nformat = \"statuspage\"\nurl = \"https://a.example\"\n[source.feed]\nitem = \"incident\"\n[[source]]\nid = \"b\"\nformat = \"feed\"\nurl = \"https://b.example\"\n[source.feed]\ntitled = \" \"\nitem = \"updates\"\n[source.feed.words]\nresloved = []",
        &[
            "vendor.toml:6:9: source[0].feed: says how a feed is read, and the format is another; leave it out, or write format = \"feed\"",
            "vendor.toml:13:10: source[1].feed.titled: an empty text is in every title; write a part of the feed's own title, or leave it out",
            "vendor.toml:14:8: source[1].feed.item: `updates` is not a word for this; did you mean `update`?",
            "vendor.toml:16:1: source[1].feed.words.resloved: no such key; did you mean `resolved`?",
        ],
    ),
];

#[test]
fn every_mistake_is_named() {
    let mut wrong = 0;
    for (file, text, expected) in CASES {
        let told = messages(file, text);
        if told != *expected {
            wrong += 1;
            println!("--- {file}\n{text}\n--- says\n{}\n--- instead of\n{}\n", told.join("\n"), expected.join("\n"));
        }
    }
    assert_eq!(wrong, 0, "of {} cases", CASES.len());
}

/// Whatever people paste in the wrong place ends in logs and tickets, unless it is kept out here.
#[test]
fn no_message_repeats_a_secret() {
    let mut rendered = 0;
    for (file, text, _) in CASES {
        for problem in problems(file, text) {
            for told in [problem.to_string(), problem.render(false), problem.render(true)] {
                rendered += 1;
                for secret in ["hunter2", "T0KEN", "whsec_", "12345"] {
                    assert!(!told.contains(secret), "{told}");
                }
            }
        }
    }
    assert!(rendered > 200);
}

#[test]
fn a_report_shows_the_line_and_underlines_the_place() {
    let text = "[polling]\nevery = \"60s\"\nworkres = 4\n";
    let told = problems("b.toml", text)[0].render(false);
    let expected = "
  × polling.workres: no such key
   ╭─[b.toml:3:1]
 3 │ workres = 4
   · ───┬───
   ·    ╰── here
   ╰────
  help: did you mean `workers`?
";
    assert_eq!(told.trim(), expected.trim(), "{told}");
}

#[test]
fn a_file_with_an_error_has_no_value_and_one_with_a_warning_has() {
    let broken = subscriptions::parse("s.toml", "[[receiver]]\nid = \"a\"\n");
    assert!(broken.value.is_none() && !broken.problems.is_empty());
    let doubtful = vendor::parse("acme", "vendor.toml", "name = \"Acme\"\n");
    assert!(doubtful.value.is_some() && !doubtful.problems.is_empty());
    assert!(vendor::parse("Acme", "vendor.toml", "name = \"Acme\"\nnotifies = \"\"\n").value.is_none());
}

#[test]
fn a_source_is_looked_at_when_its_file_says_or_else_as_usual() {
    let text = "name = \"A\"\n[[source]]\nid = \"a\"\nformat = \"statuspage\"\nurl = \"https://a.example\"\n";
    let usual = Schedule::Every(Duration::from_secs(300));
    let every = |line: &str| {
        let text = format!("{text}{line}");
        vendor::parse_with(&usual, "a", "vendor.toml", &text).value.unwrap().sources.remove(0).every
    };
    assert_eq!(every(""), usual);
    assert_eq!(every("every = \"60s\""), Schedule::Every(Duration::from_secs(60)));
    assert_eq!(every("cron = \"*/5  * * * *\""), Schedule::Cron("*/5 * * * *".to_owned()));
}

#[test]
fn an_endless_list_of_mistakes_comes_to_an_end() {
    let text = (0..5_000).map(|n| format!("a{n} = {n}\n")).collect::<String>();
    assert_eq!(problems("b.toml", &text).len(), 100);
}
