//! Postfix (`postfix/smtpd`, `postfix-in/submission/smtpd`, …): submissions with their account, failed passwords, the queue,
//! deliveries. Forms of Postfix 2.5 to 3.12.
//!
//! What a client can choose (names of HELO, senders, user names) stands behind what it cannot: values are taken from the
//! front, and a user name is the rest of its line.

use memchr::{memchr, memrchr};

use super::{Entry, Head};
use crate::bytes::{account, address, after, bracketed, has, number, split, until, until_or_all};
use crate::event::{Envelope, Event, Outcome, Service, What};
use crate::stamp::Calendar;

/// The dialect's entry.
pub(super) const ENTRY: Entry = Entry { name: "postfix", claims, read };

/// Daemons whose lines say something. Others (`cleanup`, `anvil`, `scache`) are passed over.
const DAEMONS: [&[u8]; 12] = [
    b"bounce",
    b"error",
    b"lmtp",
    b"local",
    b"oqmgr",
    b"pipe",
    b"postscreen",
    b"qmgr",
    b"smtp",
    b"smtpd",
    b"tlsproxy",
    b"virtual",
];

fn claims(head: &Head<'_>) -> bool {
    head.program.starts_with(b"postfix") || split_daemon(head.program).is_some_and(|name| DAEMONS.contains(&name))
}

/// The daemon of `instance/daemon`.
fn split_daemon(program: &[u8]) -> Option<&[u8]> {
    memrchr(b'/', program).map(|at| &program[at + 1..])
}

fn read<'l>(head: &Head<'l>, _: &mut Calendar) -> Option<Event<'l>> {
    match split_daemon(head.program)? {
        b"smtpd" | b"postscreen" => server(head),
        b"qmgr" | b"oqmgr" => queue(head),
        b"smtp" | b"lmtp" | b"local" | b"virtual" | b"pipe" | b"error" => delivery(head),
        _ => None,
    }
}

/// Lines of the server: who came.
fn server<'l>(head: &Head<'l>) -> Option<Event<'l>> {
    let message = head.message;
    if let Some((id, rest)) = queue_id(message) {
        return match rest.strip_prefix(b"client=") {
            Some(client) => submission(head, id, client),
            None => refusal(head, rest),
        };
    }
    if let Some(warning) = message.strip_prefix(b"warning: ") {
        return match split(warning, b": SASL ") {
            Some((client, rest)) => failure(head, client, rest),
            None => oddity(head, warning),
        };
    }
    if message.starts_with(b"connect from ") {
        return None;
    }
    if let Some(rest) = message.strip_prefix(b"disconnect from ") {
        // Only a connection whose passwords were all wrong says something; the failures themselves have lines of their own.
        return if has(rest, b" auth=0/") { refused(head, rest) } else { None };
    }
    refusal(head, message)
}

/// `client=name[address], sasl_method=PLAIN, sasl_username=user`: a mail of a client that logged in.
fn submission<'l>(head: &Head<'l>, id: &'l [u8], client: &'l [u8]) -> Option<Event<'l>> {
    let (address, port, rest) = bracketed(client)?;
    let user = after(rest.strip_prefix(b", ")?, b"sasl_username=")?;
    let user = without_suffix(user);
    let mut event = head.event(What::Submitted { envelope: None }, Service::Smtp)?;
    (event.account, event.address, event.port) = (Some(account(user)?), Some(address), port);
    event.queue_id = Some(id);
    Some(event)
}

/// The user name without the fields that Postfix writes behind it.
fn without_suffix(user: &[u8]) -> &[u8] {
    let mut user = user;
    for mark in [b", sasl_sender=".as_slice(), b", orig_queue_id=", b", orig_client="] {
        if memchr(b',', user).is_none() {
            return user;
        }
        user = split(user, mark).map_or(user, |(user, _)| user);
    }
    user
}

/// `name[address]: SASL LOGIN authentication failed: reason, sasl_username=user`.
fn failure<'l>(head: &Head<'l>, client: &'l [u8], rest: &'l [u8]) -> Option<Event<'l>> {
    let (address, port, _) = bracketed(client)?;
    let reason = after(rest, b" authentication failed:")?;
    if has(until_or_all(reason, b','), b"Connection lost to authentication server") {
        return None;
    }
    let what = if has(reason, b"Invalid authentication mechanism") { What::Refused } else { What::LoginFailed };
    let mut event = head.event(what, Service::Smtp)?;
    (event.address, event.port) = (Some(address), port);
    // The reason may be what the client sent, in base64: it is not kept. The name is.
    event.account = after(reason, b", sasl_username=").and_then(account).filter(|name| *name != b"(unavailable)");
    Some(event)
}

/// `reject: RCPT from name[address]: 554 …`, `too many errors after RCPT from …`, `PREGREET 14 after 0.1 from [address]:1: …`.
fn refusal<'l>(head: &Head<'l>, message: &'l [u8]) -> Option<Event<'l>> {
    if let Some(rest) = message.strip_prefix(b"lost connection after ")
        && [b"AUTH ".as_slice(), b"DATA ", b"MAIL ", b"RCPT "].iter().any(|phase| rest.starts_with(phase))
    {
        return None;
    }
    let mut event = refused(head, after(message, b" from ")?)?;
    // `sasl_username=<u>` is the last field but one, behind what the client may choose; with brackets it cannot be forged.
    event.account = crate::bytes::after_last(message, b" sasl_username=<")
        .and_then(|rest| rest.strip_suffix(b">").or_else(|| until(rest, b'>')))
        .and_then(account);
    Some(event)
}

/// Warnings that name a client in words.
fn oddity<'l>(head: &Head<'l>, warning: &'l [u8]) -> Option<Event<'l>> {
    if let Some((_, rest)) = split(warning, b" does not resolve to address ") {
        let mut event = head.event(What::Refused, Service::Smtp)?;
        event.address = Some(address(until_or_all(rest, b' ').trim_ascii_end().strip_suffix(b":").unwrap_or(rest))?);
        return Some(event);
    }
    if has(warning, b"rate limit exceeded") || has(warning, b"concurrency limit exceeded") {
        return refused(head, after(warning, b" from ")?);
    }
    None
}

fn refused<'l>(head: &Head<'l>, client: &'l [u8]) -> Option<Event<'l>> {
    let (address, port, _) = bracketed(client)?;
    let mut event = head.event(What::Refused, Service::Smtp)?;
    (event.address, event.port) = (Some(address), port);
    Some(event)
}

/// `from=<sender>, size=1, nrcpt=1 (queue active)` and `removed`.
fn queue<'l>(head: &Head<'l>) -> Option<Event<'l>> {
    let (id, rest) = queue_id(head.message)?;
    let what = if let Some(rest) = rest.strip_prefix(b"from=<") {
        // A quoted local part may hold anything, `>` and `, nrcpt=` too: the fields are taken from the end.
        let (sender, fields) = crate::bytes::split_last(rest, b">, size=")?;
        let recipients = after(fields, b", nrcpt=").and_then(number).map_or(0, |(count, _)| count);
        What::Queued(Envelope { sender, recipients })
    } else if rest == b"removed" {
        What::Removed
    } else {
        return None;
    };
    let mut event = head.event(what, Service::Smtp)?;
    event.queue_id = Some(id);
    Some(event)
}

/// `to=<recipient>, relay=…, dsn=2.0.0, status=sent (…)`.
fn delivery<'l>(head: &Head<'l>) -> Option<Event<'l>> {
    let (id, rest) = queue_id(head.message)?;
    let rest = rest.strip_prefix(b"to=<")?;
    // The next server's answer, in the brackets at the end, may say anything: the status is the first one.
    let (fields, status) = split(rest, b", status=")?;
    let recipient = until(fields, b'>')?;
    let outcome = match until_or_all(status, b' ') {
        b"sent" => Outcome::Sent,
        b"bounced" => Outcome::Bounced,
        b"deferred" => Outcome::Deferred,
        _ => return None,
    };
    let mut event = head.event(What::Delivery { recipient, outcome }, Service::Smtp)?;
    event.queue_id = Some(id);
    Some(event)
}

/// `8E5BDF3BD5: rest`, also `NOQUEUE: rest`.
fn queue_id(message: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = message.iter().take(32).position(|byte| !byte.is_ascii_alphanumeric())?;
    let rest = message[end..].strip_prefix(b": ")?;
    // Shorter ones are words such as `warning`; `NOQUEUE` has seven letters and is no id of a message.
    (end >= 6 && &message[..end] != b"warning").then_some((&message[..end], rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialects::testing::{one, text};

    #[test]
    fn a_submission_has_account_address_and_queue_id() {
        for suffix in ["", ", sasl_sender=x@example.com", ", orig_queue_id=AAAAAAAA, orig_client=h[198.51.100.1]"] {
            let line = format!(
                "Feb  3 04:05:06 mx postfix/submission/smtpd[7]: 8E5BDF3BD5: client=ws.example.net[203.0.113.5]:40000, sasl_method=LOGIN, sasl_username=taro@example.com{suffix}"
            );
            let event = one(&line).unwrap();
            assert_eq!(
                (text(event.account).as_str(), text(event.queue_id).as_str()),
                ("taro@example.com", "8E5BDF3BD5")
            );
            assert_eq!((event.address, event.port), ("203.0.113.5".parse().ok(), Some(40_000)));
            assert_eq!((event.at, text(Some(event.host)).as_str()), ("2026-02-02T19:05:06Z".parse().unwrap(), "mx"));
        }
    }

    #[test]
    fn a_name_with_words_of_the_log_is_a_name() {
        let line = "Feb  3 04:05:06 mx postfix/smtpd[7]: warning: unknown[203.0.113.5]: SASL LOGIN authentication failed: UGFzc3dvcmQ6, sasl_username=x, client=h[198.51.100.1], sasl_username=boss";
        let event = one(line).unwrap();
        assert_eq!((event.what, event.address), (What::LoginFailed, "203.0.113.5".parse().ok()));
        assert_eq!(text(event.account), "x, client=h[198.51.100.1], sasl_username=boss");
        assert!(!format!("{event:?}").contains("UGFzc3dvcmQ6"));
        let line = "Feb  3 04:05:06 mx postfix/smtpd[7]: 8E5BDF3BD5: client=h[203.0.113.5], sasl_method=PLAIN, sasl_username=x client=y[198.51.100.1]";
        assert_eq!(one(line).unwrap().address, "203.0.113.5".parse().ok());
    }

    #[test]
    fn the_queue_and_its_deliveries_are_read() {
        let event =
            one("Feb  3 04:05:06 mx postfix/qmgr[7]: 8E5BDF3BD5: from=<a@example.com>, size=9, nrcpt=3 (queue active)")
                .unwrap();
        assert_eq!(event.what, What::Queued(Envelope { sender: b"a@example.com", recipients: 3 }));
        for (status, outcome) in
            [("sent", Outcome::Sent), ("bounced", Outcome::Bounced), ("deferred", Outcome::Deferred)]
        {
            let line = format!(
                "Feb  3 04:05:06 mx postfix/smtp[7]: 8E5BDF3BD5: to=<b@example.org>, relay=h[192.0.2.1]:25, delay=1, dsn=2.0.0, status={status} (host said: status=sent)"
            );
            assert_eq!(one(&line).unwrap().what, What::Delivery { recipient: b"b@example.org", outcome });
        }
        assert_eq!(one("Feb  3 04:05:06 mx postfix/qmgr[7]: 8E5BDF3BD5: removed").unwrap().what, What::Removed);
    }

    #[test]
    fn a_rejected_mail_of_an_account_names_it() {
        let line = "Feb  3 04:05:06 mx postfix/smtpd[7]: NOQUEUE: reject: RCPT from h[203.0.113.5]: 450 4.7.1 <a@x>: too much; from=<b@x> to=<a@x> proto=ESMTP helo=<h> sasl_username=<taro>";
        let event = one(line).unwrap();
        assert_eq!((event.what, text(event.account).as_str()), (What::Refused, "taro"));
    }
}
