//! The inbox's pages: the list, one letter beside it, and a letter's HTML by itself.
//!
//! A letter's HTML comes from texts that people edit, so it is never trusted: it is served from an
//! address of its own under a policy that allows nothing but its own styles, and shown in a
//! sandboxed frame.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use reqwest::Url;
use serde::Deserialize;

use super::Sink;
use crate::cli::demo::inbox::{Came, Letter, Signature};
use crate::cli::demo::letter::links;
use crate::domain::time::WrittenTime;
use crate::i18n::Language;
use crate::web::pages::inbox::{
    InboxPage, Letter as OpenLetter, LetterRow, SignatureCheck, SinkChannel,
};

/// Letters of one page.
const PER_PAGE: usize = 25;

/// How often a browser that shows the newest letters asks again, in seconds.
const RELOAD: &str = "5";

/// What our own pages may load: their style sheet, and letters in a frame.
const PAGE_POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'self'; \
                           frame-ancestors 'none'; object-src 'none'";

/// What a letter may: have styles of its own, and open its links in a window of their own.
const LETTER_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                             form-action 'none'; frame-ancestors 'self'; \
                             sandbox allow-popups allow-popups-to-escape-sandbox";

/// How the list is asked for.
#[derive(Deserialize)]
pub(super) struct Look {
    #[serde(default)]
    lang: String,
    /// Letters that say these words.
    #[serde(default)]
    words: String,
    /// Letters that came before the one with this number.
    before: Option<u64>,
}

pub(super) async fn list(State(sink): State<Sink>, Query(look): Query<Look>) -> Response {
    // Somebody who looks for something, or reads on, is not interrupted.
    let waits = look.before.is_none() && look.words.is_empty();
    let shown = sink.shown(&look, "/", None);
    if waits {
        ([(header::REFRESH, RELOAD)], shown).into_response()
    } else {
        shown
    }
}

pub(super) async fn letter(
    State(sink): State<Sink>,
    Path(number): Path<u64>,
    Query(look): Query<Look>,
) -> Response {
    match sink.inbox.find(number) {
        Some(letter) => sink.shown(&look, &address(number), Some(&letter)),
        None => (StatusCode::NOT_FOUND, sink.shown(&look, "/", None)).into_response(),
    }
}

pub(super) async fn html(State(sink): State<Sink>, Path(number): Path<u64>) -> Response {
    let letter = sink.inbox.find(number);
    match letter
        .as_ref()
        .and_then(|letter| letter.read.html.as_deref())
    {
        Some(html) => (protected(LETTER_POLICY), Html(opening_windows(html))).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

impl Sink {
    /// The beginning of every order link.
    pub(super) fn order_links(&self) -> String {
        format!("{}/o/", self.node)
    }

    fn shown(&self, look: &Look, here: &str, open: Option<&Letter>) -> Response {
        let language: Language = look.lang.parse().unwrap_or_default();
        let to = |path: &str, language: Language, before: Option<u64>| {
            link(path, language, &look.words, before)
        };
        let page = self.inbox.page(&look.words, look.before, PER_PAGE);
        let older = page.letters.last().filter(|_| page.more);
        let rows = page.letters.iter().map(|letter| LetterRow {
            href: to(&address(letter.number), language, look.before),
            channel: channel(letter.read.came),
            to: letter.read.recipient.clone(),
            subject: letter.read.subject.clone(),
            at: WrittenTime::of(letter.read.at),
            open: open.is_some_and(|open| open.number == letter.number),
        });
        let page = InboxPage {
            language,
            switch_language: to(here, language.other(), look.before),
            console: format!("{}/", self.node),
            total: page.total,
            words: look.words.clone(),
            matching: page.matching,
            letters: rows.collect(),
            newest: to("/", language, None),
            older: older.map(|oldest| to("/", language, Some(oldest.number))),
            list: to("/", language, look.before),
            open: open.map(|open| self.opened(open)),
        };
        match page.render() {
            Ok(page) => (protected(PAGE_POLICY), Html(page)).into_response(),
            Err(error) => {
                tracing::error!(%error, "Could not draw the inbox");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }

    fn opened(&self, letter: &Letter) -> OpenLetter {
        let read = &letter.read;
        OpenLetter {
            channel: channel(read.came),
            to: read.to.clone(),
            subject: read.subject.clone(),
            headers: read.headers.clone(),
            signature: match read.came {
                Came::ByMail => None,
                Came::ByWebhook(signature) => Some(checked(signature)),
            },
            links: links(&read.text, &self.order_links()),
            text: read.text.clone(),
            html: read
                .html
                .as_ref()
                .map(|_| format!("{}/html", address(letter.number))),
        }
    }
}

fn address(number: u64) -> String {
    format!("/letters/{number}")
}

/// A page of the inbox that keeps the language, the search and the place in the list.
fn link(path: &str, language: Language, words: &str, before: Option<u64>) -> String {
    let mut url = Url::parse("http://inbox/").expect("it is a URL");
    {
        let mut query = url.query_pairs_mut();
        query.append_pair("lang", language.as_str());
        if !words.is_empty() {
            query.append_pair("words", words);
        }
        if let Some(before) = before {
            query.append_pair("before", &before.to_string());
        }
    }
    format!("{path}?{}", url.query().unwrap_or_default())
}

fn channel(came: Came) -> SinkChannel {
    match came {
        Came::ByMail => SinkChannel::Mail,
        Came::ByWebhook(_) => SinkChannel::Webhook,
    }
}

fn checked(signature: Signature) -> SignatureCheck {
    match signature {
        Signature::Right => SignatureCheck::Right,
        Signature::Wrong => SignatureCheck::Wrong,
        Signature::Unchecked => SignatureCheck::Unchecked,
    }
}

fn protected(policy: &'static str) -> [(HeaderName, &'static str); 4] {
    [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ]
}

/// A letter whose links leave the frame it is shown in: an order's page lets nobody frame it.
fn opening_windows(html: &str) -> String {
    const BASE: &str = "<base target=\"_blank\">";
    match html.to_ascii_lowercase().find("<head>") {
        Some(at) => {
            let (before, after) = html.split_at(at + "<head>".len());
            format!("{before}{BASE}{after}")
        }
        None => html.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::as_our_texts_have_it(
        "<!DOCTYPE html>\n<html><head>\n<title>x</title>",
        "<!DOCTYPE html>\n<html><head><base target=\"_blank\">\n<title>x</title>"
    )]
    #[case::in_capitals("<HTML><HEAD>", "<HTML><HEAD><base target=\"_blank\">")]
    #[case::without_a_head("<p>请签收", "<p>请签收")]
    fn links_of_a_letter_leave_its_frame(#[case] html: &str, #[case] expected: &str) {
        assert_eq!(opening_windows(html), expected);
    }

    #[test]
    fn a_link_keeps_the_language_the_search_and_the_place() {
        assert_eq!(
            link("/", Language::En, "禹州 & 水泥", Some(7)),
            "/?lang=en&words=%E7%A6%B9%E5%B7%9E+%26+%E6%B0%B4%E6%B3%A5&before=7"
        );
        assert_eq!(
            link("/letters/3", Language::Zh, "", None),
            "/letters/3?lang=zh"
        );
    }
}
