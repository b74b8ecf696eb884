//! One router out of API, screens and assets, with the headers that every answer carries.

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::routing::get;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::{AppState, api, assets, form, screens};

/// Largest request body; imports and reports have their own, larger limits on their routes.
const MAX_BODY: usize = 1 << 20;

/// No inline script, no foreign content, no frames: evidence is hostile text.
const CSP: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The whole console.
pub fn router(state: AppState) -> Router {
    let header =
        |name, value: &'static str| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    Router::new()
        .merge(screens::routes(&state))
        .layer(RequestBodyLimitLayer::new(MAX_BODY))
        // The public form takes a picture, within a limit of its own.
        .merge(form::routes())
        .merge(api::routes())
        .route("/assets/{version}/{name}", get(assets::serve))
        .layer(CompressionLayer::new())
        .layer(header(header::CONTENT_SECURITY_POLICY, CSP))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "same-origin"))
        .layer(header(header::CACHE_CONTROL, "no-store"))
        .with_state(state)
}
