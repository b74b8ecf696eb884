//! The session cookie: a random token that the store knows by its hash.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::{Failure, Settings};

/// 256 random bits as text, for session tokens, CSRF tokens and API tokens.
pub(crate) fn random_token() -> Result<String, Failure> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)
        .map_err(|_| Failure::new(axum::http::StatusCode::INTERNAL_SERVER_ERROR, "console.internal"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The cookie's name. `__Host-` binds it to this host and to https (RFC 6265bis, 4.1.3.2).
const fn name(settings: &Settings) -> &'static str {
    if settings.https { "__Host-mimawari" } else { "mimawari" }
}

/// The session token in a request.
pub(crate) fn token<'a>(headers: &'a HeaderMap, settings: &Settings) -> Option<&'a str> {
    let wanted = name(settings);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == wanted && value.len() <= 64).then_some(value))
}

/// `Set-Cookie` that carries `token` for `seconds`; 0 seconds removes it.
pub(crate) fn set(token: &str, seconds: u64, settings: &Settings) -> Result<HeaderValue, Failure> {
    let secure = if settings.https { "; Secure" } else { "" };
    let text = format!("{}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}", name(settings));
    HeaderValue::from_str(&text).map_err(|_| Failure::bad_request("the session token is no cookie value"))
}
