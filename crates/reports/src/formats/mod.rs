//! The formats, one file each, one line each in [`ALL`].

use model::{Format, Reading};

use crate::input::Input;

pub mod acns;
pub mod arf;
pub mod dmarc;
pub mod fail2ban;
pub mod feed;
pub mod form;
pub mod generic;
pub mod listing;
pub mod shadowserver;
pub mod spam_cop;
pub mod tls_rpt;
pub mod x_arf;
pub mod xarf_v3;
pub mod xarf_v4;

/// A format: how early it is tried, and its reader.
pub struct Entry {
    /// Name of the file in this folder.
    pub name: &'static str,
    /// What a reading is called.
    pub format: Format,
    /// Lower is tried earlier: what says itself what it is comes before what is known by its words.
    pub priority: u8,
    /// Fills the reading and says true if the report is in this format; else leaves the reading alone.
    pub read: fn(&Input<'_>, &mut Reading) -> bool,
}

/// Every format, in alphabetical order.
pub const ALL: &[Entry] = &[
    acns::ENTRY,
    arf::ENTRY,
    dmarc::ENTRY,
    fail2ban::ENTRY,
    feed::ENTRY,
    form::ENTRY,
    generic::ENTRY,
    listing::ENTRY,
    shadowserver::ENTRY,
    spam_cop::ENTRY,
    tls_rpt::ENTRY,
    x_arf::ENTRY,
    xarf_v3::ENTRY,
    xarf_v4::ENTRY,
];

/// The formats in the order in which they are tried.
pub(crate) fn by_priority() -> impl Iterator<Item = &'static Entry> {
    static ORDER: std::sync::LazyLock<Vec<&'static Entry>> = std::sync::LazyLock::new(|| {
        let mut order: Vec<_> = ALL.iter().collect();
        order.sort_by_key(|entry| entry.priority);
        order
    });
    ORDER.iter().copied()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_is_registered_and_has_a_fixture() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let files: BTreeSet<String> = std::fs::read_dir(root.join("src/formats"))
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .filter(|name| name != "mod")
            .collect();
        let names: Vec<String> = ALL.iter().map(|entry| entry.name.to_owned()).collect();
        assert_eq!(files.into_iter().collect::<Vec<_>>(), names, "formats::ALL, in alphabetical order");
        for name in names {
            let folder = root.join("fixtures").join(&name);
            let count = std::fs::read_dir(&folder).map_or(0, Iterator::count);
            assert!(count > 0, "{} has no fixture", folder.display());
        }
    }

    #[test]
    fn every_format_is_fuzzed() {
        for entry in ALL {
            assert!(crate::fuzz::TARGETS.iter().any(|(name, _)| *name == entry.name), "{}", entry.name);
        }
    }

    #[test]
    fn priorities_are_distinct_and_generic_is_last() {
        let priorities: BTreeSet<u8> = ALL.iter().map(|entry| entry.priority).collect();
        assert_eq!(priorities.len(), ALL.len());
        assert_eq!(by_priority().last().unwrap().name, "generic");
    }
}
