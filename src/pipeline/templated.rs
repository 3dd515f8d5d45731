//! Messages in the organisation's own words: which template words what of a message, and our words wherever one fails.
//! A template never costs a message.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::alerting::message::parts::{Parts, parts};
use crate::alerting::template::Templates;
use crate::alerting::template::data::Data;
use crate::alerting::template::fault::{Fault, Kind};
use crate::delivery::preset::own;
use crate::model::card::{Card, Part};
use crate::model::id::{NotificationId, ReceiverId, TemplateSetId};
use crate::model::notification::{Facts, Message};
use crate::model::subscription::{Form, Receiver, Way};
use crate::model::template::Piece;
use crate::store::outbox::Frozen;
use crate::store::{StoreError, Writing};

/// Who words messages, and how.
#[derive(Debug, Clone, Default)]
pub struct Wording {
    /// All templates.
    pub templates: Templates,
    /// The receivers that have a set of their own.
    pub sets: BTreeMap<ReceiverId, TemplateSetId>,
}

/// A template that was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// Its name below the folder.
    pub name: String,
    /// What stood in it, as a word to compare.
    pub print: String,
    /// Why it could not be used; then our words went out.
    pub fault: Option<Fault>,
    /// What it wrote.
    pub written: String,
}

/// A message in words, and the templates that worded it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composed {
    /// It.
    pub frozen: Frozen,
    /// Templates of the organisation's own, with what came of each.
    pub uses: Vec<Use>,
}

/// Words one message.
pub struct Pen<'a> {
    templates: &'a Templates,
    set: Option<&'a TemplateSetId>,
    id: &'a NotificationId,
    facts: &'a Facts,
    parts: OnceCell<Parts>,
    /// The templates that were used.
    pub uses: Vec<Use>,
}

/// What of a mail a receiver gets.
#[must_use]
pub fn pieces(receiver: &Receiver) -> Vec<Piece> {
    match (&receiver.way, receiver.form) {
        (Way::Email(_), Form::Whole) => vec![Piece::Subject, Piece::Text, Piece::Html],
        (Way::Email(_), Form::Short { .. }) => vec![Piece::Short],
        (Way::Webhook { .. }, _) => Vec::new(),
        (Way::Preset(preset), _) => Piece::of_service(&preset.service).into_iter().collect(),
    }
}

impl Wording {
    /// What words a message to a receiver.
    #[must_use]
    pub fn pen<'a>(&'a self, receiver: &ReceiverId, id: &'a NotificationId, facts: &'a Facts) -> Pen<'a> {
        Pen::new(&self.templates, self.sets.get(receiver), id, facts)
    }
}

impl<'a> Pen<'a> {
    /// What words a message with that set.
    #[must_use]
    pub const fn new(
        templates: &'a Templates,
        set: Option<&'a TemplateSetId>,
        id: &'a NotificationId,
        facts: &'a Facts,
    ) -> Self {
        Self { templates, set, id, facts, parts: OnceCell::new(), uses: Vec::new() }
    }

    /// The same message as a receiver of mail gets it. A question to the owner of an address is never worded anew: it
    /// must say what he is asked.
    pub fn mail(&mut self, form: Form, message: Message) -> Message {
        if self.facts.asks.is_some() {
            return message;
        }
        let is_short = self.facts.course.shortened || form != Form::Whole;
        let mut said =
            |wanted: bool, piece, ours: String| if wanted { self.piece(piece).unwrap_or(ours) } else { ours };
        Message {
            subject: said(form == Form::Whole, Piece::Subject, message.subject),
            text: said(!is_short, Piece::Text, message.text),
            html: said(!is_short, Piece::Html, message.html),
            short: said(is_short, Piece::Short, message.short),
            json: message.json,
        }
    }

    /// The same message as a service gets it.
    #[must_use]
    pub fn card(&mut self, piece: Option<Piece>, mut card: Card) -> Card {
        let Some(piece) = piece.filter(|piece| self.templates.find(self.set, *piece).is_some()) else { return card };
        if piece == Piece::Sms {
            card.short = self.piece(piece).unwrap_or(card.short);
        } else if !piece.is_of_one_cause() || card.parts.is_empty() {
            let takes_it = card.shift.is_none() || !piece.is_of_one_cause() || piece == Piece::PagerDuty;
            card.own = if takes_it { self.own(piece, &card, None) } else { None };
        } else {
            let own: Vec<_> = card.parts.iter().map(|part| self.own(piece, &card, Some(part))).collect();
            card.parts.iter_mut().zip(own).for_each(|(part, own)| part.own = own);
        }
        card
    }

    fn own(&mut self, piece: Piece, card: &Card, part: Option<&Part>) -> Option<crate::model::card::Own> {
        let body = own::shipped(piece, card, part);
        let written = self.written(piece, part.map(|part| part.cause.as_str()), Some(&body))?;
        match own::parse(piece, &written) {
            Ok(own) => Some(own),
            Err(what) => {
                if let Some(used) = self.uses.last_mut() {
                    used.fault = Some(Fault::of_file(&used.name, Kind::Shape, what));
                }
                None
            }
        }
    }

    /// One piece as its template words it.
    pub fn piece(&mut self, piece: Piece) -> Option<String> {
        self.written(piece, None, None)
    }

    fn written(&mut self, piece: Piece, cause: Option<&str>, body: Option<&serde_json::Value>) -> Option<String> {
        let ready = self.templates.find(self.set, piece)?;
        let parts = self.parts.get_or_init(|| parts(self.id, self.facts));
        let written = ready.render(&Data { parts, cause, body, inert: own::inert(piece) });
        let (name, print) = (ready.name().to_owned(), ready.print().to_owned());
        let (written, fault) = match written {
            Ok(written) => (Some(written), None),
            Err(fault) => (None, Some(fault)),
        };
        self.uses.push(Use { name, print, fault, written: written.clone().unwrap_or_default() });
        written
    }

    /// What a template for `piece` is given, by its names, to tell a slip by.
    #[must_use]
    pub fn names(&self, piece: Piece) -> Vec<String> {
        let parts = self.parts.get_or_init(|| parts(self.id, self.facts));
        Data { parts, cause: None, body: Some(&serde_json::Value::Null), inert: None }.names(piece)
    }
}

/// A template that failed costs no message, but somebody must know.
///
/// # Errors
/// [`StoreError`].
pub(super) async fn note_failed(
    tx: &mut Writing,
    id: &NotificationId,
    uses: &[Use],
    now: Timestamp,
) -> Result<(), StoreError> {
    for used in uses {
        let Some(fault) = &used.fault else { continue };
        let reason = fault.to_string();
        if tx.begin_template_trouble(id, (&used.name, &used.print), &reason, now).await? {
            tracing::warn!(template = %used.name, %reason, "a template failed: messages go out in the shipped words");
        }
    }
    Ok(())
}
