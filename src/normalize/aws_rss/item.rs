//! One item: an update.

use jiff::SignedDuration;

use crate::model::impact::Impact;
use crate::model::snapshot::Snapshot;
use crate::model::stated::Stated;
use crate::model::text;
use crate::normalize::channel::Item;
use crate::normalize::field::Place;
use crate::normalize::{document, keyed, moment};

/// How far the time of an item may be from the second in its name: AWS's are the same.
const APART: SignedDuration = SignedDuration::from_mins(10);

/// What an item tells.
#[derive(Debug, Clone)]
pub struct Told {
    /// The key of the service in its region, `ec2-us-east-1`.
    pub service: String,
    /// The name of the service, where the feed is of one alone.
    pub name: Option<String>,
    /// The second in its own name: AWS's, the same as its time.
    pub second: String,
    /// When it was said.
    pub at: Stated,
    /// The title without the words before it.
    pub title: String,
    /// Those words: `Service impact`.
    pub word: String,
    /// How bad it is by them; `Operational` where it is over.
    pub impact: Impact,
    /// The text.
    pub text: String,
}

/// Reads an item; `None` where it names no service, or two times.
pub fn read(item: &Item, name: Option<&str>, place: Place<'_>, into: &mut Snapshot) -> Option<Told> {
    let Some((service, second)) = named(&item.id) else {
        into.warn(place.field("guid"), format!("names no service and second: {:?}", text::line(&item.id, 80)));
        return None;
    };
    let at_second = Stated::epoch_seconds(second.parse().unwrap_or(i64::MAX), &second);
    let published = item.published.as_deref().map(moment::stated);
    let agrees = |stated: &Stated| match (stated.at, at_second.at) {
        (Some(published), Some(named)) => published.duration_since(named).abs() <= APART,
        _ => false,
    };
    // The order of updates decides what is over, so it rests on both.
    let Some(at) = published.filter(agrees) else {
        into.warn(place.field("pubDate"), "is not the time in its guid; the item is left");
        return None;
    };
    let (word, title) = split(&item.title);
    let impact = impact(&word).unwrap_or_else(|| {
        into.warn(place.field("title"), format!("begins with words never seen: {word:?}"));
        Impact::Unknown
    });
    let text = document::plain(&item.text);
    Some(Told { service, name: name.map(str::to_owned), second, at, title, word, impact, text })
}

/// The service and the second in `https://status.aws.amazon.com/#ec2-us-east-1_1787025679`.
fn named(id: &str) -> Option<(String, String)> {
    let (service, second) = id.rsplit_once('#').map_or(id, |(_, name)| name).rsplit_once('_')?;
    let is_second = !second.is_empty() && second.len() <= 12 && second.bytes().all(|b| b.is_ascii_digit());
    is_second.then(|| Some((keyed::key(service)?, second.to_owned())))?
}

/// The words before the colon, and the title behind them. `[RESOLVED]` is one of the words.
fn split(title: &str) -> (String, String) {
    let title = text::title(title);
    let (word, rest) = title.split_once(": ").unwrap_or(("", &title));
    let is_over = rest.trim_start().to_ascii_uppercase().starts_with("[RESOLVED]");
    let rest = if is_over { rest.trim_start().get("[RESOLVED]".len()..).unwrap_or_default() } else { rest };
    let word = if is_over { format!("{word}: [RESOLVED]") } else { word.to_owned() };
    (word, rest.trim().to_owned())
}

/// The words of AWS's four numbers: 0 to 3.
fn impact(word: &str) -> Option<Impact> {
    let lower = word.to_ascii_lowercase();
    Some(match lower.as_str() {
        word if word.ends_with("[resolved]") || word.starts_with("service is operating normally") => {
            Impact::Operational
        }
        "informational message" | "service impact" => Impact::Degraded,
        "service degradation" | "performance issues" => Impact::PartialOutage,
        "service disruption" => Impact::MajorOutage,
        _ => return None,
    })
}
