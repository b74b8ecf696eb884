//! The two catalogues: a key names one text in Japanese and in English.
//!
//! The `.ftl` files are compiled in. Both languages hold the same keys with the same variables; a test keeps it so.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use model::{Code, Lang};
use unic_langid::LanguageIdentifier;

use crate::wording;

/// A value put into a text: a string or a number. Numbers are shown with thousands grouped.
pub use fluent_bundle::FluentValue as Value;

/// The files of one language, in the order in which they are read: `(name, text)`.
pub const JA: &[(&str, &str)] = &[
    ("terms.ftl", include_str!("../catalogues/ja/terms.ftl")),
    ("errors.ftl", include_str!("../catalogues/ja/errors.ftl")),
    ("console.ftl", include_str!("../catalogues/ja/console.ftl")),
    ("cli.ftl", include_str!("../catalogues/ja/cli.ftl")),
    ("form.ftl", include_str!("../catalogues/ja/form.ftl")),
    ("guard.ftl", include_str!("../catalogues/ja/guard.ftl")),
    ("mail.ftl", include_str!("../catalogues/ja/mail.ftl")),
    ("desk.ftl", include_str!("../catalogues/ja/desk.ftl")),
    ("registers.ftl", include_str!("../catalogues/ja/registers.ftl")),
];

/// The same files in English.
pub const EN: &[(&str, &str)] = &[
    ("terms.ftl", include_str!("../catalogues/en/terms.ftl")),
    ("errors.ftl", include_str!("../catalogues/en/errors.ftl")),
    ("console.ftl", include_str!("../catalogues/en/console.ftl")),
    ("cli.ftl", include_str!("../catalogues/en/cli.ftl")),
    ("form.ftl", include_str!("../catalogues/en/form.ftl")),
    ("guard.ftl", include_str!("../catalogues/en/guard.ftl")),
    ("mail.ftl", include_str!("../catalogues/en/mail.ftl")),
    ("desk.ftl", include_str!("../catalogues/en/desk.ftl")),
    ("registers.ftl", include_str!("../catalogues/en/registers.ftl")),
];

/// The files of `lang`.
pub const fn files(lang: Lang) -> &'static [(&'static str, &'static str)] {
    match lang {
        Lang::Ja => JA,
        Lang::En => EN,
    }
}

struct Catalogue {
    bundle: FluentBundle<FluentResource>,
    /// Mistakes found while reading; a test holds this empty, so that no caller has to handle it.
    problems: Vec<String>,
}

static JAPANESE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(Lang::Ja));
static ENGLISH: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(Lang::En));

impl Catalogue {
    fn of(lang: Lang) -> &'static Self {
        match lang {
            Lang::Ja => &JAPANESE,
            Lang::En => &ENGLISH,
        }
    }

    fn read(lang: Lang) -> Self {
        let id: LanguageIdentifier = lang.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        // Isolation marks (U+2068, U+2069) help only texts that mix writing directions; in mails and terminals they are noise.
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(grouped));
        let mut problems = Vec::new();
        for (name, source) in files(lang) {
            let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(resource, errors)| {
                problems.extend(errors.iter().map(|error| format!("{name}: {error}")));
                resource
            });
            if let Err(errors) = bundle.add_resource(resource) {
                problems.extend(errors.iter().map(|error| format!("{name}: {error}")));
            }
        }
        Self { bundle, problems }
    }

    /// The text of `key`, or of its attribute if the key is `message.attribute`.
    fn text(&self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        let (id, attribute) = key.split_once('.').map_or((key, None), |(id, name)| (id, Some(name)));
        let message = self.bundle.get_message(id)?;
        let pattern = match attribute {
            None => message.value()?,
            Some(name) => message.get_attribute(name)?.value(),
        };
        // A missing variable shows as `{$name}`; `is_complete` finds it, and so do the tests.
        let mut errors = Vec::new();
        Some(self.bundle.format_pattern(pattern, args, &mut errors).into_owned())
    }
}

/// Numbers with thousands grouped, unless the text asks for a plain one: `NUMBER($year, useGrouping: "false")`.
fn grouped<M>(value: &Value<'_>, _: &M) -> Option<String> {
    match value {
        Value::Number(number) if number.options.use_grouping => Some(wording::group(&number.as_string())),
        _ => None,
    }
}

/// The text of `key` in `lang`; a key that does not exist gives `⟦key⟧`, which [`is_complete`] finds.
///
/// An attribute is named with a dot: `error-store-full.todo`.
pub fn t(lang: Lang, key: &str) -> String {
    Catalogue::of(lang).text(key, None).unwrap_or_else(|| format!("⟦{key}⟧"))
}

/// The text of `key` in `lang` with values for its variables: `ta(lang, "queue-count", &[("n", 13_000.into())])`.
pub fn ta(lang: Lang, key: &str, values: &[(&str, Value<'_>)]) -> String {
    let args: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, value.clone())).collect();
    Catalogue::of(lang).text(key, Some(&args)).unwrap_or_else(|| format!("⟦{key}⟧"))
}

/// Whether `key` (or `message.attribute`) exists in `lang`.
pub fn has(lang: Lang, key: &str) -> bool {
    Catalogue::of(lang).text(key, None).is_some()
}

/// Whether a rendered text holds neither a missing key (`⟦…⟧`) nor a missing variable (`{$…}`). For tests of screens and mails.
pub fn is_complete(rendered: &str) -> bool {
    !rendered.contains('⟦') && !rendered.contains("{$")
}

/// What happened and what to do about it, for an error code; a code without text of its own gets the general one.
pub fn error(lang: Lang, code: Code) -> (String, String) {
    let own = format!("error-{}", code.0.replace('.', "-"));
    let key = if has(lang, &own) { own.as_str() } else { "error-unknown" };
    (t(lang, key), t(lang, &format!("{key}.todo")))
}

/// Mistakes in the `.ftl` files of `lang`: syntax, and keys that are there twice.
pub fn problems(lang: Lang) -> &'static [String] {
    &Catalogue::of(lang).problems
}
