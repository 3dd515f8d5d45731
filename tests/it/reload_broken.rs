//! Thirty broken files: which of the four files is replaced, by what, and what is said of it.

/// The file, its text, and every message.
pub const BROKEN: [(&str, &str, &[&str]); 30] = [
    (
        "config/bellwether.toml",
        "[organisation\nname = \"x\"",
        &[
            "config/bellwether.toml:1:14: this is not TOML: unclosed table, expected `]`; see https://toml.io/en/v1.0.0 for the syntax",
        ],
    ),
    (
        "config/bellwether.toml",
        "[organisation]\nname = \"x",
        &[
            "config/bellwether.toml:2:10: this is not TOML: invalid basic string, expected `\"`; see https://toml.io/en/v1.0.0 for the syntax",
        ],
    ),
    (
        "config/bellwether.toml",
        "[organisation]\nnmae = \"x\"",
        &["config/bellwether.toml:2:1: organisation.nmae: no such key; did you mean `name`?"],
    ),
    (
        "config/bellwether.toml",
        "[organisation]\ntime_zone = \"Europe/Berln\"",
        &[
            "config/bellwether.toml:2:13: organisation.time_zone: there is no time zone `Europe/Berln`; did you mean `Europe/Berlin`?",
        ],
    ),
    (
        "config/bellwether.toml",
        "[server]\nlisten = \"0.0.0.0:8080\"",
        &[
            "config/bellwether.toml:1:2: server.token: 0.0.0.0:8080 can be reached from other machines, so a token is needed; add token = { env = \"BELLWETHER_TOKEN\" }, or listen on 127.0.0.1",
        ],
    ),
    (
        "config/bellwether.toml",
        "[server]\nlisten = \"localhost\"",
        &[
            "config/bellwether.toml:2:10: server.listen: `localhost` is not an address with a port; write \"127.0.0.1:8080\" or \"0.0.0.0:8080\"",
        ],
    ),
    (
        "config/bellwether.toml",
        "[polling]\nevery = \"5s\"",
        &[
            "config/bellwether.toml:2:9: polling.every: every 5s is too often for other people's servers; write at least 30s; a source of our own may have its own `every`",
        ],
    ),
    (
        "config/bellwether.toml",
        "[polling]\nworkers = 0",
        &["config/bellwether.toml:2:11: polling.workers: there cannot be 0 workers; write a number from 1 to 256"],
    ),
    (
        "config/bellwether.toml",
        "[polling]\nproxy = \"http://me:hunter2@proxy:1\"",
        &[
            "config/bellwether.toml:2:9: polling.proxy: a password does not belong into this file; put the whole address where only Bellwether reads it, and write { env = \"NAME\" } or { file = \"/path\" }",
        ],
    ),
    (
        "config/bellwether.toml",
        "[polling]\nca_files = [\"/nowhere/ca.pem\"]",
        &["the certificate file /nowhere/ca.pem cannot be read: No such file or directory (os error 2)"],
    ),
    (
        "config/bellwether.toml",
        "[mail]\nhost = \"h\"",
        &["config/bellwether.toml:1:1: mail.from: this key is missing; add it"],
    ),
    (
        "config/bellwether.toml",
        "[mail]\nhost = \"h\"\nfrom = \"b@example.org\"\nusername = \"u\"",
        &[
            "config/bellwether.toml:1:2: mail.password: a username needs its password; add password = { env = \"NAME\" }",
        ],
    ),
    (
        "config/bellwether.toml",
        "[heartbeat]\nurl = \"hc-ping.example\"",
        &["config/bellwether.toml:2:7: heartbeat.url: this is not a web address; write \"https://…\""],
    ),
    (
        "config/bellwether.toml",
        "[heartbeat]\nurl = \"https://hc.example/x\"\nevery = \"1s\"",
        &[
            "config/bellwether.toml:3:9: heartbeat.every: every 1s is too often or too seldom; write a time from 10s to 1h, as \"60s\"",
        ],
    ),
    (
        "config/bellwether.toml",
        "[heartbeat]\nurl = { env = \"BELLWETHER_TEST_NOWHERE\" }",
        &["the heartbeat's address: the environment variable BELLWETHER_TEST_NOWHERE is not set, or is no text"],
    ),
    (
        "config/bellwether.toml",
        "[retention]\nincidents = \"ages\"",
        &[
            "config/bellwether.toml:2:13: retention.incidents: `ages` is not a period; write a whole number and s, m, h or d, as \"60s\"",
        ],
    ),
    (
        "config/bellwether.toml",
        "[log]\nformat = \"xml\"",
        &["config/bellwether.toml:2:10: log.format: `xml` is not a word for this; it may be `text`, `json`"],
    ),
    (
        "config/inventory.toml",
        "[[service]]\nid = \"ehr\"\nname = \"EHR\"\ntier = \"clinical\"\nneeds = [{ vendor = \"acme\", without = \"stops\" }]\n[[service]]\nid = \"ehr\"\nname = \"EHR\"\ntier = \"clinical\"\nneeds = [{ vendor = \"acme\", without = \"stops\" }]\n",
        &["config/inventory.toml:7:6: service[1].id: the id `ehr` is used twice; the first one is in line 2"],
    ),
    (
        "config/inventory.toml",
        "[[service]]\nid = \"ehr\"\nname = \"EHR\"\ntier = \"clinical\"\nneeds = [{ vendor = \"acmee\", without = \"stops\" }]\n",
        &["config/inventory.toml:5:21: service[0].needs[0].vendor: there is no vendor `acmee`; did you mean `acme`?"],
    ),
    (
        "config/inventory.toml",
        "[[service]]\nid = \"ehr\"\nname = \"EHR\"\ntier = \"clinicall\"\nneeds = [{ vendor = \"acme\", without = \"stops\" }]\n",
        &["config/inventory.toml:4:8: service[0].tier: `clinicall` is not a word for this; did you mean `clinical`?"],
    ),
    (
        "config/inventory.toml",
        "[[service]]\nid = \"ehr\"\nname = \"EHR\"\ntier = \"clinical\"\nneeds = [{ service = \"ehr\", without = \"stops\" }]\n",
        &[
            "config/inventory.toml:5:1: service[0].needs: services need one another in a circle: ehr → ehr; leave one of these needs out",
        ],
    ),
    (
        "config/inventory.toml",
        "[[service]]\nid = \"ehr\"\nname = \"EHR\"\ntier = \"clinical\"\nneeds = [{ service = \"pharmacy\", without = \"stops\" }]\n",
        &["config/inventory.toml:5:22: service[0].needs[0].service: there is no service `pharmacy`; there is `ehr`"],
    ),
    (
        "config/inventory.toml",
        "[[service]]\nid = \"ehr\"\ntier = \"clinical\"\nneeds = [{ vendor = \"acme\", without = \"stops\" }]\n",
        &["config/inventory.toml:1:1: service[0].name: this key is missing; add it"],
    ),
    (
        "config/subscriptions.toml",
        "[[receiver]]\nid = \"noc\"\nwebhook = \"https://hooks.example.org/a\"\nsecrets = [{ env = \"BELLWETHER_TEST_NOWHERE\" }]\n[[subscription]]\nid = \"all\"\nreceivers = [\"nok\"]\n",
        &[
            "config/subscriptions.toml:7:14: subscription[0].receivers[0]: there is no receiver `nok`; did you mean `noc`?",
        ],
    ),
    (
        "config/subscriptions.toml",
        "[[receiver]]\nid = \"noc\"\nwebhook = \"hooks.example.org\"\nsecrets = [{ env = \"BELLWETHER_TEST_NOWHERE\" }]\n[[subscription]]\nid = \"all\"\nreceivers = [\"noc\"]\n",
        &["config/subscriptions.toml:3:11: receiver[0].webhook: this is not a web address; write \"https://…\""],
    ),
    (
        "config/subscriptions.toml",
        "[[receiver]]\nid = \"noc\"\nwebhook = \"https://hooks.example.org/a\"\nsecrets = [{ env = \"BELLWETHER_TEST_NOWHERE\" }]\n[[subscription]]\nid = \"all\"\nreceivers = [\"noc\"]\n[[receiver]]\nid = \"mail\"\nemail = \"noc@example.org\"\n[[subscription]]\nid = \"m\"\nreceivers = [\"mail\"]\n",
        &[
            "config/subscriptions.toml:10:9: receiver[1].email: no mail can be sent, since bellwether.toml has no [mail]; add [mail] with `host` and `from`",
        ],
    ),
    (
        "config/subscriptions.toml",
        "[[receiver]]\nid = \"noc\"\nwebhook = \"https://hooks.example.org/a\"\nsecrets = [{ env = \"BELLWETHER_TEST_NOWHERE\" }]\n[[subscription]]\nid = \"all\"\nreceivers = [\"noc\"]\nservices = [\"ehrr\"]\n",
        &[
            "config/subscriptions.toml:8:13: subscription[0].services[0]: there is no service `ehrr`; did you mean `ehr`?",
        ],
    ),
    (
        "sources/acme/vendor.toml",
        "name = \"Acme\"\n[[source]]\nid = \"page\"\nformat = \"statuspages\"\nurl = \"https://status.acme.example\"\n",
        &[
            "sources/acme/vendor.toml:4:10: source[0].format: `statuspages` is not a word for this; did you mean `statuspage`?",
        ],
    ),
    (
        "sources/acme/vendor.toml",
        "name = \"Acme\"\n[[source]]\nid = \"page\"\nformat = \"statuspage\"\nurl = \"https://status.acme.example\"\nevery = \"*/5 * * *\"\n",
        &[
            "sources/acme/vendor.toml:6:9: source[0].every: `*/5 * * *` is not a period; write a whole number and s, m, h or d, as \"60s\"",
        ],
    ),
    (
        "sources/acme/vendor.toml",
        "name = \"Acme\"\n[[source]]\nid = \"page\"\nformat = \"statuspage\"\nurl = \"https://status.acme.example\"\ncron = \"0 0 31 2 *\"\n",
        &["sources/acme/vendor.toml:6:8: source[0].cron: this time never comes; check the day and the month"],
    ),
];
