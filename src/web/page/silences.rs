//! What somebody does not want to be told for a while: what holds, what it keeps silent, and what is over.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::model::silence::Silence;
use crate::store::StoreError;
use crate::web::fault::{self, Fault};
use crate::web::hush;
use crate::web::now::{Now, Trouble};
use crate::web::router::Site;
use crate::web::view::card::{link, sentence};
use crate::web::view::{Frame, Theirs, When};
use crate::web::who::{May, Viewer, Way};

/// Silences that are over.
const OVER: i64 = 20;

#[derive(Template)]
#[template(path = "page/silences.html")]
struct Silences {
    frame: Frame,
    holding: Vec<Row>,
    over: Vec<Row>,
    can_act: bool,
    form: String,
}

struct Row {
    id: String,
    about: Theirs,
    author: String,
    reason: Theirs,
    from: When,
    until: When,
    /// What it keeps silent now: where it leads, and what.
    under: Vec<(String, String)>,
}

/// The page.
pub async fn page(State(site): State<Arc<Site>>) -> Response {
    match gather(&site).await {
        Ok(page) => fault::html(&page),
        Err(error) => Fault::from(error).page(),
    }
}

async fn gather(site: &Site) -> Result<Silences, StoreError> {
    let now = Now::gather(&site.app).await?;
    let over = site.app.store.silences_over(now.at, OVER).await?;
    let viewer = Viewer::now();
    let troubles = now.troubles();
    Ok(Silences {
        frame: Frame::new(&now, "silences", "/silences", site.app.token.is_some()),
        holding: now.silences.iter().map(|silence| row(&now, silence, &troubles)).collect(),
        over: over.iter().map(|silence| row(&now, silence, &[])).collect(),
        can_act: viewer.way == Way::Session && viewer.may >= May::Act,
        form: viewer.form.unwrap_or_default(),
    })
}

fn row(now: &Now, silence: &Silence, troubles: &[Trouble<'_>]) -> Row {
    let said = |trouble: &Trouble<'_>| {
        let (lead, effect) = trouble.hurts.first()?;
        Some((link(trouble), sentence(now, lead, effect.impact)))
    };
    Row {
        id: silence.id.clone(),
        about: Theirs { words: crate::model::text::line(&silence.about.to_string(), 600) },
        author: silence.author.clone(),
        reason: Theirs { words: crate::model::text::line(&silence.reason, 400) },
        from: When::without_age(now, silence.from),
        until: When::of(now, silence.until),
        under: hush::under(now, troubles, silence).into_iter().filter_map(said).collect(),
    }
}
