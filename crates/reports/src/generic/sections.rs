//! A mail laid out as texts.

use std::borrow::Cow;

use crate::extract::defang::refang;
use crate::html::Html;
use crate::input::part_name;
use crate::mime::{Body, Mail, Part};
use crate::text::begins;

/// Most bytes of text of one section.
const MAX_SECTION: usize = 4 << 20;
/// Most sections of one mail.
const MAX_SECTIONS: usize = 64;
/// Deepest mail inside a mail that is laid out.
const MAX_DEPTH: u32 = 4;

/// What a section is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A subject line, of the report or of the report inside a forward.
    Subject,
    /// What the reporter wrote.
    Body,
    /// An attached text.
    Attachment,
    /// An attached table (CSV).
    Table,
    /// The header of the mail that is complained about. Its body accuses nobody and is no section.
    EvidenceHeader,
}

/// One text of a report.
#[derive(Debug)]
pub(crate) struct Section<'a> {
    /// Name for the provenance.
    pub(crate) part: String,
    /// What it is.
    pub(crate) kind: Kind,
    /// The text, defanging undone, line structure kept.
    pub(crate) text: Cow<'a, str>,
    /// The text before defanging was undone, if that changed anything.
    pub(crate) original: Option<Cow<'a, str>>,
    /// How many mails it is inside of.
    pub(crate) depth: u32,
}

/// The sections of a bare text.
pub(crate) fn of_text(text: &str) -> Vec<Section<'_>> {
    vec![section("1".to_owned(), Kind::Body, Cow::Borrowed(text))]
}

/// The sections of a mail, outermost first.
pub(crate) fn of_mail<'m>(mail: &'m Mail<'_>) -> Vec<Section<'m>> {
    let mut out = Vec::new();
    visit(mail, true, 0, &mut out);
    out
}

fn visit<'m>(mail: &'m Mail<'_>, is_report: bool, depth: u32, out: &mut Vec<Section<'m>>) {
    if depth > MAX_DEPTH {
        return;
    }
    let first = out.len();
    lay_out(mail, is_report, depth, out);
    for section in out.iter_mut().skip(first) {
        section.depth = section.depth.max(depth);
    }
}

fn lay_out<'m>(mail: &'m Mail<'_>, is_report: bool, depth: u32, out: &mut Vec<Section<'m>>) {
    if is_report {
        if let Some(subject) = mail.header("Subject") {
            out.push(section("Subject".to_owned(), Kind::Subject, Cow::Borrowed(subject)));
        }
    } else {
        out.push(header_section(mail, depth));
    }
    let mut own_text = 0;
    let mut choices: Vec<Choice> = Vec::new();
    for (index, part) in mail.parts.iter().enumerate() {
        if out.len() >= MAX_SECTIONS {
            return;
        }
        let kind = kind_of(part);
        if kind.is_none_or(|kind| kind == Kind::Body && !is_report) && !matches!(part.body, Body::Mail(_)) {
            continue;
        }
        if let Some(group) = part.alternative
            && !choices.iter().any(|choice| choice.group == group)
        {
            choices.push(choice(mail, group));
        }
        let choice = choices.iter().find(|choice| Some(choice.group) == part.alternative && choice.both);
        let name = part_name(part, index);
        let passed_over = choice.is_some_and(|choice| match &part.body {
            Body::Html(_) => !choice.html,
            Body::Text(_) => choice.html && part.kind == "text/plain",
            _ => false,
        });
        if passed_over {
            continue;
        }
        match &part.body {
            Body::Mail(inner) => {
                let passed_on = is_report && crate::forward::is_report_inside(inner, own_text);
                visit(inner, passed_on, depth + 1, out);
            }
            Body::Html(html) => {
                let text = html.visible();
                own_text += text.trim().len();
                out.push(section(name, Kind::Body, Cow::Borrowed(text)));
            }
            _ => {
                let Some((kind, text)) = kind.zip(text_of(part)) else {
                    continue;
                };
                if kind == Kind::Body {
                    own_text += text.trim().len();
                }
                out.push(section(name, kind, text));
            }
        }
    }
}

fn section(part: String, kind: Kind, text: Cow<'_, str>) -> Section<'_> {
    let text = match text {
        Cow::Borrowed(text) => Cow::Borrowed(crate::charset::prefix(text, MAX_SECTION)),
        Cow::Owned(mut text) => {
            let end = crate::charset::prefix(&text, MAX_SECTION).len();
            text.truncate(end);
            Cow::Owned(text)
        }
    };
    let changed = match refang(&text) {
        Cow::Owned(changed) if changed != *text => Some(changed),
        _ => None,
    };
    let changed = super::wrapped::joined(changed.as_deref().unwrap_or(&text)).or(changed);
    match changed {
        Some(changed) => Section { part, kind, original: Some(text), text: Cow::Owned(changed), depth: 0 },
        None => Section { part, kind, text, original: None, depth: 0 },
    }
}

/// The trace and origin fields of the mail that is complained about, one a line.
fn header_section<'m>(mail: &Mail<'_>, depth: u32) -> Section<'m> {
    let mut text = String::new();
    for field in mail.fields.iter().take(200) {
        let name = field.name.to_ascii_lowercase();
        let account = super::accounts::is_account_field(&name);
        if account || name == "received" || name == "return-path" || name.ends_with("-ip") || name == "x-php-script" {
            text.push_str(&field.name);
            text.push_str(": ");
            text.push_str(&field.value.replace(['\n', '\r'], " "));
            text.push('\n');
        }
    }
    section(format!("mail-{depth}"), Kind::EvidenceHeader, Cow::Owned(text))
}

/// Which version of an alternative is read.
struct Choice {
    /// Number of the alternative.
    group: u32,
    /// The HTML version is the better one.
    html: bool,
    /// Both versions are there.
    both: bool,
}

/// Chooses between the versions of an alternative: the plain one, unless it lost what the HTML one has.
fn choice(mail: &Mail<'_>, group: u32) -> Choice {
    let versions = || mail.parts.iter().filter(|other| other.alternative == Some(group) && !other.attached);
    let plain = || {
        versions().filter_map(|part| match &part.body {
            Body::Text(text) if part.kind == "text/plain" => Some(text.as_ref()),
            _ => None,
        })
    };
    let html = || {
        versions().filter_map(|part| match &part.body {
            Body::Html(html) => Some(html),
            _ => None,
        })
    };
    let plain_length: usize = plain().map(|text| text.trim().len()).sum();
    let html_length: usize = html().map(|html| html.source().len()).sum();
    let both = html_length > 0 && plain_length > 0;
    // Tags and styles are the larger half of any HTML mail.
    let stub = plain_length < 60 && html_length > 300;
    let poor = stub || plain_length < 300 && html_length > 3_000;
    let tables = html().any(|html| memchr::memmem::find(html.source().as_bytes(), b"<td").is_some());
    if !both || !(poor || tables) {
        return Choice { group, html: false, both };
    }
    let visible = || html().map(Html::visible);
    let better = poor && visible().map(|text| text.trim().len()).sum::<usize>() > plain_length * 3
        || tables && rows(visible()) > rows(plain()).max(1);
    Choice { group, html: better, both }
}

/// Rows of tables that came through the conversion to this version whole.
fn rows<'t>(texts: impl Iterator<Item = &'t str>) -> usize {
    texts.map(super::tables::whole_rows).sum()
}

/// What a part is for; nothing if it is not read.
fn kind_of(part: &Part<'_>) -> Option<Kind> {
    let name = part.name.as_deref().unwrap_or("").to_ascii_lowercase();
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    if matches!(part.body, Body::Html(_)) {
        return Some(Kind::Body);
    }
    if ends(&[".asc", ".sig", ".p7s", ".png", ".jpg", ".pdf", ".vcf", ".ics"]) || part.kind.contains("signature") {
        return None;
    }
    if ends(&[".csv"]) || part.kind.ends_with("/csv") {
        return Some(Kind::Table);
    }
    if ends(&[".html", ".htm"]) && matches!(part.body, Body::Binary(_)) {
        return Some(Kind::Attachment);
    }
    if part.kind.starts_with("text/rfc822") || ends(&[".eml"]) || part.kind == "message/delivery-status" {
        return None;
    }
    let attached = part.attached || (!name.is_empty() && !part.kind.starts_with("text/plain"));
    Some(if attached { Kind::Attachment } else { Kind::Body })
}

/// The text of a part that is no mail.
fn text_of<'p>(part: &'p Part<'_>) -> Option<Cow<'p, str>> {
    let text = part.text()?;
    let table = part.kind.ends_with("/csv");
    let named = |end: &str| part.name.as_deref().is_some_and(|name| name.to_ascii_lowercase().ends_with(end));
    if table || named(".csv") {
        return Some(text);
    }
    // HTML that is labelled as something else.
    let head = text.trim_start();
    let is_html = head.get(..1) == Some("<")
        && ["<html", "<!doctype", "<p>", "<div", "<br", "<pre", "<table"].iter().any(|tag| begins(head, tag));
    let page = (named(".html") || named(".htm")) && matches!(part.body, Body::Binary(_));
    Some(if is_html || page { Cow::Owned(crate::html::to_text(&text)) } else { text })
}
