//! The log: structured, on standard error, for people or machines. What may stand in it is in `docs/logging.md`.

use tracing_subscriber::EnvFilter;

/// Starts logging. A daemon says what it does; a command only what went wrong.
pub(crate) fn start(daemon: bool, json: bool) {
    let level = if daemon { "info,sqlx=warn" } else { "warn" };
    let filter = EnvFilter::try_from_env("MIMAWARI_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if json {
        builder.json().flatten_event(true).init();
    } else {
        builder.with_target(false).compact().init();
    }
}
