//! Public lists in the running desk: which are asked, how they are fetched, and what becomes of what they say about us.

mod settings;

pub(crate) use settings::Settings;
