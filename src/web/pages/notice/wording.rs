//! The text of a notice: on its page, and as a sheet that prints as the document.

use askama::Template;

use crate::domain::time::WrittenTime;
use crate::i18n::Language;

/// What a notice says, word for word.
#[derive(Clone, Debug)]
pub struct Wording {
    /// 标题.
    pub title: String,
    /// 正文, in paragraphs of lines.
    pub paragraphs: Vec<Vec<String>>,
}

impl Wording {
    /// A text whose paragraphs have empty lines between them.
    pub fn new(title: String, body: &str) -> Self {
        let lines: Vec<&str> = body.lines().map(str::trim_end).collect();
        let paragraphs = lines
            .split(|line| line.is_empty())
            .filter(|paragraph| !paragraph.is_empty())
            .map(|paragraph| paragraph.iter().map(|&line| line.to_owned()).collect());
        Self {
            title,
            paragraphs: paragraphs.collect(),
        }
    }
}

/// The notice as a document (版式页).
#[derive(Clone, Debug, Template)]
#[template(path = "document.html", config = ".askama.toml")]
pub struct DocumentPage {
    /// The language of the page.
    pub language: Language,
    /// 发布机关.
    pub organ: String,
    /// 文号; none before the issue.
    pub number: Option<String>,
    /// 发布时刻; none before the issue.
    pub issued_at: Option<WrittenTime>,
    /// Why the plan whose counts it states can no longer be issued, if so.
    pub stale: Option<String>,
    /// What it says.
    pub wording: Wording,
    /// The page of the notice.
    pub notice: String,
    /// This page in the other language.
    pub switch_language: String,
}
