//! A small hospital round the program as a process: a vendor's page that says what it is told to, and an endpoint that
//! takes webhooks.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::hospital::{incident, page};
use super::hostile::{Hostile, answer};
use super::http::HttpReceiver;
use super::process::Program;

/// What surrounds the program.
pub struct Ward {
    pub page: Hostile,
    pub hook: HttpReceiver,
    incidents: Arc<Mutex<Vec<Value>>>,
}

pub const INVENTORY: &str = "[[service]]\nid = \"ehr\"\nname = \"EHR\"\ntier = \"clinical\"\nneeds = [{ vendor = \"acme\", without = \"stops\" }]\n";

impl Ward {
    pub async fn open() -> Self {
        let incidents: Arc<Mutex<Vec<Value>>> = Arc::default();
        let all = Arc::clone(&incidents);
        let page = Hostile::new(move |asked| {
            if asked.target.contains("incidents.json") {
                return answer("404 Not Found", &[], "");
            }
            let body = page(&["Sign-in"], json!(*all.lock().unwrap()), json!([])).to_string();
            answer("200 OK", &["content-type: application/json"], body)
        })
        .await;
        Self { page, hook: HttpReceiver::answering("204 No Content", "", "").await, incidents }
    }

    /// One more incident at the vendor.
    pub fn one_more(&self) -> String {
        let mut all = self.incidents.lock().unwrap();
        let number = all.len() + 1;
        let title = format!("Synthetic {number}");
        let words = ["We look into it.", "We found it."];
        let mut said = incident(&format!("i{number}"), &title, "major", None, words);
        // Of today: what has been silent for weeks at a first look is told to nobody.
        let now = json!(Timestamp::now());
        for key in ["created_at", "started_at"] {
            said[key] = now.clone();
        }
        for update in said["incident_updates"].as_array_mut().unwrap() {
            update["display_at"] = now.clone();
        }
        all.push(said);
        title
    }

    /// The files of the hospital: the page is looked at every second, each change of what hurts goes to the endpoint.
    pub fn furnish(&self, program: &Program) {
        program.write("config/inventory.toml", INVENTORY);
        let hook = self.hook.url();
        program.write("config/subscriptions.toml", &format!("[[receiver]]\nid = \"noc\"\nwebhook = \"{hook}\"\nallow_private = true\nsecrets = [{{ file = \"key\" }}]\n[[subscription]]\nid = \"all\"\nreceivers = [\"noc\"]\n"));
        program.write("key", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let url = self.page.url("/");
        program.write(
            "sources/acme/vendor.toml",
            &format!(
                "name = \"Acme\"\n[[source]]\nid = \"page\"\nformat = \"statuspage\"\nurl = \"{url}\"\nevery = \"1s\"\n"
            ),
        );
    }

    /// How many webhooks came that tell of this.
    pub fn told(&self, title: &str) -> usize {
        let all = self.hook.requests();
        all.iter().filter(|request| String::from_utf8_lossy(&request.body).contains(&format!("{title}\""))).count()
    }
}

/// What the program needs to reach the ward.
pub const SETTINGS: &str = "[polling]\nallow_private = [\"127.0.0.0/8\"]\n";
