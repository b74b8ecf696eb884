//! The OpenAPI document: what the routes say of themselves, and what holds for all of them.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::path::{Operation, Parameter};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, Ref, RefOr, ResponseBuilder, SecurityRequirement, Server,
};
use utoipa::{PartialSchema, ToSchema};

use super::{BASE, resources};
use crate::failure::Problem;

/// Refusals that every route may answer with.
const COMMON: [(&str, &str); 6] = [
    ("400", "The request can't be read."),
    ("401", "Nobody known is asking: no token, no session, or one that has ended."),
    ("403", "This role may not do this."),
    ("429", "Too many requests; `Retry-After` says when to come again."),
    ("500", "A mistake of the program; the code and the time help to find it."),
    ("503", "It can't be done now, and nothing was lost; `Retry-After` says when to come again."),
];

/// Refusals of every route that takes a body, unless it says otherwise itself.
const WITH_BODY: [(&str, &str); 2] = [("413", "More than 1 MiB."), ("415", "Not JSON.")];
/// Refusals of every route that takes the version that was seen.
const WITH_VERSION: [(&str, &str); 2] =
    [("412", "Somebody else changed it; read it again."), ("428", "`If-Match` is missing.")];

static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    let (_, mut document) = resources().split_for_parts();
    complete(&mut document);
    let text = serde_json::to_value(&document).and_then(|value| serde_json::to_string_pretty(&value));
    text.unwrap_or_else(|error| {
        tracing::error!(%error, "the OpenAPI document could not be written");
        String::new()
    })
});

/// The OpenAPI document of `/api/v1` as JSON, keys sorted: the same text for the same code.
pub fn openapi() -> String {
    DOCUMENT.clone()
}

/// `GET /api/v1/openapi.json`, for everybody.
pub(super) async fn serve() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str()).into_response()
}

/// Adds what no route says of itself: who we are, how to log in, the refusals that all share.
fn complete(document: &mut OpenApi) {
    document.info = InfoBuilder::new()
        .title("Mimawari")
        .version("1")
        .description(Some(
            "The abuse desk of a hosting provider or ISP. Identifiers are opaque strings, times RFC 3339 in UTC, absent \
             values null; errors are problem details (RFC 9457) with a stable `code`, in the language of `Accept-Language`. \
             `x-permission` is what the caller's role must allow. Clients ignore fields that they do not know.",
        ))
        .license(Some(LicenseBuilder::new().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0")).build()))
        .build();
    document.servers = Some(vec![Server::new(BASE)]);
    document.security = Some(vec![
        SecurityRequirement::new::<_, [&str; 0], &str>("token", []),
        SecurityRequirement::new::<_, [&str; 0], &str>("session", []),
    ]);
    let components = document.components.get_or_insert_default();
    components.schemas.insert(Problem::name().into_owned(), Problem::schema());
    let token =
        HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("A token made by `mimawari token`."));
    components.add_security_scheme("token", SecurityScheme::Http(token.build()));
    let session = ApiKeyValue::with_description(
        "mimawari",
        "The session of somebody logged in to the console (`__Host-mimawari` with https); changes must come from its own pages.",
    );
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(session)));
    for item in document.paths.paths.values_mut() {
        let all = [&mut item.get, &mut item.post, &mut item.patch, &mut item.put, &mut item.delete];
        for operation in all.into_iter().flatten() {
            add_refusals(operation);
        }
    }
}

/// Gives the shared refusals to a route, and the problem as content to every refusal.
fn add_refusals(operation: &mut Operation) {
    let problem = || ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
    let takes_version = |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(known) if known.name == "If-Match");
    let versioned = operation.parameters.iter().flatten().any(takes_version);
    let body = operation.request_body.as_ref().map(|_| WITH_BODY);
    let version = versioned.then_some(WITH_VERSION);
    let responses = &mut operation.responses.responses;
    for (status, about) in COMMON.into_iter().chain(body.into_iter().flatten()).chain(version.into_iter().flatten()) {
        responses.entry(status.to_owned()).or_insert_with(|| ResponseBuilder::new().description(about).build().into());
    }
    for (status, response) in responses.iter_mut() {
        if let RefOr::T(response) = response
            && status.starts_with(['4', '5'])
            && response.content.is_empty()
        {
            response.content.insert("application/problem+json".to_owned(), RefOr::T(problem()));
        }
    }
}
