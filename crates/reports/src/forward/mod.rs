//! Reports that were passed on: the innermost report is read as if it had come directly, and whoever passed it on is
//! known as the forwarder.
//!
//! A mail inside a mail may as well be what is complained about. It is taken for a report only if it is one by its form,
//! was sent to an abuse desk, or speaks of abuse while the outer mail says nothing of its own.

use std::borrow::Cow;

use model::{Category, ReporterClaim};

use crate::extract::{ip, time, url};
use crate::mime::{Body, Field, Mail, Part};
use crate::{charset, envelope, noise};

mod inline;
mod words;

use inline::Inline;

/// Most times that one report is taken to have been passed on.
const MAX_LEVELS: usize = 5;
/// Most text in which a passed-on mail is looked for.
const MAX_TEXT: usize = 256 << 10;

/// What is known of the mails around the report.
#[derive(Debug, Clone, Default)]
pub struct Wrapped {
    /// The mail that came in, without its parts: its ids are those of the conversation.
    pub outer: Mail<'static>,
    /// Who passed the report on, as the outermost mail says.
    pub forwarder: ReporterClaim,
    /// How, outermost first, one sentence each.
    pub how: Vec<String>,
}

/// The innermost report in `mail`, and what it was wrapped in.
pub(crate) fn unwrap(mut mail: Mail<'_>) -> (Mail<'_>, Option<Wrapped>) {
    let mut wrapped: Option<Wrapped> = None;
    for _ in 0..MAX_LEVELS {
        let Some((inner, how)) = step(&mut mail) else { break };
        let inner = match inner {
            Found::Attached(index, text) => attached(&mut mail, index, &text),
            Found::Inline(found) => Some(inline_mail(&mut mail, *found)),
        };
        let Some(inner) = inner else { break };
        let outer = std::mem::replace(&mut mail, inner);
        let known = wrapped.get_or_insert_with(|| Wrapped {
            forwarder: envelope::claim(&outer),
            outer: envelope::head(&outer),
            how: Vec::new(),
        });
        known.how.push(how);
        mail.remarks.extend(outer.remarks);
    }
    (mail, wrapped)
}

enum Found {
    /// Number of the part, and the text around it.
    Attached(usize, String),
    Inline(Box<Inline>),
}

/// The next mail to go into, if this one only passes a report on.
fn step(mail: &mut Mail<'_>) -> Option<(Found, String)> {
    if is_structured(mail) || mail.report_type.is_some() {
        return None;
    }
    let text = envelope::readable(mail);
    let text = charset::prefix(&text, MAX_TEXT);
    let own = text.trim().len();
    let mut inner = mail.parts.iter().enumerate().filter_map(|(index, part)| match &part.body {
        Body::Mail(inner) if is_structured(inner) => Some(index),
        Body::Mail(inner) if is_report_inside(inner, own) && (is_to_desk(inner) || !complains(text)) => Some(index),
        _ => None,
    });
    // Several reports in one mail are read together, where they are.
    if let (Some(index), None) = (inner.next(), inner.next()) {
        if noise::of(mail, text).is_some() {
            return None;
        }
        return Some((
            Found::Attached(index, text.to_owned()),
            sentence(mail, "The report was passed on as an attached mail by {}."),
        ));
    }
    let found = inline::find(text)?;
    if found.body.trim().is_empty() || !is_passed_on(mail, &found) || noise::of(mail, text).is_some() {
        return None;
    }
    let how = if found.ticket {
        "The report was passed on through a ticket system by {}."
    } else {
        "The report was passed on in the text of a mail by {}."
    };
    Some((Found::Inline(Box::new(found)), sentence(mail, how)))
}

fn sentence(mail: &Mail<'_>, how: &str) -> String {
    let from = mail.header("From").and_then(envelope::mailbox).map(|(_, address)| address);
    how.replace("{}", from.as_deref().unwrap_or("?"))
}

/// A machine's report that says itself what it is.
fn is_structured(mail: &Mail<'_>) -> bool {
    mail.report_type.as_deref() == Some("feedback-report")
        || mail.header("X-ARF").is_some()
        || mail.header("X-XARF").is_some()
        || mail.parts.iter().any(|part| {
            part.kind == "message/feedback-report"
                || part.name.as_deref().is_some_and(|name| {
                    name.eq_ignore_ascii_case("report.txt") || name.eq_ignore_ascii_case("xarf.json")
                })
        })
}

/// Whether an attached mail is itself a report that was passed on, and not the mail that is complained about: it was sent
/// to an abuse desk, or it speaks of abuse in its subject, and the outer mail says little.
pub(crate) fn is_report_inside(inner: &Mail<'_>, outer_text: usize) -> bool {
    let to_desk = is_to_desk(inner);
    let about = inner.header("Subject").is_some_and(speaks_of_abuse);
    (to_desk && about) || (outer_text < 600 && (to_desk || about) && inner.header("List-Unsubscribe").is_none())
}

fn is_to_desk(mail: &Mail<'_>) -> bool {
    ["To", "Cc", "Delivered-To"].iter().filter_map(|name| mail.header(name)).any(names_desk)
}

/// Whether whoever writes this complains himself: `I got this spam, see below` makes the mail below the evidence.
fn complains(note: &str) -> bool {
    note.trim().len() > 600 || crate::words::category(note) != Category::Unknown
}

/// Whether a mail comes from an office that passes on what it gets.
fn is_from_desk(mail: &Mail<'_>) -> bool {
    mail.header("From").and_then(envelope::mailbox).is_some_and(|(_, address)| {
        let address = address.to_ascii_lowercase();
        names_desk(&address)
            || ["support", "info@", "admin", "postmaster", "helpdesk"].iter().any(|word| address.starts_with(word))
    })
}

fn names_desk(to: &str) -> bool {
    let to = to.to_ascii_lowercase();
    ["abuse", "noc@", "security@", "hostmaster", "cert@", "csirt"].iter().any(|word| to.contains(word))
}

fn speaks_of_abuse(subject: &str) -> bool {
    const WORDS: &[&str] = &[
        "abuse",
        "phishing",
        "infring",
        "dmca",
        "attack",
        "malicious",
        "complaint",
        "copyright",
        "botnet",
        "vulnerab",
        "迷惑",
        "不正",
    ];
    let lower = subject.to_lowercase();
    WORDS.iter().any(|word| lower.contains(word))
}

/// Whether a text is written to a provider: a mail that a private person passes on may as well be the bait he got.
fn speaks_to_provider(text: &str) -> bool {
    #[rustfmt::skip] // Words side by side can be read; one a line cannot.
    const WORDS: &[&str] = &[
        "貴社", "御社", "貴組織", "貴団体", "貴学", "貴ネットワーク", "攻撃元", "送信元ip", "感染端末", "接続元", "検知", "観測",
        "source ip", "attacker", "your network", "your ip", "your server", "your customer", "under your", "abuse",
    ];
    let lower = charset::prefix(text, 4_000).to_lowercase();
    WORDS.iter().any(|word| lower.contains(word))
}

/// Whether a note says nothing of its own but, perhaps, a greeting.
fn is_bare(note: &str) -> bool {
    let (mut ips, mut urls) = (Vec::new(), Vec::new());
    ip::scan(note, &mut ips);
    url::scan(note, &mut urls);
    note.trim().chars().count() <= 200 && ips.is_empty() && urls.is_empty()
}

/// Whether a line is the date in the head of a mail that is passed on in the text, and no time of an event.
pub(crate) fn head_field(line: &str) -> Option<HeadField> {
    let bare = line.trim_start_matches(['>', '|', ' ']);
    match words::field(bare)?.0 {
        words::Key::From => Some(HeadField::From),
        words::Key::Date => Some(HeadField::Date),
        _ => Some(HeadField::Other),
    }
}

/// A field of the head of a mail in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeadField {
    /// Whom it is from: the head begins, or goes on.
    From,
    /// When it was sent.
    Date,
    /// Anything else of a head.
    Other,
}

/// Whether a mail in the text is a report that was passed on: by the marks of a forward, and because it is a report.
fn is_passed_on(outer: &Mail<'_>, found: &Inline) -> bool {
    if found.ticket {
        return true;
    }
    let subject = outer.header("Subject").unwrap_or("");
    let answers = outer.header("In-Reply-To").is_some() || noise::is_re(&subject.to_lowercase());
    let is_forward = found.certain || words::is_forward(subject);
    if !is_forward && answers {
        return false;
    }
    let get = |name: &str| found.fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
    let to_desk = [get("To"), get("Cc")].into_iter().flatten().any(names_desk);
    // A mail that is quoted under `… wrote:` has the subject of the mail around it.
    let about = get("Subject").or(Some(subject)).is_some_and(speaks_of_abuse);
    let structured = found.body.contains("\nReport-Type:") || found.body.contains("\nReported-From:");
    // Without a desk on the way, the mail inside has to speak for itself.
    let said = get("Subject").is_some_and(|subject| crate::words::category(subject) != Category::Unknown);
    let bare = (about || said) && is_forward && is_bare(&found.note) && speaks_to_provider(&found.body);
    structured || to_desk && (is_forward || about) || (about && is_from_desk(outer) || bare) && !complains(&found.note)
}

/// What the forwarder wrote, if it names an address or a link that the report does not: then it may say more.
fn note(subject: &str, text: &str, inner: &Mail<'_>) -> Option<String> {
    let whole = format!("{subject}\n\n{text}");
    let known = format!("{}\n{}", inner.header("Subject").unwrap_or(""), envelope::readable(inner));
    let (mut ips, mut urls) = (Vec::new(), Vec::new());
    for line in whole.lines().take(500) {
        ip::scan(line, &mut ips);
        url::scan(line, &mut urls);
    }
    let new_ip = ips.iter().any(|one| ip::is_public(one.value) && !known.contains(&one.value.to_string()));
    let new_url = urls.iter().any(|one| url::host(&one.value).is_some_and(|host| !known.contains(host)));
    (new_ip || new_url).then_some(whole)
}

fn note_part<'a>(text: String) -> Part<'a> {
    Part {
        kind: "text/plain".to_owned(),
        name: Some("forwarder.txt".to_owned()),
        alternative: None,
        attached: false,
        body: Body::Text(Cow::Owned(text)),
    }
}

/// The attached mail, taken out.
fn attached<'a>(mail: &mut Mail<'a>, index: usize, text: &str) -> Option<Mail<'a>> {
    let part = mail.parts.remove(index);
    let Body::Mail(inner) = part.body else { return None };
    let mut inner = *inner;
    if !is_structured(&inner) {
        let note = note(mail.header("Subject").unwrap_or(""), text, &inner);
        inner.parts.extend(note.map(note_part));
    }
    Some(inner)
}

/// The date without its weekday in brackets; mail programs write the local time of whoever passes the mail on, and leave
/// his zone to the outer date.
fn dated(date: &str, outer: &str) -> String {
    let mut out = date.to_owned();
    while let Some(open) = out.find(['(', '（'])
        && let Some(close) = out[open..].find([')', '）']).map(|at| open + at)
    {
        let end = close + out[close..].chars().next().map_or(1, char::len_utf8);
        out.replace_range(open..end, " ");
    }
    out = words::english(&out, outer);
    let mut found = Vec::new();
    time::scan(&out, &mut found);
    let is_zone =
        |word: &&str| word.len() == 5 && word.starts_with(['+', '-']) && word[1..].bytes().all(|b| b.is_ascii_digit());
    if found.first().is_some_and(|one| one.value.zone.is_none())
        && let Some(zone) = outer.split_whitespace().find(is_zone)
    {
        out.push(' ');
        out.push_str(zone);
    }
    out
}

/// A mail made of the fields and the text, with the attachments of the outer one.
fn inline_mail<'a>(mail: &mut Mail<'a>, found: Inline) -> Mail<'a> {
    let mut fields: Vec<Field<'a>> = found
        .fields
        .into_iter()
        .map(|(name, value)| Field { name: Cow::Borrowed(name), value: Cow::Owned(value) })
        .collect();
    if let Some(date) = fields.iter_mut().find(|field| field.name == "Date") {
        date.value = Cow::Owned(dated(&date.value, mail.header("Date").unwrap_or("")));
    }
    // Request Tracker says in its header for whom it speaks.
    if let Some(originator) = mail.header("RT-Originator").filter(|_| found.ticket) {
        let value = Cow::Owned(originator.to_owned());
        fields.retain(|field| field.name != "From");
        fields.insert(0, Field { name: Cow::Borrowed("From"), value });
    }
    if !fields.iter().any(|field| field.name == "Subject")
        && let Some(subject) = mail.header("Subject")
    {
        fields.push(Field { name: Cow::Borrowed("Subject"), value: Cow::Owned(subject.to_owned()) });
    }
    let text = Part {
        kind: "text/plain".to_owned(),
        name: None,
        alternative: None,
        attached: false,
        body: Body::Text(Cow::Owned(found.body)),
    };
    let is_text =
        |part: &Part<'_>| !part.attached && matches!(part.body, Body::Text(_) | Body::Html(_)) && part.name.is_none();
    let rest: Vec<Part<'a>> = std::mem::take(&mut mail.parts).into_iter().filter(|part| !is_text(part)).collect();
    let mut inner =
        Mail { fields, kind: mail.kind.clone(), parts: std::iter::once(text).chain(rest).collect(), ..Mail::default() };
    let note = note(mail.header("Subject").unwrap_or(""), &found.note, &inner);
    inner.parts.extend(note.map(note_part));
    inner
}
