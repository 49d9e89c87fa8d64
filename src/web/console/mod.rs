//! The console (值班台): the pages of people with an account.
//!
//! A page is read with GET and changes nothing. What changes something is a form, answered by a
//! redirect to the page that shows what came of it, or by the same form with what is wrong with it.
//! Whoever is not signed in is led to the sign-in and back. Every page works without scripts.
//!
//! A handler extracts a [`Seat`] (who looks, at which region, in which language), makes one call
//! into [`app`](crate::app), and fills one view of [`pages`](super::pages). How the states of the
//! trade look there is told once, in [`shown`].

use axum::extract::{FromRef, FromRequestParts, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;

use super::pages::{Chrome, Section, Setting};
use super::problem::Problem;
use super::{cookie, page, shown};
use crate::app::desk::{self, Desk};
use crate::app::{App, Caller, Error};
use crate::domain::region::RegionCode;
use crate::domain::time::WrittenTime;
use crate::i18n::{Language, Phrase};

pub(super) mod advisory;
mod classes;
pub(super) mod compare;
pub(super) mod dead_letters;
pub(super) mod docs;
mod draft;
pub(super) mod figures;
pub(super) mod import;
pub(super) mod information;
pub(super) mod instruction;
pub(super) mod notice;
pub(super) mod orders;
pub(super) mod overview;
mod posted;
pub(super) mod sign_in;
mod signature;
pub(super) mod warning;

/// Somebody signed in who looks at a page.
pub(super) struct Seat {
    app: App,
    caller: Caller,
    language: Language,
    /// The region asked for, where it is not the person's own.
    asked: Option<RegionCode>,
    /// The page's address in the other language.
    switch_language: String,
    /// What has just been done.
    said: Option<String>,
    /// A language to be kept from now on.
    keep: Option<Language>,
}

/// What every address may ask for.
#[derive(Deserialize)]
struct Asked {
    region: Option<RegionCode>,
    said: Option<String>,
}

impl FromRequestParts<super::Web> for Seat {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        web: &super::Web,
    ) -> Result<Self, Self::Rejection> {
        let app = App::from_ref(web);
        let caller = match Caller::from_request_parts(parts, web).await {
            Ok(caller) => caller,
            Err(problem) if problem.status == StatusCode::UNAUTHORIZED => {
                return Err(sign_in::first(parts));
            }
            Err(problem) => return Err(problem.into_response()),
        };
        let Query(asked) = Query::<Asked>::try_from_uri(&parts.uri)
            .map_err(|_| Problem::from(Error::NotFound).into_response())?;
        let (path, query) = (parts.uri.path(), parts.uri.query());
        let language = page::language(query, &parts.headers);
        Ok(Self {
            app,
            caller,
            language,
            asked: asked.region,
            switch_language: page::switch_language(path, query, language.other()),
            said: asked
                .said
                .and_then(|what| said(language, &what))
                .map(|it| it.to_string()),
            keep: page::asked_language(query),
        })
    }
}

impl Seat {
    /// The desk of the region looked at.
    async fn desk(&self) -> Result<Desk, Error> {
        desk::sit(&self.app, &self.caller, self.asked).await
    }

    /// What stands around the page.
    fn chrome(&self, desk: &Desk, section: Section) -> Chrome {
        Chrome {
            region: desk.region_name().to_owned(),
            person: self.caller.name.clone(),
            role: shown::role(self.caller.role),
            now: WrittenTime::of(desk.now),
            section,
            switch_language: self.switch_language.clone(),
            standing: desk.standing.as_ref().and_then(shown::standing),
            setting: Setting::from(self.app.config.server.setting),
            said: self.said.clone(),
        }
    }

    /// An address of the console, for the region looked at.
    fn here(&self, path: &str) -> String {
        match self.asked {
            Some(region) => format!("{path}{}region={region}", joint(path)),
            None => path.to_owned(),
        }
    }

    /// The same seat before a page that was reached by sending a form: its address in the other
    /// language is that of the page, which can be read.
    fn at(mut self, address: &str) -> Self {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        self.switch_language = page::switch_language(path, Some(query), self.language.other());
        self
    }

    /// Draws a page, and keeps the language where the address named one.
    fn show(&self, status: StatusCode, view: &impl askama::Template) -> Result<Response, Problem> {
        let page = page::draw(status, view)?;
        Ok(match self.keep {
            Some(language) => {
                let cookie = cookie::keeping(&self.app.config.server, language);
                (CookieJar::new().add(cookie), page).into_response()
            }
            None => page,
        })
    }
}

/// To the page that shows what came of a form, where it is said once.
fn done(address: &str, what: &str) -> Response {
    Redirect::to(&format!("{address}{}said={what}", joint(address))).into_response()
}

/// What joins an address and one more thing it asks for.
fn joint(address: &str) -> char {
    if address.contains('?') { '&' } else { '?' }
}

/// What was done, by the word in the address.
fn said(language: Language, what: &str) -> Option<Phrase> {
    Some(language.say(match what {
        "declined" => "said-declined",
        "registered" => "said-registered",
        "drafted" => "said-drafted",
        "saved" => "said-saved",
        "submitted" => "said-submitted",
        "moved-on" => "said-moved-on",
        "approved" => "said-approved",
        "signed" => "said-signed",
        "signed-before" => "said-signed-before",
        "returned" => "said-returned",
        "abandoned" => "said-abandoned",
        "drawn" => "said-drawn",
        "issued" => "said-issued",
        "informed" => "said-informed",
        "published" => "said-published",
        "lifted" => "said-lifted",
        "redriven" => "said-redriven",
        "filled-in" => "said-filled-in",
        _ => return None,
    }))
}
