//! Public lists in the running desk: which are asked, how they are fetched, and what becomes of what they say about us.

pub(crate) mod archive;
mod fetch;
mod ground;
mod plan;
mod settings;
mod version;
mod watch;

pub(crate) use fetch::Patience;
pub(crate) use settings::Settings;
pub(crate) use watch::ListWatcher;
