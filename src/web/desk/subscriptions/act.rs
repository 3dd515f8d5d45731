//! Acts on subscriptions from the page.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::fields::Wrong;
use super::super::go;
use super::super::posted::Posted;
use super::form::Draft;
use super::{actor, one_page, see, shown};
use crate::pipeline::hand::NotTaken;
use crate::pipeline::own::{self, Act};
use crate::web::fault::Fault;
use crate::web::router::Site;

/// Whether only the meaning is wanted, and nothing done.
fn is_only_seen(posted: &mut Posted) -> bool {
    posted.fields.take("step") == "see"
}

/// Makes one, or shows what it would mean.
pub async fn make(State(site): State<Arc<Site>>, mut posted: Posted) -> Response {
    let compiled = site.app.compiled();
    let sees = is_only_seen(&mut posted);
    let draft = Draft::read(&mut posted.fields, &compiled);
    let viewer = &posted.viewer;
    let choice = match draft.choice(&compiled) {
        Ok(choice) => choice,
        Err(wrong) => return shown(&site, viewer, draft, wrong, None).await,
    };
    if sees {
        return match see(&site, &choice).await {
            Ok(seen) => shown(&site, viewer, draft, Vec::new(), Some(seen)).await,
            Err(error) => Fault::from(error).page(),
        };
    }
    let address = match draft.address() {
        Ok(address) => address,
        Err(wrong) => return shown(&site, viewer, draft, vec![wrong], None).await,
    };
    match own::ask(&site.app.store, &compiled, &address, &choice, &actor(viewer), site.app.now()).await {
        Ok(_) => go("/subscriptions"),
        Err(NotTaken::Senseless(why)) => {
            shown(&site, viewer, draft, vec![Wrong::new("address", format!("{why}."))], None).await
        }
        Err(NotTaken::Store(error)) => Fault::from(error).page(),
    }
}

/// Changes one, or shows what that would mean.
pub async fn change(State(site): State<Arc<Site>>, Path(id): Path<String>, mut posted: Posted) -> Response {
    let compiled = site.app.compiled();
    let sees = is_only_seen(&mut posted);
    let draft = Draft::read(&mut posted.fields, &compiled);
    let viewer = &posted.viewer;
    let choice = match draft.choice(&compiled) {
        Ok(choice) => choice,
        Err(wrong) => return one_page(&site, viewer, &id, Some(draft), wrong, None).await,
    };
    if sees {
        return match see(&site, &choice).await {
            Ok(seen) => one_page(&site, viewer, &id, Some(draft), Vec::new(), Some(seen)).await,
            Err(error) => Fault::from(error).page(),
        };
    }
    done(&site, &posted, &id, Act::Change(Box::new(choice))).await
}

async fn done(site: &Site, posted: &Posted, id: &str, act: Act) -> Response {
    match own::act(&site.app.store, id, act, &actor(&posted.viewer), site.app.now()).await {
        Ok(_) => go("/subscriptions"),
        Err(NotTaken::Senseless(why)) => Fault::new(StatusCode::CONFLICT, format!("{why}.")).page(),
        Err(NotTaken::Store(error)) => Fault::from(error).page(),
    }
}

/// It rests.
pub async fn pause(State(site): State<Arc<Site>>, Path(id): Path<String>, posted: Posted) -> Response {
    done(&site, &posted, &id, Act::Pause).await
}

/// It tells again.
pub async fn resume(State(site): State<Arc<Site>>, Path(id): Path<String>, posted: Posted) -> Response {
    done(&site, &posted, &id, Act::Resume).await
}

/// It is left.
pub async fn leave(State(site): State<Arc<Site>>, Path(id): Path<String>, posted: Posted) -> Response {
    done(&site, &posted, &id, Act::Leave).await
}

/// It cannot be left by its owner.
pub async fn lock(State(site): State<Arc<Site>>, Path(id): Path<String>, posted: Posted) -> Response {
    done(&site, &posted, &id, Act::Lock).await
}

/// It can again.
pub async fn unlock(State(site): State<Arc<Site>>, Path(id): Path<String>, posted: Posted) -> Response {
    done(&site, &posted, &id, Act::Unlock).await
}
