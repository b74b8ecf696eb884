//! The ways in which people and machines write to an abuse desk. One file, one style, one line in [`ALL`].

use model::{Category, Noise};

use crate::reporter::Role;
use crate::scene::Scene;
use crate::target::Kind;
use crate::truth::Door;

/// One way of writing a report.
pub(crate) struct Style {
    /// Name of the file.
    pub(crate) name: &'static str,
    /// What it reports; empty for noise.
    pub(crate) categories: &'static [Category],
    /// What it can accuse.
    pub(crate) targets: &'static [Kind],
    /// Who writes so.
    pub(crate) role: Role,
    /// States the time with zone to the second.
    pub(crate) precise: bool,
    /// How often, among the styles of one category.
    pub(crate) weight: u32,
    /// Through which door it comes.
    pub(crate) door: Door,
    /// What kind of noise it is, if it is no report.
    pub(crate) noise: Option<Noise>,
    /// Writes it.
    pub(crate) write: fn(&mut Scene<'_>) -> Vec<u8>,
}

impl Style {
    /// What most styles have in common.
    const MAIL: Self = Self {
        name: "",
        categories: &[],
        targets: &[],
        role: Role::Admin,
        precise: false,
        weight: 10,
        door: Door::Mail,
        noise: None,
        write: |_| Vec::new(),
    };
}

macro_rules! styles {
    ($($name:ident,)+) => {
        $(mod $name;)+
        /// Every style, in alphabetical order.
        pub(crate) const ALL: &[&Style] = &[$(&$name::STYLE),+];
    };
}

styles! {
    arf,
    auto_reply,
    blocklist,
    bounce,
    bulk_mail,
    cert_table,
    compromised_site,
    copyright_en,
    defamation_ja,
    fail2ban_ban,
    fail2ban_complain,
    fail2ban_started,
    fraud_shop_ja,
    hotline_ja,
    jmrp,
    lacking,
    log_lines,
    newsletter,
    other_desk,
    p2p_notice,
    person_ja,
    person_legacy,
    phishing_en,
    phishing_ja,
    scan_rate,
    single_ping,
    stolen_mailbox,
    takedown_request_ja,
    threat_ja,
    trademark,
    unclear,
    xarf2,
    xarf3,
    xarf3_content,
    xarf4_content,
    xarf4_json,
    xarf4_mail,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_file_is_registered_and_every_name_is_its_file() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/styles");
        let files: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter_map(|name| name.strip_suffix(".rs").map(str::to_owned))
            .filter(|name| name != "mod")
            .collect();
        let names: BTreeSet<String> = ALL.iter().map(|style| style.name.to_owned()).collect();
        assert_eq!(files, names);
        assert!(ALL.is_sorted_by_key(|style| style.name));
        assert!(ALL.iter().all(|style| style.categories.is_empty() == style.noise.is_some()));
    }
}
