//! The texts of one kind of mail: a subject, a plain text and the same as HTML.

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use super::{TextError, Texts};
use crate::notify::MailContent;
use crate::playbooks::Files;

/// The words of one kind of mail in one language, ready to be filled in, many times.
#[derive(Debug)]
pub(super) struct MailTexts(Texts);

pub(super) const SUBJECT: &str = "subject.txt";
pub(super) const TEXT: &str = "body.txt";
const HTML: &str = "body.html";

impl MailTexts {
    /// The files of a kind's own folder.
    const OWN: [&str; 3] = [SUBJECT, TEXT, HTML];

    /// The files that related kinds of one language share, in the folder above.
    const SHARED: [&str; 2] = ["layout.txt", "layout.html"];

    /// The texts as the playbooks have them, in a folder of `texts/`.
    pub(super) fn read(files: &Files, shared: &str, kind: &str) -> Result<Self, TextError> {
        let own = Self::OWN.map(|name| (name, format!("texts/{shared}/{kind}/{name}")));
        let shared = Self::SHARED.map(|name| (name, format!("texts/{shared}/{name}")));
        Texts::read(files, own.into_iter().chain(shared)).map(Self)
    }

    /// The texts filled in.
    pub(super) fn fill_in(&self, context: &impl Serialize) -> Result<MailContent, TextError> {
        let context = &Value::from(Serde(context));
        Ok(MailContent {
            subject: self.0.line(SUBJECT, context)?,
            text: self.0.fill_in(TEXT, context)?,
            html: self.0.fill_in(HTML, context)?,
        })
    }
}
