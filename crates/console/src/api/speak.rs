//! Around every route of the API: an answer in time, refusals in the language of the one who asks.

use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use model::Lang;

use crate::Failure;

/// Longest time for an ordinary request.
const USUAL: Duration = Duration::from_secs(30);
/// Longest time for an upload: a report of 50 MiB over a slow line, an import of every contract.
const UPLOAD: Duration = Duration::from_mins(15);

/// Ends what takes too long. What a dropped handler has written is rolled back, or was committed before.
pub(super) async fn in_time(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let upload = path.starts_with("/imports") || path.starts_with("/reports");
    match tokio::time::timeout(if upload { UPLOAD } else { USUAL }, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Failure::busy("the request took too long").into_response(),
    }
}

/// Says refusals in Japanese to those who ask for it; English is what the log and the code say.
pub(super) async fn in_language(request: Request, next: Next) -> Response {
    let lang = language(&request);
    let mut response = next.run(request).await;
    if let Some(failure) = response.extensions_mut().remove::<Failure>().filter(|_| lang != Lang::En) {
        response = failure.response(lang);
    }
    if response.status().is_client_error() || response.status().is_server_error() {
        let tag = HeaderValue::from_static(lang.tag());
        response.headers_mut().insert(header::CONTENT_LANGUAGE, tag);
        response.headers_mut().append(header::VARY, HeaderValue::from_name(header::ACCEPT_LANGUAGE));
    }
    response
}

fn language(request: &Request) -> Lang {
    let asked = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    // Programs that say nothing get English; `Lang::preferred` alone would take them for Japanese.
    asked.filter(|text| !text.trim().is_empty() && *text != "*").map_or(Lang::En, Lang::preferred)
}
