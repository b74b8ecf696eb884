//! What every handler works with.

use std::sync::{Arc, Mutex, PoisonError};

use desk::Desk;
use jiff::{SignedDuration, Timestamp};
use store::cases::{self, Counts, Load};

use crate::auth::limit::Limits;
use crate::{Failure, Settings};

/// How long the counts of the views may lag behind: they are beside what a person works on, and cost a look at every open
/// case.
const COUNTS_KEPT: SignedDuration = SignedDuration::from_secs(2);

/// Shared by all requests; cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The desk.
    pub desk: Desk,
    /// How the console is served.
    pub settings: Arc<Settings>,
    /// Rate limits of login and form.
    pub(crate) limits: Arc<Limits>,
    /// The counts of the views, as of a moment ago.
    overview: Arc<Mutex<Option<(Timestamp, Arc<Overview>)>>>,
}

/// How many cases stand where.
#[derive(Debug, Default)]
pub(crate) struct Overview {
    /// By view.
    pub(crate) counts: Counts,
    /// By person; closed ones of the last day.
    pub(crate) load: Vec<Load>,
}

impl AppState {
    /// The state of a console that serves `desk`.
    pub fn new(desk: Desk, settings: Settings) -> Self {
        let limits = Arc::new(Limits::new(&settings));
        Self { desk, settings: Arc::new(settings), limits, overview: Arc::default() }
    }

    /// How many cases stand where, at most two seconds old.
    pub(crate) async fn overview(&self, now: Timestamp) -> Result<Arc<Overview>, Failure> {
        let kept = self.overview.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, overview)) = kept.filter(|(at, _)| now.duration_since(*at).abs() < COUNTS_KEPT) {
            tracing::trace!(%at, "counts of the views are taken from memory");
            return Ok(overview);
        }
        let store = &self.desk.store;
        let day_ago = model::calendar::days_before(now, 1);
        let counts = cases::counts(&mut &*store, now).await?;
        let load = cases::load(&mut &*store, day_ago, now).await?;
        let overview = Arc::new(Overview { counts, load });
        *self.overview.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&overview)));
        Ok(overview)
    }

    /// Has the counts taken anew for the next page: something was changed here.
    pub(crate) fn forget_overview(&self) {
        *self.overview.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
