//! What a report tells beside the accusation itself: kept word for word with the observation, and shown with it.

use serde::{Deserialize, Serialize};

use crate::case::names;

names! {
    /// What a detail is.
    DetailKind {
        /// Subject line of a mail that was sent from there (A46).
        Subject "subject",
        /// Where the source is said to be.
        Geography "geography",
        /// When it was first seen, as the source says it.
        FirstSeen "first-seen",
        /// When it was last seen, as the source says it.
        LastSeen "last-seen",
        /// How many mails came from there.
        Mails "mails",
        /// How many of them tried made-up recipients.
        DictionaryAttacks "dictionary-attacks",
        /// What the source says against its own evidence: the machine may be hijacked itself (A47).
        Disclaimer "disclaimer",
        /// Why a customer must not be shown it: `private`, `undated`, `mechanism` (A58, A59), `second-hand` (A62).
        Withheld "withheld",
    }
}

/// One detail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Detail {
    /// What it is.
    pub kind: DetailKind,
    /// As it stood in the report, at most [`Detail::MAX_TEXT`] characters.
    pub text: String,
}

impl Detail {
    /// Longest text, characters.
    pub const MAX_TEXT: usize = 300;
    /// Most details of one observation.
    pub const MOST: usize = 32;
}
