//! Ways to receivers that are services, as `run` sets them up, with secrets that the test knows.

use std::collections::BTreeMap;
use std::time::Duration;

use bellwether::delivery::preset::Party;
use bellwether::delivery::webhook::Hooks;
use bellwether::model::secret::Secret;
use bellwether::model::subscription::{Receiver, SecretRef, Way};
use bellwether::outgoing::client::Options;
use bellwether::pipeline::deliver::Ways;

/// What requests are made of: nothing private is allowed but what a receiver allows.
pub fn hooks(deadline: Duration) -> Hooks {
    rustls::crypto::ring::default_provider().install_default().ok();
    let options = Options {
        user_agent: "Bellwether/test".into(),
        connect_deadline: Duration::from_secs(5),
        allow_private: Vec::new(),
        proxy: None,
        extra_roots_pem: Vec::new(),
    };
    Hooks::new(options, deadline).unwrap()
}

/// A service with its secrets, which stand in `environment`.
pub fn party(receiver: &Receiver, environment: &[(&str, &str)]) -> Option<Result<Party, String>> {
    let Way::Preset(preset) = &receiver.way else { return None };
    let value = |secret: &SecretRef| match secret {
        SecretRef::Env(name) => environment.iter().find(|(known, _)| known == name).map(|(_, value)| *value),
        SecretRef::File(_) => None,
    };
    let secrets = preset.service.secrets().into_iter();
    let found = secrets.map(|(key, secret)| Some((key, Secret::new(value(secret)?.to_owned()))));
    let found = found.collect::<Option<BTreeMap<_, _>>>().ok_or_else(|| "a secret is missing".to_owned());
    Some(found.map(|secrets| Party::new((**preset).clone(), secrets)))
}

/// The ways to these receivers.
pub fn to(receivers: Vec<Receiver>, environment: &[(&str, &str)]) -> Ways {
    let parties = receivers.iter().filter_map(|r| Some((r.id.clone(), party(r, environment)?))).collect();
    Ways {
        receivers: receivers.into_iter().map(|r| (r.id.clone(), r)).collect(),
        relay: None,
        hooks: hooks(Duration::from_secs(15)),
        endpoints: BTreeMap::new(),
        parties,
        wording: Default::default(),
        process: "test".into(),
    }
}
