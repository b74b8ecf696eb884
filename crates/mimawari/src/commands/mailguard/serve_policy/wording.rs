//! What the customer reads in his mail program when a mail is stopped.

use jiff::Timestamp;
use mailguard::policy::{Answer, Of, Verdict, Why};
use model::Lang;
use text::Value;

use super::Server;
use crate::show;

/// Longest text of an answer: a line of SMTP has 512 octets (RFC 5321 section 4.5.3.1.5).
const LONGEST: usize = 400;

/// The line for Postfix, with the empty line behind it. Nothing decided: the mail is put off.
pub(super) fn action(answer: Option<&Answer>, server: &Server) -> String {
    let Some(answer) = answer else {
        return "action=451 4.3.0 Temporary trouble, please try again later\n\n".to_owned();
    };
    let Some((verdict, _)) = &answer.stop else { return "action=DUNNO\n\n".to_owned() };
    let said = sentence(answer, server);
    match verdict {
        Verdict::Refuse => format!("action=550 5.7.1 {said}\n\n"),
        Verdict::Defer => format!("action=451 4.7.1 {said}\n\n"),
        Verdict::Hold => format!("action=HOLD {said}\n\n"),
    }
}

/// Why a mail was stopped, with the link to the page that explains it.
pub(super) fn sentence(answer: &Answer, server: &Server) -> String {
    let Some((_, why)) = &answer.stop else { return String::new() };
    let (link, utf8) = {
        let policy = server.policy();
        let service = &policy.settings().service;
        let put = |link: &String| link.replace("{rule}", why.rule()).replace("{lang}", answer.lang.tag());
        (service.link.as_ref().map(put), service.utf8_answers)
    };
    let lang = if utf8 { answer.lang } else { Lang::En };
    let said = one_line(&words(why, lang), utf8);
    // The link is the operator's own and stays whole.
    match link {
        Some(link) => format!("{said} {link}"),
        None => said,
    }
}

fn words(why: &Why, lang: Lang) -> String {
    match why {
        Why::Locked(_) => text::ta(lang, "guard-policy-locked", &[]),
        Why::Trial => text::ta(lang, "guard-policy-trial", &[]),
        Why::Place(_) => text::ta(lang, "guard-policy-place", &[]),
        Why::Abroad(country) => text::ta(lang, "guard-policy-abroad", &[("country", country.to_string().into())]),
        Why::Concurrent { most } => text::ta(lang, "guard-policy-concurrent", &[("most", (*most).into())]),
        Why::Quota { of, most, window_s, frees_at, .. } => {
            let frees =
                frees_at.and_then(|at| Timestamp::from_microsecond(at).ok()).map(show::time).unwrap_or_default();
            let of = if *of == Of::Mails { "mails" } else { "recipients" };
            let values = [
                ("of", Value::from(of)),
                ("most", (*most).into()),
                ("hours", window_s.div_ceil(3600).into()),
                ("later", if frees.is_empty() { "never" } else { "yes" }.into()),
                ("frees", frees.into()),
            ];
            text::ta(lang, "guard-policy-quota", &values)
        }
    }
}

/// Without the marks that keep directions of writing apart, control characters and, unless they may be sent, letters beyond
/// ASCII.
fn one_line(text: &str, utf8: bool) -> String {
    let marks = '\u{2066}'..='\u{2069}';
    let plain = text.chars().filter(|letter| !marks.contains(letter) && !letter.is_control());
    let kept = plain.map(|letter| if utf8 || letter.is_ascii() { letter } else { '?' });
    let mut said: String = kept.collect();
    let end = (0..=LONGEST.min(said.len())).rev().find(|end| said.is_char_boundary(*end)).unwrap_or(0);
    said.truncate(end);
    said
}
