//! The screens: one file each, registered in [`ALL`].
//!
//! Every screen works as plain links and forms; the script only swaps in what changed, and the keys of [`crate::keys`] only
//! press what is on the page. A handler checks permission, asks the desk or the store, and shows what came back.

mod case;
mod compose;
mod connection;
pub(crate) mod correct;
mod customers;
pub(crate) mod form;
mod home;
mod journal;
mod keys;
pub(crate) mod login;
mod measures;
pub(crate) mod page;
mod queue;
pub(crate) mod refusal;
mod registers;
mod rules;
mod search;
mod settings;
mod statistics;
mod trace;
mod triage;
mod view;

use axum::Router;
use axum::middleware::from_fn_with_state;
use model::Permission;

pub(crate) use trace::trusted_hosts;

use crate::auth::Caller;
use crate::{AppState, Failure};

/// One screen.
pub(crate) struct Screen {
    /// Its routes.
    pub(crate) routes: fn() -> Router<AppState>,
    /// Its entry in the navigation, if it has one.
    pub(crate) entry: Option<Entry>,
}

/// An entry of the navigation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    /// Where it leads.
    pub(crate) path: &'static str,
    /// Catalogue key; also the title of the page, so that the current one can be marked.
    pub(crate) title: &'static str,
    /// Who sees it.
    pub(crate) permission: Permission,
    /// Action of the key that leads there.
    pub(crate) key: Option<&'static str>,
    /// Where it stands in the navigation, from the left.
    pub(crate) order: u8,
}

/// Every screen, in alphabetical order.
pub(crate) const ALL: &[Screen] = &[
    Screen { routes: case::routes, entry: None },
    Screen { routes: compose::routes, entry: None },
    Screen { routes: connection::routes, entry: None },
    Screen { routes: correct::routes, entry: None },
    Screen { routes: customers::routes, entry: None },
    Screen { routes: home::routes, entry: Some(home::ENTRY) },
    Screen { routes: journal::routes, entry: Some(journal::ENTRY) },
    Screen { routes: keys::routes, entry: None },
    Screen { routes: login::routes, entry: None },
    Screen { routes: measures::routes, entry: Some(measures::ENTRY) },
    Screen { routes: queue::routes, entry: Some(queue::ENTRY) },
    Screen { routes: registers::routes, entry: Some(registers::ENTRY) },
    Screen { routes: rules::routes, entry: None },
    Screen { routes: search::routes, entry: None },
    Screen { routes: settings::routes, entry: Some(settings::ENTRY) },
    Screen { routes: statistics::routes, entry: Some(statistics::ENTRY) },
    Screen { routes: trace::routes, entry: None },
    Screen { routes: triage::routes, entry: Some(triage::ENTRY) },
];

/// The navigation as this person sees it.
pub(crate) fn navigation(caller: Option<&Caller>) -> Vec<Entry> {
    let Some(caller) = caller else { return Vec::new() };
    let mut entries: Vec<Entry> =
        ALL.iter().filter_map(|screen| screen.entry).filter(|entry| caller.role.may(entry.permission)).collect();
    entries.sort_by_key(|entry| entry.order);
    entries
}

/// All routes of all screens; what they refuse becomes a page.
pub(crate) fn routes(state: &AppState) -> Router<AppState> {
    let screens = ALL.iter().fold(Router::new(), |router, screen| router.merge((screen.routes)()));
    let screens = screens.fallback(|| async { Failure::not_found() });
    screens.layer(from_fn_with_state(state.clone(), refusal::pages))
}
