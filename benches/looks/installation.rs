//! An installation as `run` makes it: a store on the disk, the network, the loops.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bellwether::clock::Clock;
use bellwether::delivery::mail::Mailbox;
use bellwether::delivery::mailer::{MailSettings, Mailer, Tls};
use bellwether::delivery::webhook::{Endpoint, Hooks};
use bellwether::fetch::{Fetcher, Settings};
use bellwether::model::id::SourceId;
use bellwether::model::subscription::Email;
use bellwether::model::vendor::Source;
use bellwether::normalize::Request;
use bellwether::outgoing::client::Options;
use bellwether::pipeline::compiled::Compiled;
use bellwether::pipeline::deliver::{Delivery, Relay, Ways};
use bellwether::pipeline::look::{Ask, Asked};
use bellwether::scheduler::deliverer::Deliverer;
use bellwether::scheduler::network::Network;
use bellwether::scheduler::watch::{Told, Watch};
use bellwether::store::{Store, StoreError};
use tempfile::TempDir;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::delay::{Far, Moments};
use crate::mock::Mock;
use crate::support::{self, Addresses, Size};

/// How many look at the same time, as the settings have it.
pub const WORKERS: usize = 16;

pub struct Installation {
    folder: TempDir,
    pub store: Store,
    pub compiled: Arc<Compiled>,
    pub ask: Arc<dyn Ask>,
    ways: Arc<Ways>,
    pub moments: Moments,
}

struct Places<'a> {
    mock: &'a Mock,
    /// The port of the webhooks; without one, receivers get mails.
    hooks: Option<u16>,
}

impl Addresses for Places<'_> {
    fn page(&self, vendor: usize) -> Url {
        self.mock.page(vendor)
    }
    fn hook(&self, receiver: usize) -> Option<Url> {
        self.hooks.map(|port| format!("http://127.0.0.1:{port}/{receiver}").parse().unwrap())
    }
}

/// The network, noting when each source's answer was read.
struct Noting {
    network: Network,
    moments: Moments,
}

#[async_trait]
impl Ask for Noting {
    async fn ask(&self, source: &Source, request: &Request, may_be_same: bool) -> Asked {
        let asked = self.network.ask(source, request, may_be_same).await;
        self.moments.answered(source);
        asked
    }
}

impl Installation {
    pub async fn new(mock: &Mock, size: Size, receivers: usize, every: Duration) -> Self {
        // Beside the build, where the disk is a disk.
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        Self::at(folder, Far::Hooks, mock, size, receivers, every).await
    }

    /// With other far sides.
    pub async fn to(far: Far, mock: &Mock, size: Size, receivers: usize, every: Duration) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        Self::at(folder, far, mock, size, receivers, every).await
    }

    pub async fn at(folder: TempDir, far: Far, mock: &Mock, size: Size, receivers: usize, every: Duration) -> Self {
        let moments = Moments::default();
        let port = moments.listen(far).await;
        let places = Places { mock, hooks: (far != Far::Mails).then_some(port) };
        let store = Store::open(folder.path()).await.unwrap();
        let compiled = Arc::new(support::compiled(size, receivers, every, &places));
        let allow_private = vec!["127.0.0.0/8".parse().unwrap()];
        let fetcher = Fetcher::new(Settings { allow_private: allow_private.clone(), ..Settings::default() }).unwrap();
        let options = Options {
            user_agent: "Bellwether/bench".to_owned(),
            connect_deadline: Duration::from_secs(5),
            allow_private,
            proxy: None,
            extra_roots_pem: Vec::new(),
        };
        let all = || (0..receivers).map(|n| support::receiver(n, &places));
        let endpoint = |n| Some(Endpoint { url: places.hook(n)?, keys: Vec::new(), allow_private: true });
        let ways = Ways {
            receivers: all().map(|r| (r.id.clone(), r)).collect(),
            relay: (far == Far::Mails).then(|| relay(port)),
            hooks: Hooks::new(options, Duration::from_secs(15)).unwrap(),
            endpoints: all().enumerate().filter_map(|(n, r)| Some((r.id, Ok(endpoint(n)?)))).collect(),
            parties: std::collections::BTreeMap::new(),
            process: "bench".to_owned(),
        };
        let ask = Arc::new(Noting { network: Network::new(fetcher), moments: moments.clone() });
        Self { folder, store, compiled, ask, ways: Arc::new(ways), moments }
    }

    /// Starts what `run` starts.
    pub fn watch(&self) -> Running {
        let (told, mut heard) = mpsc::channel::<Told>(256);
        let (delivered, mut accepted) = mpsc::channel(256);
        let (stop, woken) = (CancellationToken::new(), Arc::new(Notify::new()));
        let watch = Watch {
            store: self.store.clone(),
            compiled: watch::channel(Arc::clone(&self.compiled)).1,
            ask: watch::channel(Arc::clone(&self.ask) as Arc<dyn Ask>).1,
            clock: Clock::real(),
            workers: WORKERS,
            told,
            pulse: Arc::default(),
            found: Arc::default(),
            strange: mpsc::channel(1).0,
        };
        let deliverer = self.deliverer(&woken, delivered);
        let (counted, wake) = (Counted::default(), Arc::clone(&woken));
        let mut tasks = JoinSet::new();
        let (token, counts) = (stop.clone(), counted.clone());
        tasks.spawn(async move { Arc::new(watch).run(token).await.unwrap() });
        tasks.spawn(deliverer.run(stop.clone()));
        tasks.spawn(async move {
            while let Some(told) = heard.recv().await {
                let happened = told.happened.unwrap();
                if happened.notices.iter().any(|n| n.sent) {
                    woken.notify_one();
                }
                counts.count(told.source);
            }
        });
        tasks.spawn(async move { while accepted.recv().await.is_some() {} });
        Running { stop, tasks, counted, woken: wake }
    }

    fn deliverer(&self, woken: &Arc<Notify>, told: mpsc::Sender<Result<Delivery, StoreError>>) -> Deliverer {
        Deliverer {
            store: self.store.clone(),
            ways: watch::channel(Arc::clone(&self.ways)).1,
            compiled: watch::channel(Arc::clone(&self.compiled)).1,
            clock: Clock::real(),
            woken: Arc::clone(woken),
            told,
            pulse: Arc::default(),
        }
    }

    /// Starts only what delivers.
    pub fn deliver(&self) -> Running {
        let (delivered, mut accepted) = mpsc::channel(256);
        let (stop, woken) = (CancellationToken::new(), Arc::new(Notify::new()));
        let mut tasks = JoinSet::new();
        tasks.spawn(self.deliverer(&woken, delivered).run(stop.clone()));
        tasks.spawn(async move { while accepted.recv().await.is_some() {} });
        Running { stop, tasks, counted: Counted::default(), woken }
    }

    pub async fn close(self) -> TempDir {
        self.store.close().await;
        self.folder
    }
}

/// A relay on this machine, without TLS or a login.
fn relay(port: u16) -> Relay {
    let from = Mailbox { name: None, email: Email::parse("bellwether@northfield.example").unwrap() };
    let settings = MailSettings {
        host: "127.0.0.1".into(),
        port,
        tls: Tls::None,
        extra_roots_pem: Vec::new(),
        login: None,
        from: from.clone(),
        hello: "northfield.example".into(),
        deadline: Duration::from_secs(20),
    };
    Relay { mailer: Mailer::new(settings).unwrap(), from, domain: "northfield.example".into() }
}

#[derive(Clone, Default)]
struct Counted {
    looks: Arc<AtomicUsize>,
    seen: Arc<Mutex<BTreeSet<SourceId>>>,
}

impl Counted {
    fn count(&self, source: Option<SourceId>) {
        let Some(source) = source else { return };
        self.looks.fetch_add(1, Ordering::SeqCst);
        let mut seen = self.seen.lock().unwrap();
        if !seen.contains(&source) {
            seen.insert(source);
        }
    }
}

pub struct Running {
    stop: CancellationToken,
    tasks: JoinSet<()>,
    counted: Counted,
    pub woken: Arc<Notify>,
}

impl Running {
    pub fn looks(&self) -> usize {
        self.counted.looks.load(Ordering::SeqCst)
    }

    /// Until `sources` were looked at for the first time, and then until each was looked at once more.
    pub async fn all_were_looked_at(&self, sources: usize, once_more: Duration) {
        while self.counted.seen.lock().unwrap().len() < sources {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        tokio::time::sleep(once_more).await;
    }

    pub async fn stop(mut self) {
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
    }
}
