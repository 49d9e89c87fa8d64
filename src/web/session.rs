//! Signing in and out, from a page's form.

use axum::Form;
use axum::extract::State;
use axum::response::Redirect;
use axum_extra::extract::CookieJar;
use serde::Deserialize;

use super::caller::Address;
use super::cookie;
use super::problem::Problem;
use crate::app::{App, Caller};

/// The sign-in form.
#[derive(Deserialize)]
pub(super) struct SignIn {
    name: String,
    password: String,
    /// Where to go afterwards: a path of ours.
    #[serde(default)]
    next: String,
}

pub(super) async fn sign_in(
    State(app): State<App>,
    Address(address): Address,
    jar: CookieJar,
    Form(form): Form<SignIn>,
) -> Result<(CookieJar, Redirect), Problem> {
    let signed_in = app.sign_in(&form.name, &form.password, address).await?;
    let jar = jar.add(cookie::begun(&app.config.server, &signed_in));
    Ok((jar, Redirect::to(own_path(&form.next))))
}

pub(super) async fn sign_out(
    State(app): State<App>,
    caller: Caller,
    jar: CookieJar,
) -> Result<(CookieJar, Redirect), Problem> {
    app.sign_out(&caller).await?;
    let jar = jar.add(cookie::ended(&app.config.server));
    Ok((jar, Redirect::to("/sign-in")))
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
