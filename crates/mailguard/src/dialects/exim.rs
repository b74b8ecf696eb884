//! Exim 4: its main log, alone or inside syslog.
//!
//! A client chooses its HELO name, its commands and its user name. Hosts are therefore read piece by piece,
//! `name (HELO) [address]:port`, and quoted commands are passed over.

use memchr::memchr;

use super::{Entry, Head};
use crate::bytes::{account, address, after, after_last, bracketed, leading_address, number, split, split_last};
use crate::bytes::{until, until_or_all};
use crate::event::{Envelope, Event, Outcome, Service, What};
use crate::stamp::Calendar;

/// The dialect's entry.
pub(super) const ENTRY: Entry = Entry { name: "exim", claims, read };

/// How lines of the main log begin that carry no message id.
const OPENINGS: [&[u8]; 8] = [
    b"H=",
    b"SMTP ",
    b"no MAIL in",
    b"no host name found",
    b"no IP address found",
    b"Start queue",
    b"End queue",
    b"exim ",
];

fn claims(head: &Head<'_>) -> bool {
    head.program.starts_with(b"exim") || head.stamp.is_some() && is_main_log(head.body)
}

fn is_main_log(body: &[u8]) -> bool {
    let text = without_process(body);
    message_id(text).is_some()
        || OPENINGS.iter().any(|words| text.starts_with(words))
        || until(text, b' ')
            .is_some_and(|name| name.len() <= 40 && text[name.len()..].starts_with(b" authenticator failed for "))
}

fn read<'l>(head: &Head<'l>, calendar: &mut Calendar) -> Option<Event<'l>> {
    let mut head = *head;
    let mut text = if head.program.starts_with(b"exim") { head.message } else { head.body };
    // In syslog the main log's own time follows syslog's, or is the only one.
    if let Some((stamp, rest)) = calendar.leading(text) {
        (head.stamp, text) = (Some(stamp), rest);
    }
    let text = without_process(text);
    let Some((id, rest)) = message_id(text) else { return server(&head, text) };
    let mut event = match rest.get(..3)? {
        b"<= " => accepted(&head, &rest[3..])?,
        b"=> " | b"-> " => delivery(&head, &rest[3..], Outcome::Sent)?,
        b"** " => delivery(&head, &rest[3..], Outcome::Bounced)?,
        b"== " => delivery(&head, &rest[3..], Outcome::Deferred)?,
        _ if rest.starts_with(b"Completed") => head.event(What::Removed, Service::Smtp)?,
        _ => server(&head, rest)?,
    };
    event.queue_id = Some(id);
    Some(event)
}

/// `[10099] ` in front is a process number.
fn without_process(text: &[u8]) -> &[u8] {
    let rest = text.strip_prefix(b"[").and_then(number).and_then(|(_, rest)| rest.strip_prefix(b"] "));
    rest.unwrap_or(text)
}

/// `1WD6R5-000DJZ-Lc`, since 4.97 `1rNbKu-00000000abc-1xyz`.
fn message_id(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr(b' ', text.get(..text.len().min(24))?)?;
    let id = &text[..end];
    let dashes = matches!(end, 16 | 23) && id[6] == b'-' && id[end - if end == 16 { 3 } else { 5 }] == b'-';
    (dashes && id.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')).then(|| (id, &text[end + 1..]))
}

/// `sender H=host (HELO) [address]:port P=esmtpsa A=plain:user S=1 … T="subject"`.
fn accepted<'l>(head: &Head<'l>, text: &'l [u8]) -> Option<Event<'l>> {
    // A quoted local part may hold blanks and more.
    let quoted = if text.first() == Some(&b'"') { memchr::memmem::find(text, b"\"@")? } else { 0 };
    let end = quoted + memchr(b' ', &text[quoted..])?;
    let (sender, rest) = (&text[..end], &text[end..]);
    let sender = if sender == b"<>" { b"".as_slice() } else { sender };
    let envelope = Envelope { sender, recipients: 0 };
    // Local mails have no host.
    let Some((address, port, rest)) = rest.strip_prefix(b" H=").and_then(client) else {
        return head.event(What::Queued(envelope), Service::Smtp);
    };
    let fields = split(rest, b" S=").map_or(rest, |(fields, _)| fields);
    let user = after(fields, b" A=").and_then(|login| after(until_or_all(login, b' '), b":")).and_then(account);
    let what = if user.is_some() { What::Submitted { envelope: Some(envelope) } } else { What::Queued(envelope) };
    let mut event = head.event(what, Service::Smtp)?;
    (event.account, event.address, event.port) = (user, Some(address), port);
    Some(event)
}

/// `recipient <original> R=router T=transport …`.
fn delivery<'l>(head: &Head<'l>, text: &'l [u8], outcome: Outcome) -> Option<Event<'l>> {
    let recipient = until_or_all(text, b' ');
    let recipient = recipient.strip_suffix(b":").unwrap_or(recipient);
    head.event(What::Delivery { recipient, outcome }, Service::Smtp)
}

/// Lines about clients that sent nothing.
fn server<'l>(head: &Head<'l>, text: &'l [u8]) -> Option<Event<'l>> {
    if let Some((_, rest)) = split(text, b" authenticator failed for ") {
        let (address, port, rest) = client(rest)?;
        let mut event = head.event(What::LoginFailed, Service::Smtp)?;
        (event.address, event.port) = (Some(address), port);
        event.account = after(rest, b" (set_id=").and_then(|id| split_last(id, b")")).and_then(|(id, _)| account(id));
        return Some(event);
    }
    let (address, port) = refused(text)?;
    let mut event = head.event(What::Refused, Service::Smtp)?;
    (event.address, event.port) = (Some(address), port);
    Some(event)
}

fn refused(text: &[u8]) -> Option<(std::net::IpAddr, Option<u16>)> {
    if let Some(rest) = text.strip_prefix(b"no host name found for IP address ") {
        return address(rest.trim_ascii_end()).map(|address| (address, None));
    }
    // What the client sent stands in quotes, at the end or in front of the host.
    let text = split(text, b" next input=\"").or_else(|| split(text, b" input=\"")).map_or(text, |(text, _)| text);
    let quoted = text.starts_with(b"SMTP protocol ");
    let host = if quoted { after_last(text, b" H=").or_else(|| after(text, b" from H=")) } else { None };
    let host = host
        .or_else(|| text.strip_prefix(b"H="))
        .or_else(|| after_last(text, b" (host="))
        .or_else(|| if text.starts_with(b"F=") { after_last(text, b" H=") } else { after(text, b" H=") });
    match host {
        Some(host) => client(host).map(|(address, port, _)| (address, port)),
        None => after(text, b" from ").and_then(client).map(|(address, port, _)| (address, port)),
    }
}

/// `name (HELO) [address]:port`, each of the first two optional.
fn client(text: &[u8]) -> Option<(std::net::IpAddr, Option<u16>, &[u8])> {
    let mut rest = text.trim_ascii_start();
    for _ in 0..3 {
        match rest.first()? {
            b'[' => return bracketed(rest),
            b'(' => rest = after(rest, b") ")?,
            _ => rest = &rest[memchr(b' ', rest)? + 1..],
        }
    }
    leading_address(rest).map(|(address, rest)| (address, None, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialects::testing::{one, text};

    #[test]
    fn an_authenticated_mail_is_a_submission_with_its_envelope() {
        let line = "2026-02-03 04:05:06 1WD6R5-000DJZ-Lc <= hanako@example.com H=host.example.net (helo) [203.0.113.5]:40000 P=esmtpsa X=TLS1.3:X:256 CV=no A=dovecot_login:taro@example.com S=3328 id=a@b T=\"A=plain:x S=1\"";
        let event = one(line).unwrap();
        let What::Submitted { envelope: Some(envelope) } = event.what else { panic!("{event:?}") };
        assert_eq!(text(Some(envelope.sender)), "hanako@example.com");
        assert_eq!(
            (text(event.account).as_str(), text(event.queue_id).as_str()),
            ("taro@example.com", "1WD6R5-000DJZ-Lc")
        );
        assert_eq!((event.address, event.port), ("203.0.113.5".parse().ok(), Some(40_000)));
    }

    #[test]
    fn a_sender_with_words_of_the_log_is_a_sender() {
        let line = "2026-02-03 04:05:06 1WD6R5-000DJZ-Lc <= \"x H=[198.51.100.1] A=plain:boss S=1\"@example.com H=(helo) [203.0.113.5] P=esmtp S=3328";
        let event = one(line).unwrap();
        assert_eq!((event.account, event.address), (None, "203.0.113.5".parse().ok()));
    }

    #[test]
    fn a_failed_login_keeps_the_whole_name_and_the_true_address() {
        let line = "2026-02-03 04:05:06 login authenticator failed for h.example.net ([198.51.100.9]) [203.0.113.5]:40000 I=[192.0.2.1]:465: 535 Incorrect authentication data (set_id=x) [198.51.100.1]: 535 (set_id=y)";
        let event = one(line).unwrap();
        assert_eq!(
            (event.what, event.address, event.port),
            (What::LoginFailed, "203.0.113.5".parse().ok(), Some(40_000))
        );
        assert_eq!(text(event.account), "x) [198.51.100.1]: 535 (set_id=y");
    }

    #[test]
    fn deliveries_are_told_apart() {
        for (mark, outcome) in [("=>", Outcome::Sent), ("**", Outcome::Bounced), ("==", Outcome::Deferred)] {
            let line =
                format!("2026-02-03 04:05:06 1WD6R5-000DJZ-Lc {mark} a@example.org R=dnslookup T=remote_smtp: x");
            assert_eq!(one(&line).unwrap().what, What::Delivery { recipient: b"a@example.org", outcome });
        }
        assert_eq!(one("2026-02-03 04:05:06 1WD6R5-000DJZ-Lc Completed").unwrap().what, What::Removed);
    }
}
