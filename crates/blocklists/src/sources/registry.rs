//! The register of lists: who makes them, how, under which terms, how they are written, and how often they may be asked.
//!
//! What the program brings is data (`registry/*.toml`); an operator's own file has the same form and adds lists or replaces
//! one of the same name, while the program runs.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::forms::Form;
use crate::error::ListError;

/// The files that the program brings.
const BUILT_IN: [(&str, &str); 6] = [
    ("attacks", include_str!("registry/attacks.toml")),
    ("malware", include_str!("registry/malware.toml")),
    ("spam", include_str!("registry/spam.toml")),
    ("anonymizers", include_str!("registry/anonymizers.toml")),
    ("collections", include_str!("registry/collections.toml")),
    ("dns", include_str!("registry/dns.toml")),
];

/// What a list is about, in the words of FireHOL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// Attacks on services: passwords, scans, exploits.
    Attacks,
    /// Malware: where it lies, where it reports to.
    Malware,
    /// Pages that steal or deceive.
    Phishing,
    /// Spam by mail.
    Spam,
    /// Abuse of forums, comments and accounts.
    Abuse,
    /// A mixture, or a judgement of whole networks.
    Reputation,
    /// Tor, open proxies, VPN.
    Anonymizers,
    /// Space that nobody may use.
    Unroutable,
}

impl Category {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Attacks => "attacks",
            Self::Malware => "malware",
            Self::Phishing => "phishing",
            Self::Spam => "spam",
            Self::Abuse => "abuse",
            Self::Reputation => "reputation",
            Self::Anonymizers => "anonymizers",
            Self::Unroutable => "unroutable",
        }
    }
}

/// What is dated (A58).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dated {
    /// Nothing, or the list as a whole.
    #[default]
    No,
    /// Each entry.
    Entry,
}

/// Who gets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Everybody.
    #[default]
    Open,
    /// Whoever has a key, which costs nothing or little.
    Key,
    /// Members or customers; what it says is not public.
    Private,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Life {
    /// It is kept up.
    #[default]
    Living,
    /// It ended, or is served unchanged; named so that nobody takes it for living.
    Ended,
}

/// One list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Its name: lower case letters, digits, `_`, `-` and `.`.
    pub name: String,
    /// Where it is, the mirrors behind the first; of a DNS list its zone.
    pub url: Vec<String>,
    /// How it is written.
    pub form: Form,
    /// What it is about.
    pub category: Category,
    /// What is dated.
    #[serde(default)]
    pub dated: Dated,
    /// Who gets it.
    #[serde(default)]
    pub access: Access,
    /// Whether it is living.
    #[serde(default)]
    pub life: Life,
    /// Minutes between two times that it is asked, at least.
    #[serde(default = "day")]
    pub minutes: u32,
    /// Largest size in bytes that is believed.
    #[serde(default = "thirty_two_megabytes")]
    pub bytes: usize,
    /// How its entries come about, where it differs from the maintainer's others; empty: not published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mechanism: Option<String>,
    /// Its licence, where it differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// Lists of which it is a window, a copy or a union: it is no second opinion beside them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub made_of: Vec<String>,
    /// The kind of abuse that an entry says, where it says more than "listed".
    #[serde(default = "listed")]
    pub says: model::Category,
    /// Versions always have the same size: what leaves was pushed out.
    #[serde(default)]
    pub capped: bool,
    /// What else is to be known, or is not sure.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// Who makes lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Maintainer {
    /// Short name; lists of one maintainer are one source (A62).
    pub id: String,
    /// Name.
    pub name: String,
    /// Home page.
    pub site: String,
    /// Licence or terms in few words; empty: none stated.
    #[serde(default)]
    pub licence: String,
    /// How entries come about; empty: not published (A59).
    #[serde(default)]
    pub mechanism: String,
    /// The lists.
    pub list: Vec<Source>,
}

const fn day() -> u32 {
    1_440
}

const fn thirty_two_megabytes() -> usize {
    32 << 20
}

const fn listed() -> model::Category {
    model::Category::Blocklist
}

/// A register.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// Who makes lists, with the lists.
    #[serde(default, rename = "maintainer")]
    pub maintainers: Vec<Maintainer>,
}

/// A list with what its maintainer says of all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Known<'a> {
    /// The list.
    #[serde(flatten)]
    pub source: &'a Source,
    /// Short name of the maintainer.
    pub maintainer: &'a str,
    /// Name of the maintainer.
    pub maintainer_name: &'a str,
    /// Home page.
    pub site: &'a str,
    /// The licence that holds for it.
    pub licence_of: &'a str,
    /// How its entries come about.
    pub mechanism_of: &'a str,
}

impl Known<'_> {
    /// Whether a customer may be shown that it lists him: public, dated, and made in a way that is published (A58, A59).
    pub fn showable(&self) -> bool {
        self.why_not_showable().is_none()
    }

    /// Why a customer must not be shown it: `private`, `undated`, `mechanism`.
    pub fn why_not_showable(&self) -> Option<&'static str> {
        match self.source {
            source if source.access == Access::Private => Some("private"),
            source if source.dated == Dated::No => Some("undated"),
            _ if self.mechanism_of.is_empty() => Some("mechanism"),
            _ => None,
        }
    }
}

impl Registry {
    /// What the program brings.
    pub fn built_in() -> &'static Self {
        static ALL: LazyLock<Registry> = LazyLock::new(|| {
            let mut all = Registry::default();
            for (_, text) in BUILT_IN {
                // A test reads them all: a file that is no register does not leave the house.
                all.add(Registry::parse(text).unwrap_or_default());
            }
            all
        });
        &ALL
    }

    /// Reads a file and refuses what cannot work.
    pub fn parse(text: &str) -> Result<Self, ListError> {
        let wrong = |why: String| ListError::Register { why };
        let registry: Self = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        let mut names = BTreeSet::new();
        for known in registry.lists() {
            let source = known.source;
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-.".contains(&byte);
            if source.name.is_empty()
                || source.name.len() > 100
                || !source.name.bytes().all(plain)
                || source.name.starts_with('.')
            {
                return Err(wrong(format!(
                    "`{}` is no name of a list: lower case letters, digits, _ - .",
                    source.name
                )));
            }
            if !names.insert(&source.name) {
                return Err(wrong(format!("{} is there twice", source.name)));
            }
            let web = |url: &String| url.starts_with("https://") || url.starts_with("http://");
            if source.form.is_file() && (source.url.is_empty() || !source.url.iter().all(web)) {
                return Err(wrong(format!(
                    "{}: its url is an array of addresses with http:// or https://",
                    source.name
                )));
            }
            if source.minutes < 5 || source.bytes == 0 {
                return Err(wrong(format!("{}: minutes is at least 5, bytes at least 1", source.name)));
            }
        }
        Ok(registry)
    }

    /// Takes in another register; its lists replace those of the same name.
    pub fn add(&mut self, other: Self) {
        for new in &other.maintainers {
            for list in &new.list {
                self.maintainers.iter_mut().for_each(|known| known.list.retain(|old| old.name != list.name));
            }
        }
        self.maintainers.extend(other.maintainers);
        self.maintainers.retain(|maintainer| !maintainer.list.is_empty());
    }

    /// Every list, in the order of the files.
    pub fn lists(&self) -> impl Iterator<Item = Known<'_>> {
        self.maintainers.iter().flat_map(|maintainer| {
            maintainer.list.iter().map(|source| Known {
                source,
                maintainer: &maintainer.id,
                maintainer_name: &maintainer.name,
                site: &maintainer.site,
                licence_of: source.licence.as_deref().unwrap_or(&maintainer.licence),
                mechanism_of: source.mechanism.as_deref().unwrap_or(&maintainer.mechanism),
            })
        })
    }

    /// Whether a list repeats what others say: a union or a copy of lists of other makers. A part of the maker's own list
    /// speaks with his voice and is none.
    pub fn is_second_hand(&self, known: &Known<'_>) -> bool {
        let other = |name: &String| self.find(name).is_none_or(|other| other.maintainer != known.maintainer);
        known.source.made_of.iter().any(other)
    }

    /// One list.
    pub fn find(&self, name: &str) -> Option<Known<'_>> {
        self.lists().find(|known| known.source.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_program_brings_is_whole() {
        for (name, text) in BUILT_IN {
            if let Err(error) = Registry::parse(text) {
                panic!("{name}.toml: {error}");
            }
        }
        let all = Registry::built_in();
        let names: BTreeSet<&str> = all.lists().map(|known| known.source.name.as_str()).collect();
        assert_eq!(names.len(), all.lists().count(), "no list is there twice");
        let living = all.lists().filter(|known| known.source.life == Life::Living);
        assert!(living.count() >= 150, "at least 150 living lists");
        for known in all.lists() {
            let source = known.source;
            assert!(
                source.made_of.iter().all(|name| names.contains(name.as_str())),
                "{}: made of {:?}",
                source.name,
                source.made_of
            );
            assert!(!known.maintainer_name.is_empty() && known.site.starts_with("http"), "{}", source.name);
            assert!(!source.url.is_empty() || source.form == Form::Report, "{}", source.name);
            let union = ["firehol", "bitwire", "borestad"].contains(&known.maintainer);
            assert!(!union || all.is_second_hand(&known), "{}", source.name);
            assert!(source.life == Life::Living || !source.note.is_empty(), "{}: how it ended", source.name);
        }
    }

    #[test]
    fn a_list_is_shown_only_if_it_is_public_dated_and_says_how_it_is_made() {
        let text = r#"
            [[maintainer]]
            id = "example"
            name = "Example"
            site = "https://lists.example.org/"
            mechanism = "honeypots"
            list = [
              { name = "good", url = ["https://lists.example.org/good"], form = "abuse-ch", category = "malware", dated = "entry" },
              { name = "undated", url = ["https://lists.example.org/undated"], form = "addresses", category = "attacks" },
              { name = "secret", url = ["https://lists.example.org/secret"], form = "addresses", category = "attacks", dated = "entry", access = "private" },
              { name = "dark", url = ["https://lists.example.org/dark"], form = "addresses", category = "attacks", dated = "entry", mechanism = "" },
            ]"#;
        let registry = Registry::parse(text).unwrap();
        let why: Vec<_> = registry.lists().map(|known| known.why_not_showable()).collect();
        assert_eq!(why, [None, Some("undated"), Some("private"), Some("mechanism")]);
    }

    #[test]
    fn an_operators_file_adds_and_replaces_and_slips_are_told() {
        let list = |name: &str, minutes: u32| {
            format!(
                "[[maintainer]]\nid = \"own\"\nname = \"Own\"\nsite = \"https://example.org/\"\nlist = [{{ name = \"{name}\", \
                 url = [\"https://example.org/l\"], category = \"attacks\", minutes = {minutes}, \
                 form = {{ columns = {{ what = 2, separator = \"|\" }} }} }}]"
            )
        };
        let mut all = Registry::parse(&list("one", 60)).unwrap();
        all.add(Registry::parse(&list("one", 90)).unwrap());
        all.add(Registry::parse(&list("two", 60)).unwrap());
        let minutes: Vec<u32> = all.lists().map(|known| known.source.minutes).collect();
        assert_eq!(minutes, [90, 60]);
        assert!(matches!(all.find("two").unwrap().source.form, Form::Columns(_)));
        for broken in
            [list("One", 60), list("../one", 60), list("one", 0), list("one", 60).replace("minutes", "minuets")]
        {
            assert!(Registry::parse(&broken).is_err(), "{broken}");
        }
    }
}
