//! `/api/v1`: JSON for programs, one file per resource, registered in [`ALL`].
//!
//! A handler checks the one permission that its route names (`x-permission` in the OpenAPI document, which the tests hold
//! against the code), reads the request within bounds, calls the desk or the store, and answers. The OpenAPI document is
//! written by the code: `docs/reference/openapi.json` is kept equal to [`openapi`]. See `docs/api-design.md`.

mod attributions;
mod case_forms;
mod case_steps;
mod cases;
mod contracts;
mod corrections;
mod customers;
mod document;
mod extract;
mod holdings;
mod imports;
mod instruments;
mod intake;
mod journal;
mod mails;
mod me;
mod measures;
mod outbound;
mod page;
mod plans;
mod playbooks;
mod prefixes;
mod report_steps;
mod reporters;
mod reports;
mod sender_rules;
mod speak;
mod statistics;
mod traces;
mod wire;

use axum::routing::get;
use axum::{Router, middleware};
use utoipa_axum::router::OpenApiRouter;

use crate::{AppState, Failure};

pub(crate) use case_forms::as_file;
pub use document::openapi;

/// Where the API is mounted; with the version that never breaks a client.
pub(crate) const BASE: &str = "/api/v1";

/// The routes of one resource with their description.
pub(crate) struct Resource {
    routes: fn() -> OpenApiRouter<AppState>,
}

/// Every resource, in alphabetical order.
const ALL: &[Resource] = &[
    Resource { routes: attributions::routes },
    Resource { routes: case_forms::routes },
    Resource { routes: case_steps::routes },
    Resource { routes: cases::routes },
    Resource { routes: contracts::routes },
    Resource { routes: corrections::routes },
    Resource { routes: customers::routes },
    Resource { routes: holdings::routes },
    Resource { routes: imports::routes },
    Resource { routes: instruments::routes },
    Resource { routes: intake::routes },
    Resource { routes: journal::routes },
    Resource { routes: mails::routes },
    Resource { routes: me::routes },
    Resource { routes: measures::routes },
    Resource { routes: outbound::routes },
    Resource { routes: plans::routes },
    Resource { routes: playbooks::routes },
    Resource { routes: prefixes::routes },
    Resource { routes: report_steps::routes },
    Resource { routes: reporters::routes },
    Resource { routes: reports::routes },
    Resource { routes: sender_rules::routes },
    Resource { routes: statistics::routes },
    Resource { routes: traces::routes },
];

/// All routes of all resources.
fn resources() -> OpenApiRouter<AppState> {
    ALL.iter().fold(OpenApiRouter::new(), |router, resource| router.merge((resource.routes)()))
}

/// The API below [`BASE`].
pub(crate) fn routes() -> Router<AppState> {
    let (router, _) = resources().split_for_parts();
    let router = router
        .route("/openapi.json", get(document::serve))
        .fallback(async || Failure::not_found())
        .method_not_allowed_fallback(async || Failure::method_not_allowed())
        .layer(middleware::from_fn(speak::in_time))
        .layer(middleware::from_fn(speak::in_language));
    Router::new().nest(BASE, router)
}
