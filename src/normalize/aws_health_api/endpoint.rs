//! Where the AWS Health API is asked, and how: its calls are posted, and named here in addresses as if they were got.
//!
//! The API has one region that answers for all and one that stands by: `us-east-1` and `us-east-2`, in China
//! `cn-northwest-1` and `cn-north-1`. The global name leads to whichever is active, but the signature names a region, so a
//! refusal of the region is a sign that the other one is active. From `docs.aws.amazon.com/health/latest/ug/health-api.html`,
//! read 2026-11.

use serde_json::Value;
use url::Url;

use crate::model::vendor::Source;
use crate::normalize::{Call, Request};

/// Its name in the header that says what is called.
const TARGET: &str = "AWSHealth_20160804";
const CONTENT_TYPE: &str = "application/x-amz-json-1.1";
/// The role of a source under which another address for the region that stands by may be named.
const STANDBY: &str = "standby";

/// A place that is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    url: Url,
    region: String,
}

impl Endpoint {
    /// The place that the source names.
    pub fn first(url: &Url) -> Self {
        let host = url.host_str().unwrap_or_default();
        let usual = if host.ends_with(".cn") { "cn-northwest-1" } else { "us-east-1" };
        Self { url: root(url), region: region(host).unwrap_or(usual).to_owned() }
    }

    /// The place that stands by, where there is one.
    pub fn standby(source: &Source, url: &Url) -> Option<Self> {
        if let Some((_, named)) = source.roles.iter().find(|(role, _)| role == STANDBY) {
            let region = named.host_str().and_then(region).unwrap_or("us-east-2").to_owned();
            return Some(Self { url: root(named), region });
        }
        let (host, region) = match url.host_str()? {
            "global.health.amazonaws.com" | "health.us-east-1.amazonaws.com" => {
                ("health.us-east-2.amazonaws.com", "us-east-2")
            }
            "global.health.amazonaws.com.cn" | "health.cn-northwest-1.amazonaws.com.cn" => {
                ("health.cn-north-1.amazonaws.com.cn", "cn-north-1")
            }
            _ => return None,
        };
        let mut there = root(url);
        there.set_host(Some(host)).ok()?;
        Some(Self { url: there, region: region.to_owned() })
    }

    /// The request that stands for a call.
    pub fn request(&self, role: &'static str, operation: &str, body: &Value) -> Request {
        let mut url = self.url.clone();
        url.set_path(operation);
        url.query_pairs_mut().append_pair("region", &self.region).append_pair("body", &body.to_string());
        Request { role, url, accept: "application/json" }
    }
}

/// The call that such a request stands for.
pub fn call(url: &Url) -> Option<Call> {
    let said = |name: &str| url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned());
    let operation = url.path().trim_start_matches('/');
    Some(Call {
        url: root(url),
        service: "health",
        region: said("region")?,
        target: format!("{TARGET}.{operation}"),
        content_type: CONTENT_TYPE,
        body: said("body")?,
    })
}

fn root(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_path("/");
    url.set_query(None);
    url.set_fragment(None);
    url
}

/// The region in `health.us-east-1.amazonaws.com`.
fn region(host: &str) -> Option<&str> {
    host.strip_prefix("health.")?.split_once(".amazonaws.com").map(|(region, _)| region)
}
