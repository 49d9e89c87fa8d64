//! Who sends a request: a bearer token, or else the session cookie.
//!
//! A request that shows a token is judged by it alone, also when it carries a cookie: a wrong token
//! is refused, never forgiven for a good cookie.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use super::cookie;
use super::problem::Problem;
use crate::app::{App, Caller, Error, Refusal};

impl<S> FromRequestParts<S> for Caller
where
    App: FromRef<S>,
    S: Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let app = App::from_ref(state);
        let found = if let Some(token) = bearer(&parts.headers) {
            app.caller_of_token(token).await?
        } else if let Some(secret) = cookie::session(&parts.headers) {
            app.caller_of_session(&secret).await?
        } else {
            None
        };
        found.ok_or_else(|| not_signed_in().into())
    }
}

/// The token of an `Authorization: Bearer` header. Any other scheme is a token that fits nobody.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?;
    let value = value.to_str().unwrap_or_default();
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    Some(if scheme.eq_ignore_ascii_case("bearer") {
        token.trim()
    } else {
        ""
    })
}

/// The address a request comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Address(pub(super) IpAddr);

impl<S> FromRequestParts<S> for Address
where
    App: FromRef<S>,
    S: Sync,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &S,
    ) -> Result<Self, std::convert::Infallible> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
        let proxies = App::from_ref(state).config.server.trusted_proxies;
        Ok(Self(forwarded(&parts.headers, proxies).unwrap_or(peer)))
    }
}

/// The address that the outermost of our own proxies has seen. What stands further to the left was
/// written by the caller and may be anything.
fn forwarded(headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    let hops: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    let place = hops.len().checked_sub(proxies)?;
    hops.get(place)?.parse().ok()
}

fn not_signed_in() -> Error {
    Error::Unauthenticated(Refusal {
        code: "not-signed-in",
        text: "sign in, or send a valid token".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::no_proxy_no_header(0, &[], None)]
    #[case::a_header_nobody_trusts(0, &["203.0.113.9"], None)]
    #[case::one_proxy(1, &["203.0.113.9"], Some("203.0.113.9"))]
    #[case::a_forged_first_hop(1, &["10.0.0.1, 203.0.113.9"], Some("203.0.113.9"))]
    #[case::two_proxies(2, &["10.0.0.1, 203.0.113.9", "192.0.2.1"], Some("203.0.113.9"))]
    #[case::more_proxies_than_hops(3, &["203.0.113.9"], None)]
    #[case::not_an_address(1, &["unknown"], None)]
    fn only_what_our_own_proxies_wrote_is_believed(
        #[case] proxies: usize,
        #[case] written: &[&'static str],
        #[case] expected: Option<&str>,
    ) {
        let mut headers = HeaderMap::new();
        for value in written {
            headers.append("x-forwarded-for", HeaderValue::from_static(value));
        }
        let found = forwarded(&headers, proxies);
        assert_eq!(found.map(|ip| ip.to_string()).as_deref(), expected);
    }

    #[rstest]
    #[case("Bearer qk_abc", Some("qk_abc"))]
    #[case("bearer qk_abc", Some("qk_abc"))]
    #[case("Basic cWs6cWs=", Some(""))]
    #[case("qk_abc", Some(""))]
    fn only_bearer_tokens_are_taken(#[case] written: &'static str, #[case] expected: Option<&str>) {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static(written));
        assert_eq!(bearer(&headers), expected);
        assert_eq!(bearer(&HeaderMap::new()), None);
    }
}
