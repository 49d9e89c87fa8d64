//! Signing in and out.

use axum::Form;
use axum::extract::{Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;

use crate::app::{App, Caller, Error};
use crate::web::caller::Address;
use crate::web::pages::Setting;
use crate::web::pages::sign_in::{SignIn, SignInFault};
use crate::web::problem::Problem;
use crate::web::{cookie, page};

/// What the sign-in page is asked for.
#[derive(Deserialize)]
pub(in crate::web) struct Asked {
    /// Where to go afterwards.
    #[serde(default)]
    next: String,
    /// Whether a session has ended.
    #[serde(default)]
    expired: bool,
}

/// The sign-in form.
#[derive(Deserialize)]
pub(in crate::web) struct Credentials {
    name: String,
    password: String,
    /// Where to go afterwards: a path of ours.
    #[serde(default)]
    next: String,
}

/// Shows the form.
pub(in crate::web) async fn form(
    State(app): State<App>,
    Query(asked): Query<Asked>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let fault = asked.expired.then_some(SignInFault::Expired);
    let page = Page::new(&app, &uri, &headers);
    page.show(StatusCode::OK, "", &asked.next, fault)
}

/// Signs in, and leads to where the person was going.
pub(in crate::web) async fn sign_in(
    State(app): State<App>,
    Address(address): Address,
    uri: Uri,
    headers: HeaderMap,
    Form(given): Form<Credentials>,
) -> Result<Response, Problem> {
    let (status, fault) = match app.sign_in(&given.name, &given.password, address).await {
        Ok(signed_in) => {
            let cookie = cookie::begun(&app.config.server, &signed_in);
            let next = Redirect::to(own_path(&given.next));
            return Ok((CookieJar::new().add(cookie), next).into_response());
        }
        Err(Error::Unauthenticated(_)) => (StatusCode::UNAUTHORIZED, SignInFault::Refused),
        Err(Error::TooOften { retry_after }) => {
            let minutes = u32::try_from(retry_after.as_secs().div_ceil(60)).unwrap_or(u32::MAX);
            (
                StatusCode::TOO_MANY_REQUESTS,
                SignInFault::Throttled { minutes },
            )
        }
        Err(error) => return Err(error.into()),
    };
    Page::new(&app, &uri, &headers).show(status, &given.name, &given.next, Some(fault))
}

/// Signs out.
pub(in crate::web) async fn sign_out(
    State(app): State<App>,
    caller: Caller,
) -> Result<(CookieJar, Redirect), Problem> {
    app.sign_out(&caller).await?;
    let jar = CookieJar::new().add(cookie::ended(&app.config.server));
    Ok((jar, Redirect::to("/sign-in")))
}

/// Leads whoever is not signed in to the form, and back to the page they asked for. Whoever had a
/// session is told that it has ended; a form they sent is not sent again.
pub(super) fn first(parts: &Parts) -> Response {
    let asked = match (&parts.method, parts.uri.path_and_query()) {
        (&Method::GET, Some(path)) => path.as_str(),
        _ => "/",
    };
    let expired = cookie::session(&parts.headers).is_some();
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("next", asked)
        .append_pair("expired", if expired { "true" } else { "false" })
        .finish();
    Redirect::to(&format!("/sign-in?{query}")).into_response()
}

struct Page<'p> {
    app: &'p App,
    uri: &'p Uri,
    headers: &'p HeaderMap,
}

impl<'p> Page<'p> {
    const fn new(app: &'p App, uri: &'p Uri, headers: &'p HeaderMap) -> Self {
        Self { app, uri, headers }
    }

    fn show(
        &self,
        status: StatusCode,
        name: &str,
        next: &str,
        fault: Option<SignInFault>,
    ) -> Result<Response, Problem> {
        let query = self.uri.query();
        let language = page::language(query, self.headers);
        let view = SignIn {
            language,
            setting: Setting::from(self.app.config.server.setting),
            name: name.to_owned(),
            next: own_path(next).to_owned(),
            switch_language: page::switch_language(self.uri.path(), query, language.other()),
            fault,
        };
        let mut response = page::draw(status, &view)?;
        if let Some(language) = page::asked_language(query) {
            let cookie = cookie::keeping(&self.app.config.server, language);
            if let Ok(value) = cookie.to_string().parse() {
                response.headers_mut().append(header::SET_COOKIE, value);
            }
        }
        Ok(response)
    }
}

/// A path of this site and of no other: `//host` and `/\host` are read as addresses of others.
fn own_path(path: &str) -> &str {
    let own = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains(['\\', '\r', '\n', '\t']);
    if own { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("/orders?rung=late", "/orders?rung=late")]
    #[case("", "/")]
    #[case("//evil.example", "/")]
    #[case("/\\evil.example", "/")]
    #[case("/\t/evil.example", "/")]
    #[case("https://evil.example/", "/")]
    fn a_sign_in_leads_to_a_page_of_ours(#[case] asked: &str, #[case] leads: &str) {
        assert_eq!(own_path(asked), leads);
    }
}
