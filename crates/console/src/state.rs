//! What every handler works with.

use std::sync::Arc;

use desk::Desk;

use crate::Settings;
use crate::auth::limit::Limits;

/// Shared by all requests; cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The desk.
    pub desk: Desk,
    /// How the console is served.
    pub settings: Arc<Settings>,
    /// Rate limits of login and form.
    pub(crate) limits: Arc<Limits>,
}

impl AppState {
    /// The state of a console that serves `desk`.
    pub fn new(desk: Desk, settings: Settings) -> Self {
        let limits = Arc::new(Limits::new(&settings));
        Self { desk, settings: Arc::new(settings), limits }
    }
}
