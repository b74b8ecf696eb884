//! The templates that are compiled in, by name: `customer-reminder`, `parts/notes`.

use model::Lang;

macro_rules! templates {
    ($($name:literal)+) => {
        const JA: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../templates/ja/", $name, ".txt")))),+];
        const EN: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../templates/en/", $name, ".txt")))),+];
    };
}

templates! {
    "customer-notice-managed"
    "customer-notice-root"
    "customer-notice-rights"
    "customer-reminder"
    "customer-measure"
    "customer-warning-third"
    "customer-cancel"
    "customer-closed"
    "reseller-forward"
    "reporter-receipt"
    "reporter-ask"
    "reporter-outcome"
    "reporter-thanks"
    "parts/answer"
    "parts/causes-content"
    "parts/causes-fraud"
    "parts/causes-general"
    "parts/causes-host"
    "parts/causes-mail"
    "parts/causes-open-service"
    "parts/causes-phishing"
    "parts/causes-rights"
    "parts/causes-web"
    "parts/customer-footer"
    "parts/customer-head"
    "parts/customer-parts"
    "parts/events"
    "parts/measures-content"
    "parts/measures-fraud"
    "parts/measures-general"
    "parts/measures-host"
    "parts/measures-mail"
    "parts/measures-open-service"
    "parts/measures-phishing"
    "parts/measures-rights"
    "parts/measures-web"
    "parts/notes"
    "parts/reporter-fail2ban"
    "parts/reporter-footer"
    "parts/reporter-head"
    "parts/reporter-identity"
    "parts/risk"
}

/// Every template of `lang`: `(name, text)`.
pub(super) const fn all(lang: Lang) -> &'static [(&'static str, &'static str)] {
    match lang {
        Lang::Ja => JA,
        Lang::En => EN,
    }
}

/// The names under which templates can be replaced, without the language: `customer-reminder`, `parts/notes`.
pub fn template_names() -> impl Iterator<Item = &'static str> {
    JA.iter().map(|(name, _)| *name)
}

/// The text of a template as it was delivered, for an editor to start from.
pub fn source(lang: Lang, name: &str) -> Option<&'static str> {
    all(lang).iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
