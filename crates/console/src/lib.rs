//! The API and the web console: what people and programs see of the desk.
//!
//! `api/` holds one file per resource of `/api/v1`, `screens/` one per screen, `auth/` who is asking and what they may do.
//! Nothing here decides anything about a case: a handler checks permission, calls the desk and shows what came back.

mod api;
mod assets;
pub mod auth;
mod charts;
mod failure;
mod form;
mod keys;
mod screens;
mod serve;
mod settings;
mod state;
mod uploads;

pub use api::openapi;
pub use failure::Failure;
pub use serve::router;
pub use settings::Settings;
pub use state::{AppState, XarfCheck};
