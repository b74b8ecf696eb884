//! The screens: one file each, registered in [`ALL`].
//!
//! Every screen works as plain links and forms; htmx only swaps in what changed, and the keys of [`crate::keys`] only press
//! what is on the page.

pub(crate) mod login;
pub(crate) mod page;

use axum::Router;
use model::Permission;

use crate::AppState;
use crate::auth::Caller;

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
}

/// Every screen, in alphabetical order.
pub(crate) const ALL: &[Screen] = &[Screen { routes: login::routes, entry: None }];

/// The navigation as this person sees it.
pub(crate) fn navigation(caller: Option<&Caller>) -> Vec<Entry> {
    let Some(caller) = caller else { return Vec::new() };
    ALL.iter().filter_map(|screen| screen.entry).filter(|entry| caller.role.may(entry.permission)).collect()
}

/// All routes of all screens.
pub(crate) fn routes() -> Router<AppState> {
    ALL.iter().fold(Router::new(), |router, screen| router.merge((screen.routes)()))
}
