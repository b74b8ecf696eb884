//! What the address of the queue asks for, and the addresses of what else could be asked for.

use model::{CaseState, Category, ContractId, CustomerId, Lane, Permission, Severity, UserId};
use store::cases::{Cursor, Filter, MAX_PAGE, View};
use store::inventory::read as inventory;
use store::people::User;
use store::screens;

use crate::Failure;
use crate::screens::page::{Page, Visit};
use crate::state::Overview;

/// Rows of a page unless the address asks for more.
const ROWS: i64 = 50;

/// A view that is one click away.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tab {
    /// Its name.
    pub(super) name: String,
    /// Where it leads.
    pub(super) href: String,
    /// How many stand in it, where that is known.
    pub(super) count: Option<i64>,
    /// Whether it is the one shown.
    pub(super) current: bool,
    /// Whether its count calls for attention.
    pub(super) pressing: bool,
}

/// One filter in force.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Chip {
    /// What is filtered.
    pub(super) name: String,
    /// By which value.
    pub(super) value: String,
    /// The address without it.
    pub(super) without: String,
}

/// What the address asks for.
#[derive(Debug)]
pub(super) struct Wish {
    /// The cases.
    pub(super) filter: Filter,
    /// Where the page begins.
    pub(super) after: Option<Cursor>,
    /// Rows of a page.
    pub(super) size: i64,
    /// The fields of the address as they stand, without the place in the list.
    pub(super) pairs: Vec<(&'static str, String)>,
}

/// The fields of the address that narrow the queue, in the order in which they are written.
const FIELDS: [&str; 10] =
    ["view", "state", "severity", "category", "lane", "assignee", "customer", "contract", "q", "snoozed"];

impl Wish {
    /// Reads the address.
    pub(super) fn of(visit: &Visit) -> Result<Self, Failure> {
        let mut pairs: Vec<(&'static str, String)> =
            FIELDS.into_iter().filter_map(|name| Some((name, visit.field(name)?))).collect();
        let size = visit.value::<i64>("size")?.unwrap_or(ROWS).clamp(1, MAX_PAGE);
        if size != ROWS {
            pairs.push(("size", size.to_string()));
        }
        let assignee = match visit.field("assignee").as_deref() {
            Some("me") => Some(visit.caller.user.unwrap_or(UserId(-1))),
            _ => visit.value::<UserId>("assignee")?,
        };
        let filter = Filter {
            view: view(visit.field("view").as_deref())?,
            state: visit.value::<CaseState>("state")?,
            assignee,
            lane: visit.value::<Lane>("lane")?,
            severity: visit.value::<Severity>("severity")?,
            category: visit.value::<Category>("category")?,
            customer: visit.value::<CustomerId>("customer")?,
            contract: visit.value::<ContractId>("contract")?,
            text: visit.field("q"),
            snoozed: visit.field("snoozed").is_some(),
        };
        Ok(Self { filter, after: visit.value("after")?, size, pairs })
    }

    /// The value of a field, for the form that narrows the queue.
    pub(super) fn value(&self, name: &str) -> &str {
        self.pairs.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// The address of the first page.
    pub(super) fn address(&self) -> String {
        address(self.pairs.iter().map(|(name, value)| (*name, value.as_str())))
    }

    /// The address of the page after `cursor`.
    pub(super) fn address_after(&self, cursor: Cursor) -> String {
        let after = cursor.to_string();
        address(self.pairs.iter().map(|(name, value)| (*name, value.as_str())).chain([("after", after.as_str())]))
    }

    /// The address without any filter but the view.
    pub(super) fn cleared(&self) -> String {
        address(self.pairs.iter().filter(|(name, _)| *name == "view").map(|(name, value)| (*name, value.as_str())))
    }

    /// The ready-made views with their counts.
    pub(super) fn tabs(&self, page: &Page, overview: &Overview, me: Option<UserId>) -> Vec<Tab> {
        let counts = &overview.counts;
        let of = |state| counts.states.iter().find(|(known, _)| *known == state).map_or(0, |(_, n)| *n);
        let mine = overview.load.iter().find(|load| load.assignee == me && me.is_some()).map_or(0, |load| load.open);
        let here = self.address();
        let tab = |name: &str, href: &str, count: Option<i64>, pressing: bool| Tab {
            name: page.t(name),
            current: here == href,
            href: href.to_owned(),
            pressing: pressing && count.is_some_and(|n| n > 0),
            count,
        };
        let works = page.may(Permission::WorkCases);
        let mine = works.then(|| tab("view-mine", "/cases?assignee=me", Some(mine), false));
        mine.into_iter()
            .chain([
                tab("view-open", "/cases", Some(counts.open), false),
                tab("view-overdue", "/cases?view=overdue", Some(counts.overdue), true),
                tab("view-unassigned", "/cases?view=unassigned", Some(counts.unassigned), false),
                tab("view-unread", "/cases?view=unread", Some(counts.unread), true),
                tab("case-state-open", "/cases?state=open", Some(of(CaseState::Open)), false),
                tab("case-state-waiting", "/cases?state=waiting", Some(of(CaseState::Waiting)), false),
                tab("case-state-answered", "/cases?state=answered", Some(of(CaseState::Answered)), false),
                tab("case-state-contained", "/cases?state=contained", Some(of(CaseState::Contained)), false),
                tab("case-state-closed", "/cases?state=closed", None, false),
                tab("view-all", "/cases?view=all", None, false),
            ])
            .collect()
    }

    /// The filters in force, each with the address without it.
    pub(super) async fn chips(&self, visit: &Visit, page: &Page, users: &[User]) -> Result<Vec<Chip>, Failure> {
        let mut chips = Vec::new();
        for (name, value) in self.pairs.iter().filter(|(name, _)| !matches!(*name, "view" | "size")) {
            let value = match *name {
                "state" => page.tn("case-state", value),
                "severity" => page.tn("severity", value),
                "category" => page.tn("category", value),
                "lane" => page.tn("lane", value),
                "assignee" if value == "me" => page.t("me"),
                "assignee" => users
                    .iter()
                    .find(|user| user.id.to_string() == *value)
                    .map_or_else(|| value.clone(), |user| user.display.clone()),
                "customer" => customer_name(visit, page, self.filter.customer).await?,
                "contract" => contract_key(visit, self.filter.contract).await?,
                "snoozed" => page.t("term-yes"),
                _ => page.clean(value),
            };
            let rest = self.pairs.iter().filter(|(known, _)| known != name);
            let without = address(rest.map(|(name, value)| (*name, value.as_str())));
            chips.push(Chip { name: page.tn("filter", name), value, without });
        }
        Ok(chips)
    }
}

async fn customer_name(visit: &Visit, page: &Page, id: Option<CustomerId>) -> Result<String, Failure> {
    let Some(id) = id else { return Ok(String::new()) };
    let names = screens::customer_names(&mut visit.store(), &[id]).await?;
    Ok(names.get(&id).map_or_else(|| id.to_string(), |(_, name)| page.name(name)))
}

async fn contract_key(visit: &Visit, id: Option<ContractId>) -> Result<String, Failure> {
    let Some(id) = id else { return Ok(String::new()) };
    Ok(inventory::contract(&mut visit.store(), id).await?.key)
}

fn view(name: Option<&str>) -> Result<View, Failure> {
    Ok(match name {
        None | Some("open") => View::Open,
        Some("all") => View::All,
        Some("overdue") => View::Overdue,
        Some("unassigned") => View::Unassigned,
        Some("unread") => View::Unread,
        Some(other) => return Err(Failure::bad_request(format!("there is no view `{other}`"))),
    })
}

fn address<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    if query.is_empty() { "/cases".to_owned() } else { format!("/cases?{query}") }
}
