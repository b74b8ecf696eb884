//! Of several links that name one thing, the one that is meant.

use std::collections::HashSet;

use super::candidates::{Candidate, Value};
use crate::extract::url;

/// Least score of a link that the text accuses, and of a name that it does.
const ACCUSED: i32 = 3;
const NAMED: i32 = 4;
/// How much less a bare name scores than a URL in its place.
const NAME_GAP: i32 = 2;

/// What a link is compared by: its site, and whether it says where on the site.
struct Form {
    site: String,
    deep: bool,
}

fn form(one: &Candidate) -> Option<Form> {
    let text = match &one.value {
        Value::Url(text) | Value::Host(text) => text,
        Value::Ip(_) => return None,
    };
    let place = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
    let deep = place.split_once(['/', '?', '#']).is_some_and(|(_, path)| !path.is_empty());
    Some(Form { site: url::holder(url::host(text)?).to_owned(), deep })
}

/// Takes out links that stand in a subject alone while the text spells the same site out: a subject is short.
///
/// A subject that says where on the site stays, if the text does not say it.
pub(super) fn spelt_out(urls: &mut Vec<Candidate>, hosts: &[Candidate]) {
    if !urls.iter().any(|one| one.in_subject && !one.in_text) {
        return;
    }
    let told =
        |one: &&Candidate| one.in_text && one.best >= if matches!(one.value, Value::Host(_)) { NAMED } else { ACCUSED };
    let forms: Vec<Form> = urls.iter().chain(hosts).filter(told).filter_map(form).collect();
    urls.retain(|one| {
        one.in_text
            || !one.in_subject
            || form(one)
                .is_none_or(|short| !forms.iter().any(|full| full.site == short.site && (full.deep || !short.deep)))
    });
}

/// Takes out links that can be clicked, where the writer has disguised others that he accuses: who takes this trouble
/// takes it with all that is dangerous.
pub(super) fn disguised(urls: &mut Vec<Candidate>, hosts: &[Candidate]) {
    let accused = |one: &&Candidate| {
        one.defanged && one.best >= if matches!(one.value, Value::Host(_)) { 2 * NAMED } else { ACCUSED }
    };
    let sites: HashSet<String> =
        urls.iter().chain(hosts).filter(accused).filter_map(form).map(|form| form.site).collect();
    if sites.is_empty() {
        return;
    }
    urls.retain(|one| {
        one.defanged || one.in_table || one.in_subject || form(one).is_none_or(|form| sites.contains(&form.site))
    });
}

/// The bare names that stand in one list with URLs that are accused: alone in their lines, next to each other.
pub(super) fn mixed(links: &[Candidate], hosts: &[Candidate]) -> HashSet<Value> {
    let top = links.iter().map(|one| one.best).max().unwrap_or(0);
    let listed = |one: &&Candidate| one.listed && !one.in_subject && !one.in_table;
    let place = |one: &Candidate| (one.spot.section, one.spot.line);
    let mut places: HashSet<_> = links.iter().filter(listed).filter(|one| one.best == top).map(place).collect();
    let mut out = HashSet::new();
    if places.is_empty() {
        return out;
    }
    let could = |one: &&Candidate| listed(one) && one.best + NAME_GAP >= top && one.best >= ACCUSED;
    // Down the list and up again: each name that joins it brings its neighbours.
    for one in hosts.iter().chain(hosts.iter().rev()).filter(could) {
        let (section, line) = place(one);
        if (line.saturating_sub(2)..=line.saturating_add(2)).any(|near| places.contains(&(section, near))) {
            places.insert((section, line));
            out.insert(one.value.clone());
        }
    }
    out
}

/// Places where people put documents and pictures that they point to: the registrable domain or the whole name.
const SHARES: &[&str] = &[
    "drive.google.com",
    "docs.google.com",
    "photos.google.com",
    "dropbox.com",
    "1drv.ms",
    "onedrive.live.com",
    "sharepoint.com",
    "box.com",
    "wetransfer.com",
    "we.tl",
    "icloud.com",
    "disk.yandex.com",
    "disk.yandex.ru",
    "yadi.sk",
    "mega.nz",
    "imgur.com",
    "prnt.sc",
    "gyazo.com",
    "ibb.co",
    "postimg.cc",
    "snipboard.io",
    "pastebin.com",
    "web.archive.org",
    "archive.ph",
    "archive.is",
];

/// Takes out papers that are put beside a site which the subject names: they prove whose right it is.
pub(super) fn proofs(urls: &mut Vec<Candidate>, hosts: &[Candidate]) {
    let named: Vec<Form> =
        hosts.iter().filter(|one| one.in_subject && one.best >= 2 * NAMED).take(20).filter_map(form).collect();
    if named.is_empty() {
        return;
    }
    let is_paper = |one: &Candidate| {
        let Value::Url(text) = &one.value else { return false };
        let lower = text.to_ascii_lowercase();
        [".pdf", ".doc", ".docx"].iter().any(|end| lower.ends_with(end))
            && form(one).is_none_or(|paper| !named.iter().any(|site| site.site == paper.site))
    };
    urls.retain(|one| one.defanged || one.in_table || !is_paper(one));
}

/// Takes out papers and pictures that a sentence points to, where the report accuses something elsewhere.
pub(super) fn papers(links: &mut Vec<Candidate>) {
    let shared = |one: &Candidate| match &one.value {
        Value::Url(text) => url::host(text).is_some_and(|host| {
            let host = host.to_ascii_lowercase();
            SHARES.contains(&host.as_str()) || SHARES.contains(&url::registrable(&host))
        }),
        _ => false,
    };
    if links.len() > 1 && links.iter().any(|one| !shared(one)) {
        links.retain(|one| one.listed || one.defanged || one.in_table || one.in_subject || !shared(one));
    }
}

/// Takes out what says no more than its neighbours: a site that sentences name while pages of it are listed, and a
/// second spelling of a link that differs in its percent escapes only (RFC 3986, section 6.2.2.2).
pub(super) fn redundant(links: &mut Vec<Candidate>) {
    if links.len() < 2 {
        return;
    }
    let listed: HashSet<String> =
        links.iter().filter(|one| one.listed).filter_map(form).filter(|form| form.deep).map(|form| form.site).collect();
    let mut seen: HashSet<String> = HashSet::new();
    links.retain(|one| {
        let Some(form) = form(one) else { return true };
        let whole_site = !form.deep && !one.listed && !one.in_table && listed.contains(&form.site);
        let again = match &one.value {
            Value::Url(text) if text.contains('%') || text.contains('@') || text.contains('[') => {
                !seen.insert(url::percent_decoded(text))
            }
            _ => false,
        };
        !(whole_site || again)
    });
}
