//! Hostile text made harmless, and rows made ready for templates: what several screens share.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Write as _;

use model::{CaseId, CustomerId, Lang, Place, UserId};
use store::cases::CaseRow;
use store::{Store, people, screens};
use text::wording;

use crate::Failure;
use crate::screens::page::Page;

/// Longest text of a stranger that is shown, characters.
pub(crate) const MAX_SHOWN: usize = 100_000;

/// Names of people and customers, for rows that hold numbers.
#[derive(Debug, Default)]
pub(crate) struct Names {
    people: HashMap<UserId, String>,
    customers: HashMap<CustomerId, (String, String)>,
}

impl Names {
    /// The names that `cases` need.
    pub(crate) async fn of(store: &Store, cases: &[CaseRow]) -> Result<Self, Failure> {
        let mut ids: Vec<CustomerId> = cases.iter().filter_map(|case| case.customer).collect();
        ids.sort_unstable();
        ids.dedup();
        let people = people::users(&mut &*store).await?;
        Ok(Self {
            people: people.into_iter().map(|user| (user.id, user.display)).collect(),
            customers: screens::customer_names(&mut &*store, &ids).await?,
        })
    }

    /// The name of a person of the desk.
    pub(crate) fn person(&self, id: Option<UserId>) -> Option<&str> {
        id.and_then(|id| self.people.get(&id)).map(String::as_str)
    }

    /// The name of a customer, as `page` may show it.
    pub(crate) fn customer(&self, page: &Page, id: Option<CustomerId>) -> Option<String> {
        id.and_then(|id| self.customers.get(&id)).map(|(_, name)| page.name(name))
    }
}

/// The numbers that people read of the cases that rows name.
pub(crate) async fn numbers(
    store: &Store,
    cases: impl Iterator<Item = CaseId> + Send,
) -> Result<HashMap<CaseId, String>, Failure> {
    let mut numbers = HashMap::new();
    for case in cases {
        if let Entry::Vacant(free) = numbers.entry(case) {
            free.insert(store::cases::case(&mut &*store, case).await?.number);
        }
    }
    Ok(numbers)
}

/// A case as a row of a list.
#[derive(Debug)]
pub(crate) struct CaseLine {
    /// The case.
    pub(crate) case: CaseRow,
    /// What it is about, harmless and masked.
    pub(crate) place: String,
    /// Whose.
    pub(crate) customer: Option<String>,
    /// Who works on it.
    pub(crate) assignee: Option<String>,
    /// Letter of its severity: colour never stands alone.
    pub(crate) letter: char,
}

impl CaseLine {
    /// The rows of `cases`.
    pub(crate) fn all(page: &Page, names: &Names, cases: Vec<CaseRow>) -> Vec<Self> {
        cases.into_iter().map(|case| Self::of(page, names, case)).collect()
    }

    /// One row.
    pub(crate) fn of(page: &Page, names: &Names, case: CaseRow) -> Self {
        Self {
            place: place(page.lang, &case.place, page.personal()),
            customer: names.customer(page, case.customer),
            assignee: names.person(case.assignee).map(str::to_owned),
            letter: letter(case.severity.name()),
            case,
        }
    }

    /// The class of its deadline.
    pub(crate) fn urgency(&self, page: &Page) -> &'static str {
        match &self.case.deadline_at {
            Some(at) if self.case.state != model::CaseState::Closed => page.urgency(at),
            _ => "",
        }
    }
}

/// First letter of a severity, upper case.
pub(crate) fn letter(severity: &str) -> char {
    severity.chars().next().map_or('?', |letter| letter.to_ascii_uppercase())
}

/// What a case is about, from its text in the store (`site:…`, `account:…`, `host:…`).
pub(crate) fn place(lang: Lang, text: &str, personal: bool) -> String {
    let place = match text.split_once(':') {
        Some(("site", name)) => Some(Place::Site(name.to_owned())),
        Some(("account", name)) => Some(Place::Account(name.to_owned())),
        Some(("host", ip)) => ip.parse().ok().map(Place::Host),
        _ => None,
    };
    place.map_or_else(|| wording::clean(text, 300), |place| wording::place(lang, &place, None, personal))
}

/// Text of a stranger in its lines: URLs lose their teeth, invisible and control characters become visible marks.
pub(crate) fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len().min(MAX_SHOWN));
    for c in text.chars().take(MAX_SHOWN) {
        match c {
            '\n' | '\t' => shown.push(c),
            '\r' => {}
            c if c.is_control() => shown.push('\u{fffd}'),
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {
                let _ = write!(shown, "[U+{:04X}]", u32::from(c));
            }
            c => shown.push(c),
        }
    }
    defang(&shown)
}

/// `http://` → `hxxp://` and their like, wherever they stand.
fn defang(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (at, _) in lower.match_indices("://") {
        for (scheme, tame) in [("https", "hxxps"), ("http", "hxxp"), ("ftp", "fxp")] {
            if lower[..at].ends_with(scheme) && at - scheme.len() >= done {
                out.push_str(&text[done..at - scheme.len()]);
                out.push_str(tame);
                done = at;
                break;
            }
        }
    }
    out.push_str(&text[done..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_strangers_cannot_act() {
        assert_eq!(
            harmless("see HTTP://a.example/x and https://b.example, ftp://c\r\n\u{202e}evil\u{0}"),
            "see hxxp://a.example/x and hxxps://b.example, fxp://c\n[U+202E]evil\u{fffd}"
        );
        assert_eq!(harmless("日本語 http://例.jp/ ://"), "日本語 hxxp://例.jp/ ://");
    }

    #[test]
    fn places_of_the_store_are_named_and_masked() {
        assert_eq!(place(Lang::En, "site:shop.example.com", true), "site shop[.]example[.]com");
        assert_eq!(place(Lang::Ja, "account:taro@example.jp", false), "アカウント t***@example.jp");
        assert_eq!(place(Lang::En, "host:2001:db8::1", false), "2001:db8::1");
        assert_eq!(place(Lang::En, "garbage", false), "garbage");
    }
}
