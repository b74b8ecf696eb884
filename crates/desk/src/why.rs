//! Why the desk refuses, as a reason of the catalogue: one sentence in the language of whoever reads it.
//!
//! Each reason is one function of [`reasons`]; its arguments are the variables of the text `why-<name>` in `desk.ftl`.

pub mod reasons;

use std::fmt;

use model::{Category, Exit, Lane, Lang, MeasureKind, MeasureState, Role};
use serde::Serialize;
use store::mails::MailState;
use store::registers::InstrumentKind;
use text::Value;
use text::mail::MailKind;

/// A reason with what it speaks of. `Display` gives it in English, for logs and the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    name: &'static str,
    said: Vec<(&'static str, Said)>,
}

impl Why {
    /// The reason in `lang`: what happened and what to do about it.
    pub fn text(&self, lang: Lang) -> String {
        let said: Vec<_> = self.said.iter().map(|(name, said)| (*name, Value::from(said.text(lang)))).collect();
        text::ta(lang, &key(self.name), &said)
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Lang::En))
    }
}

/// The key of a reason in the catalogue: `case_closed` is `why-case-closed`.
fn key(name: &str) -> String {
    format!("why-{}", name.replace('_', "-"))
}

/// A piece of a reason, or all there is to say where no reason was coded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// As it stands, in every language: a number, a name, the words of somebody else.
    Verbatim(String),
    /// A word of the catalogue, by its key and by the name under which programs know it.
    Term {
        /// Key in the catalogue.
        key: String,
        /// What stands there if the catalogue has no such key.
        name: String,
    },
    /// Things that whoever asks must give: each as its word and, to be copied, its name.
    Fields(Vec<(String, String)>),
    /// Another reason.
    Why(Why),
}

impl Said {
    /// The word `<prefix>-<name>` of the catalogue.
    pub fn term(prefix: &str, name: &str) -> Self {
        Self::Term { key: format!("{prefix}-{name}"), name: name.to_owned() }
    }

    /// The words `<prefix>-<name>`, each with its name.
    pub fn fields<'a>(prefix: &str, names: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Fields(names.into_iter().map(|name| (format!("{prefix}-{name}"), name.to_owned())).collect())
    }

    /// The same for things that serde names.
    pub(crate) fn named(prefix: &str, things: &[impl Serialize]) -> Self {
        let names: Vec<_> = things.iter().filter_map(|thing| serde_json::to_value(thing).ok()).collect();
        Self::fields(prefix, names.iter().filter_map(serde_json::Value::as_str))
    }

    /// It in `lang`.
    pub fn text(&self, lang: Lang) -> String {
        match self {
            Self::Verbatim(text) => text.clone(),
            Self::Term { key, name } => word(lang, key, name),
            Self::Fields(fields) => {
                let one = |(key, name): &(String, String)| {
                    let word = word(lang, key, name);
                    text::ta(lang, "why-field", &[("word", word.into()), ("name", name.as_str().into())])
                };
                let comma = if lang == Lang::Ja { "、" } else { ", " };
                fields.iter().map(one).collect::<Vec<_>>().join(comma)
            }
            Self::Why(why) => why.text(lang),
        }
    }

    /// The language in which whoever reads `lang` gets it: what stands as it is stands in English.
    pub const fn lang(&self, lang: Lang) -> Lang {
        if matches!(self, Self::Verbatim(_)) { Lang::En } else { lang }
    }

    /// Whether there is nothing to say.
    pub const fn is_empty(&self) -> bool {
        matches!(self, Self::Verbatim(text) if text.is_empty())
    }
}

fn word(lang: Lang, key: &str, name: &str) -> String {
    if text::has(lang, key) { text::t(lang, key) } else { name.to_owned() }
}

impl From<Why> for Said {
    fn from(why: Why) -> Self {
        Self::Why(why)
    }
}

impl From<String> for Said {
    fn from(text: String) -> Self {
        Self::Verbatim(text)
    }
}

/// What is shown as it stands.
macro_rules! verbatim {
    ($($type:ty),+) => {$(
        impl From<$type> for Said {
            fn from(value: $type) -> Self {
                Self::Verbatim(value.to_string())
            }
        }
    )+};
}

verbatim!(&str, &String, i16, i64, u32, usize, jiff::civil::Date);
verbatim!(model::CaseId, model::ContractId, model::JobId, model::MailId, model::MeasureId, model::ReportId);

/// Words of the vocabulary, by the prefix of their keys.
macro_rules! terms {
    ($($type:ty: $prefix:literal),+ $(,)?) => {$(
        impl From<$type> for Said {
            fn from(value: $type) -> Self {
                Self::term($prefix, value.name())
            }
        }
    )+};
}

terms!(
    Category: "category", Exit: "exit", Lane: "lane", MeasureKind: "measure-kind", MeasureState: "measure-state",
    Role: "role", MailKind: "mail-kind", MailState: "mail-state", InstrumentKind: "instrument-kind",
);
