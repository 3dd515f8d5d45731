//! The stage of a story: the real program, with its loops, its store and its pages, in a folder of its own; the vendors'
//! pages that it looks at; and those who are told. Nothing of the user's own data is touched.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::announcer::Announcer;
use super::ear::Listener;
use super::far::{Arrival, Far};
use super::hospital;
use super::mailbox;
use super::pace::{Pace, Progress};
use super::scratch::Scratch;
use super::story::{Act, Entry, Post, Story, What};
use super::telling::{Line, Telling};
use crate::clock::Clock;
use crate::commands::inbox::{Answer, Inbox};
use crate::commands::run::draw_salt;
use crate::commands::run::loops::Loops;
use crate::commands::run::reload::{Made, Outlets};
use crate::commands::setup::Sound;
use crate::config::subscriptions::Subscriptions;
use crate::model::id::{Ids, IncidentId, VendorId};
use crate::pipeline::compiled::Compiled;
use crate::pipeline::deliver::Ways;
use crate::pipeline::hand::{self, Word};
use crate::pipeline::templated::Wording;
use crate::scheduler::network::Network;
use crate::store::Store;
use crate::web::token::Token;

/// How long an entry may wait for its answer, in real time.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// How long what has begun may take to end.
const GRACE: Duration = Duration::from_secs(10);
/// The octets of the key that the demo's webhooks are signed with.
const KEY_OCTETS: usize = 32;

/// Who is told.
pub enum Cast {
    /// People who do not exist, by a mailbox and a listener of ours.
    Ours,
    /// Real receivers, by the user's own ways.
    Theirs {
        /// The organisation's name.
        organisation: String,
        /// The receivers, and a subscription that leads to them all.
        subscriptions: Subscriptions,
        /// The ways to them.
        ways: Box<Ways>,
    },
}

/// A stage that is set.
pub struct Stage {
    /// The story.
    pub story: Arc<Story>,
    /// Its time.
    pub clock: Clock,
    /// Where it is told.
    pub telling: Arc<Telling>,
    /// What the program knows.
    pub store: Store,
    /// The configuration.
    pub compiled: Arc<Compiled>,
    /// The far sides.
    pub far: Arc<Far>,
    /// Where people see what arrived.
    pub arrived_at: String,
    progress: Arc<Progress>,
    /// Hands the configuration out, always the same.
    outlets: Outlets,
    inbox: Inbox,
    incidents: BTreeMap<String, IncidentId>,
    speed: f64,
    stop: CancellationToken,
    tasks: TaskTracker,
    _folder: Scratch,
}

/// The servers on this machine, before anybody uses them.
struct Doors {
    pages: TcpListener,
    far: TcpListener,
    mailbox: TcpListener,
}

impl Doors {
    async fn open(listen: Option<SocketAddr>) -> Result<Self> {
        let any = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let pages = match listen {
            Some(address) => TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?,
            None => any().await?,
        };
        Ok(Self { pages, far: any().await?, mailbox: any().await? })
    }
}

impl Stage {
    /// Sets the stage: from here on the program runs, and the story's clock with it.
    ///
    /// # Errors
    /// A folder or a port that cannot be had.
    pub async fn set(
        story: Story,
        cast: Cast,
        listen: Option<SocketAddr>,
        speed: f64,
        telling: Arc<Telling>,
        stop: &CancellationToken,
    ) -> Result<Self> {
        let story = Arc::new(story);
        let folder = Scratch::new("drill")?;
        let doors = Doors::open(listen).await?;
        let token = Token::demanded(doors.pages.local_addr()?, None)?;
        let pages = format!("http://{}", doors.pages.local_addr()?);
        let key: [u8; KEY_OCTETS] = rand::random();
        let (sound, ways, is_ours) = wire(&story, cast, &doors, &pages, &folder, &key)?;

        let clock = Clock::running(story.begin, speed);
        let store = Store::open(&sound.settings.database.folder).await?;
        let salt = store.salt(&draw_salt()).await?;
        let compiled = Arc::new(sound.compiled(Ids::salted(salt)).for_a_drill());
        let made = Made {
            compiled: Arc::clone(&compiled),
            ask: Arc::new(Network::new(sound.fetcher()?)),
            ways: Arc::new(ways),
            heart: None,
            retention: sound.settings.retention.clone(),
        };
        let (told, arrivals) = mpsc::channel(256);
        let arrived_at = format!("http://{}", doors.far.local_addr()?);
        let far = Far {
            story: Arc::clone(&story),
            clock: clock.clone(),
            key: key.to_vec(),
            pages,
            arrived: std::sync::Mutex::default(),
            told,
        };
        let stage = Self {
            outlets: made.outlets(clock.now()),
            inbox: Inbox::of(&sound.settings.database.folder),
            story,
            clock,
            telling,
            store,
            compiled,
            far: Arc::new(far),
            arrived_at,
            progress: Arc::default(),
            incidents: BTreeMap::new(),
            speed,
            stop: stop.child_token(),
            tasks: TaskTracker::new(),
            _folder: folder,
        };
        stage.begin(doors, token, &sound, is_ours, arrivals)?;
        Ok(stage)
    }

    fn begin(
        &self,
        doors: Doors,
        token: Option<Token>,
        sound: &Sound,
        is_ours: bool,
        arrivals: mpsc::Receiver<Arrival>,
    ) -> Result<()> {
        let (taken, mails) = mpsc::channel(64);
        self.tasks.spawn(Arc::clone(&self.far).serve(doors.far, self.stop.clone()));
        self.tasks.spawn(mailbox::serve(doors.mailbox, taken, self.stop.clone()));
        self.tasks.spawn(Arc::clone(&self.far).keep_mails(mails));
        let announcer = Announcer {
            store: self.store.clone(),
            story: Arc::clone(&self.story),
            telling: Arc::clone(&self.telling),
            progress: Arc::clone(&self.progress),
            last: String::new(),
        };
        self.tasks.spawn(announcer.announce(arrivals, self.stop.clone()));
        let loops = Loops {
            store: self.store.clone(),
            clock: self.clock.clone(),
            stop: self.stop.clone(),
            tasks: self.tasks.clone(),
        };
        let ear = Listener {
            telling: Arc::clone(&self.telling),
            progress: Arc::clone(&self.progress),
            clock: self.clock.clone(),
            tells_deliveries: !is_ours,
            failing: BTreeMap::new(),
        };
        let (_, never) = mpsc::channel(1);
        loops.start_with(sound, &self.outlets, ear, never, (doors.pages, token))
    }

    /// Plays the story to its end, or until it is stopped. Whether it came to its end.
    ///
    /// # Errors
    /// What somebody enters is not taken.
    pub async fn play(&mut self) -> Result<bool> {
        let story = Arc::clone(&self.story);
        for moment in &story.moments {
            self.pace().until(moment.at).await;
            if self.stop.is_cancelled() {
                return Ok(false);
            }
            self.progress.stir(moment.at);
            match &moment.what {
                What::Post(post) => self.post(moment.at, post)?,
                What::Word(entry) => self.enter(moment.at, entry).await?,
                What::Aside(words) => {
                    let facts = json!({});
                    let line = Line { kind: "aside", label: "(unseen)", words: words.clone(), facts };
                    self.telling.tell(moment.at, &line);
                }
            }
        }
        self.pace().until(story.end).await;
        self.pace().settle().await;
        Ok(!self.stop.is_cancelled())
    }

    fn pace(&self) -> Pace<'_> {
        Pace { clock: &self.clock, speed: self.speed, progress: &self.progress, store: &self.store, stop: &self.stop }
    }

    fn name(&self, vendor: &VendorId) -> String {
        self.compiled.vendors.get(vendor).map_or_else(|| vendor.to_string(), |vendor| vendor.name.clone())
    }

    /// The vendor's page says it as soon as the clock shows the time; here it is only told.
    fn post(&self, at: jiff::Timestamp, post: &Post) -> Result<()> {
        let title = post.title.as_ref().map(|title| format!("\u{201c}{title}.\u{201d} ")).unwrap_or_default();
        let words = if post.gone {
            post.text.clone()
        } else {
            format!("{}, on its page: {title}{}", self.name(&post.vendor), post.text)
        };
        let facts = json!({ "vendor": post.vendor.as_str(), "incident": post.incident });
        self.telling.tell(at, &Line { kind: "post", label: "says", words, facts });
        if let Some(page) = self.story.pages.iter().find(|page| page.vendor == post.vendor) {
            self.progress.expect(hospital::source_of(page)?, at);
        }
        Ok(())
    }

    async fn enter(&mut self, at: jiff::Timestamp, entry: &Entry) -> Result<()> {
        let title = entry.title.as_ref().map(|title| format!("\u{201c}{title}.\u{201d} ")).unwrap_or_default();
        let act = match entry.act {
            Act::Open => "opens by hand",
            Act::Update => "adds",
            Act::Resolve => "ends it",
        };
        let words = format!("{} {act}, {}: {title}{}", entry.author, self.name(&entry.vendor), entry.text);
        let facts = json!({ "vendor": entry.vendor.as_str(), "incident": entry.incident, "author": entry.author });
        self.telling.tell(at, &Line { kind: "word", label: "enters", words, facts });
        let word = self.word(at, entry)?;
        self.inbox.leave(&word)?;
        match self.answer(&word.key).await? {
            Answer::Taken { incident, .. } => {
                self.incidents.insert(entry.incident.clone(), IncidentId(incident));
                Ok(())
            }
            Answer::Refused(why) => bail!("the story {}: what is entered at {at} is refused: {why}", self.story.name),
        }
    }

    fn word(&self, at: jiff::Timestamp, entry: &Entry) -> Result<Word> {
        let known = self.incidents.get(&entry.incident).cloned();
        let known = || known.with_context(|| format!("the story {}: {} is not open", self.story.name, entry.incident));
        let act = match entry.act {
            Act::Open => hand::Act::Open {
                vendor: entry.vendor.clone(),
                title: entry.title.clone().unwrap_or_default(),
                components: Vec::new(),
                regions: Vec::new(),
                since: entry.since,
            },
            Act::Update => hand::Act::Update { incident: known()? },
            Act::Resolve => hand::Act::Resolve { incident: known()? },
        };
        let key = uuid::Uuid::now_v7().to_string();
        Ok(Word { key, at, author: entry.author.clone(), act, impact: entry.impact, text: Some(entry.text.clone()) })
    }

    async fn answer(&self, key: &str) -> Result<Answer> {
        let since = Instant::now();
        while since.elapsed() < ANSWER_WITHIN {
            if let Some(answer) = self.inbox.take_answer(key)? {
                return Ok(answer);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        bail!("the program did not take in what was entered within {} s", ANSWER_WITHIN.as_secs())
    }

    /// Ends the program, and removes its folder.
    pub async fn end(self) {
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(GRACE, self.tasks.wait()).await.is_err() {
            tracing::warn!("some of it did not end in time");
        }
        self.store.close().await;
    }
}

/// The program's configuration, the ways to those who are told, and whether they are ours.
fn wire(
    story: &Story,
    cast: Cast,
    doors: &Doors,
    pages: &str,
    folder: &Scratch,
    key: &[u8],
) -> Result<(Sound, Ways, bool)> {
    let data = folder.path().join("data");
    let far = doors.far.local_addr()?;
    let catalogue = Arc::new(hospital::catalogue()?);
    // The ways of real receivers bring theirs along.
    let wording = Wording::default();
    let (inventory, vendors) = (hospital::inventory()?, hospital::vendors(story, &catalogue, far)?);
    match cast {
        Cast::Ours => {
            let mut settings = hospital::settings(story, hospital::NAME, &data, Some(pages))?;
            settings.mail = Some(hospital::mail_to(doors.mailbox.local_addr()?)?);
            let secret = write_secret(folder.path(), key)?;
            let subscriptions = hospital::subscriptions(&format!("http://{far}/hook"), &secret)?;
            let sound = Sound { settings, inventory, subscriptions, vendors, catalogue, wording };
            let ways = sound.ways("demo".to_owned())?;
            Ok((sound, ways, true))
        }
        Cast::Theirs { organisation, subscriptions, ways } => {
            // The pages are on this machine alone, so no mail links to them.
            let settings = hospital::settings(story, &organisation, &data, None)?;
            Ok((Sound { settings, inventory, subscriptions, vendors, catalogue, wording }, *ways, false))
        }
    }
}

fn write_secret(folder: &Path, key: &[u8]) -> Result<std::path::PathBuf> {
    let path = folder.join("webhook-secret");
    std::fs::write(&path, format!("whsec_{}", STANDARD.encode(key))).with_context(|| path.display().to_string())?;
    Ok(path)
}
