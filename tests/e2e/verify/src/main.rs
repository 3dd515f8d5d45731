//! Reads messages, one JSON object a line, and says how many hold and how many do not, by the official library.

use std::io::BufRead;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use serde_json::Value;
use standardwebhooks::Webhook;

fn main() {
    let (mut right, mut wrong) = (0, 0);
    for line in std::io::stdin().lock().lines() {
        let told: Value = serde_json::from_str(&line.expect("lines")).expect("JSON");
        let mut headers = HeaderMap::new();
        for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
            headers.insert(name, told[name].as_str().expect("a header").parse().expect("a header"));
        }
        let body = STANDARD.decode(told["body"].as_str().expect("a body")).expect("base64");
        let holds = |secret: &Value| {
            Webhook::new(secret.as_str().expect("a secret")).expect("a key").verify(&body, &headers).is_ok()
        };
        for (name, expected) in [("accept", true), ("refuse", false)] {
            for secret in told[name].as_array().expect("secrets") {
                if holds(secret) == expected { right += 1 } else { wrong += 1 }
            }
        }
    }
    println!("{right} {wrong}");
}
