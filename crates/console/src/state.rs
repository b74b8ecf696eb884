//! What every handler works with.

use std::sync::{Arc, Mutex, PoisonError};

use desk::Desk;
use jiff::{SignedDuration, Timestamp};
use store::acceptor::Acceptor;
use store::cases::{self, Counts, Load};

use crate::auth::limit::Limits;
use crate::form::Guard;
use crate::uploads::Uploads;
use crate::{Failure, Settings};

/// How long the counts of the views may lag behind: they are beside what a person works on, and cost a look at every open
/// case.
const COUNTS_KEPT: SignedDuration = SignedDuration::from_secs(2);

/// Says what is wrong with the bytes of a XARF report: `report.xarf-invalid` with one fault each.
pub type XarfCheck = Arc<dyn Fn(&[u8]) -> Result<(), Vec<String>> + Send + Sync>;

/// Shared by all requests; cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The desk.
    pub desk: Desk,
    /// How the console is served.
    pub settings: Arc<Settings>,
    /// Where reports become durable.
    pub acceptor: Acceptor,
    /// Rate limits of login and form.
    pub(crate) limits: Arc<Limits>,
    /// What tells people from robots at the form.
    pub(crate) guard: Arc<Guard>,
    /// Room for large bodies.
    pub(crate) uploads: Uploads,
    /// What is wrong with a XARF report.
    pub(crate) xarf_check: XarfCheck,
    /// The counts of the views, as of a moment ago.
    overview: Kept,
}

/// The overview and when it was made.
type Kept = Arc<Mutex<Option<(Timestamp, Arc<Overview>)>>>;

/// How many cases stand where.
#[derive(Debug, Default)]
pub(crate) struct Overview {
    /// By view.
    pub(crate) counts: Counts,
    /// By person; closed ones of the last day.
    pub(crate) load: Vec<Load>,
}

impl AppState {
    /// The state of a console that serves `desk` and hands reports to `acceptor`.
    pub fn new(desk: Desk, settings: Settings, acceptor: Acceptor) -> Self {
        let limits = Arc::new(Limits::new(&settings));
        Self {
            desk,
            settings: Arc::new(settings),
            acceptor,
            limits,
            overview: Arc::default(),
            guard: Arc::default(),
            uploads: Uploads::default(),
            xarf_check: Arc::new(looks_like_xarf),
        }
    }

    /// With the reader's own check of XARF reports; without it only their outer form is looked at.
    #[must_use]
    pub fn with_xarf_check(mut self, check: XarfCheck) -> Self {
        self.xarf_check = check;
        self
    }

    /// How many posts of the public form were taken for a robot's and not stored, since the start.
    pub fn form_robots(&self) -> u64 {
        self.guard.robots()
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

/// Whether it is a JSON object that names a version of XARF.
fn looks_like_xarf(bytes: &[u8]) -> Result<(), Vec<String>> {
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|error| vec![format!("not JSON: {error}")])?;
    match value.get("xarf_version").and_then(serde_json::Value::as_str) {
        Some(version) if version.starts_with("4.") => Ok(()),
        _ => Err(vec![
            "xarf_version: a XARF v4 report is a JSON object whose `xarf_version` begins with `4.`".to_owned(),
        ]),
    }
}
