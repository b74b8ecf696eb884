//! sendmail 8 (`sendmail`, `sm-mta`, …): logins, failed passwords, the queue, deliveries.

use memchr::memmem;

use super::{Entry, Head};
use crate::bytes::{account, after, after_last, bracketed, number, split, split_last, until_or_all};
use crate::event::{Envelope, Event, Outcome, Service, What};
use crate::stamp::Calendar;

/// The dialect's entry.
pub(super) const ENTRY: Entry = Entry { name: "sendmail", claims, read };

fn claims(head: &Head<'_>) -> bool {
    head.program.starts_with(b"sm-") || head.program.starts_with(b"sendmail")
}

fn read<'l>(head: &Head<'l>, _: &mut Calendar) -> Option<Event<'l>> {
    let message = head.message;
    if let Some(rest) = message.strip_prefix(b"AUTH=server, relay=") {
        return login(head, rest);
    }
    let (id, rest) = match queue_id(message) {
        Some((id, rest)) => (Some(id), rest),
        None => (None, message),
    };
    let mut event = if rest.starts_with(b"AUTH failure (") {
        failure(head, rest)
    } else if let Some(rest) = rest.strip_prefix(b"from=") {
        queued(head, rest)
    } else if let Some(rest) = rest.strip_prefix(b"to=") {
        delivery(head, rest)
    } else if let Some(rest) = rest.strip_prefix(b"AUTH=server, relay=") {
        login(head, rest)
    } else {
        refused(head, rest)
    }?;
    event.queue_id = id;
    Some(event)
}

/// `host [address], authid=user, mech=PLAIN, bits=0`. The name stands behind the address and before the mechanism.
fn login<'l>(head: &Head<'l>, rest: &'l [u8]) -> Option<Event<'l>> {
    let (address, port, rest) = bracketed(rest)?;
    let mut event = head.event(What::Login, Service::Smtp)?;
    (event.address, event.port) = (Some(address), port);
    event.account = Some(account(split_last(after(rest, b"authid=")?, b", mech=")?.0)?);
    Some(event)
}

/// `AUTH failure (LOGIN): …, user=u, relay=host [address]`: the last relay is the server's word, all before it the client's.
fn failure<'l>(head: &Head<'l>, rest: &'l [u8]) -> Option<Event<'l>> {
    let (before, relay) = split_last(rest, b", relay=")?;
    let (address, port, _) = bracketed(relay)?;
    let mut event = head.event(What::LoginFailed, Service::Smtp)?;
    (event.address, event.port) = (Some(address), port);
    event.account = after(before, b", user=").and_then(account);
    Some(event)
}

/// `<sender>, size=1, class=0, nrcpts=1, …, relay=host [address]`.
fn queued<'l>(head: &Head<'l>, rest: &'l [u8]) -> Option<Event<'l>> {
    let (sender, fields) = split_last(rest, b", size=")?;
    let sender = sender.strip_prefix(b"<").and_then(|sender| sender.strip_suffix(b">")).unwrap_or(sender);
    let recipients = after(fields, b", nrcpts=").and_then(number).map_or(0, |(count, _)| count);
    let mut event = head.event(What::Queued(Envelope { sender, recipients }), Service::Smtp)?;
    if let Some((address, port, _)) = after_last(fields, b" relay=").and_then(bracketed) {
        (event.address, event.port) = (Some(address), port);
    }
    Some(event)
}

/// `<recipient>, delay=…, dsn=2.0.0, stat=Sent (…)`. Of several recipients in one line the first is named.
fn delivery<'l>(head: &Head<'l>, rest: &'l [u8]) -> Option<Event<'l>> {
    let (fields, status) = split(rest, b", stat=")?;
    let first = split(fields, b", ").map_or(fields, |(first, _)| first);
    let first = until_or_all(first, b',');
    let recipient = first.strip_prefix(b"<").and_then(|name| name.strip_suffix(b">")).unwrap_or(first);
    let outcome = if status.starts_with(b"Sent") {
        Outcome::Sent
    } else if status.starts_with(b"Deferred") || status.starts_with(b"queued") || after(fields, b"dsn=4").is_some() {
        Outcome::Deferred
    } else {
        Outcome::Bounced
    };
    head.event(What::Delivery { recipient, outcome }, Service::Smtp)
}

/// `ruleset=…, relay=host [address], reject=…`, `host [address]: EXPN root [rejected]`, `… did not issue MAIL …`.
fn refused<'l>(head: &Head<'l>, rest: &'l [u8]) -> Option<Event<'l>> {
    let client = if rest.starts_with(b"ruleset=") {
        // What the client wrote stands in `arg1` before the relay and again in the answer behind `reject=`.
        let end = memmem::find(rest, b", reject=").unwrap_or(rest.len());
        after_last(&rest[..end], b", relay=")?
    } else {
        rest
    };
    let (address, port, _) = bracketed(client)?;
    let mut event = head.event(What::Refused, Service::Smtp)?;
    (event.address, event.port) = (Some(address), port);
    Some(event)
}

/// `s1GNXHYB005133: rest`: 8 letters of time and a process number.
fn queue_id(message: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = message.iter().take(24).position(|byte| !byte.is_ascii_alphanumeric())?;
    let rest = message[end..].strip_prefix(b": ")?;
    (end >= 12).then_some((&message[..end], rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialects::testing::{one, text};

    #[test]
    fn a_login_has_its_account_behind_the_relay() {
        let line = "Feb  3 04:05:06 mx sm-mta[7]: AUTH=server, relay=h.example.net [203.0.113.5] (may be forged), authid=taro, mech=PLAIN, bits=0";
        let event = one(line).unwrap();
        assert_eq!((event.what, text(event.account).as_str()), (What::Login, "taro"));
        assert_eq!(event.address, "203.0.113.5".parse().ok());
        let line = line.replace("h.example.net [203.0.113.5]", "[IPv6:2001:db8::5]");
        assert_eq!(one(&line).unwrap().address, "2001:db8::5".parse().ok());
    }

    #[test]
    fn the_last_relay_is_true() {
        let line = "Feb  3 04:05:06 mx sendmail[7]: 06I02CNi016765: AUTH failure (LOGIN): authentication failure (-13) SASL(-13): authentication failure: checkpass failed, user=bad, relay=[198.51.100.1], relay=[203.0.113.5] (may be forged)";
        let event = one(line).unwrap();
        assert_eq!((event.what, event.address), (What::LoginFailed, "203.0.113.5".parse().ok()));
        assert_eq!(text(event.account), "bad, relay=[198.51.100.1]");
    }

    #[test]
    fn queue_and_delivery_are_read() {
        let line = "Feb  3 04:05:06 mx sm-mta[7]: s1GNXHYB005133: from=<a@example.com>, size=9, class=0, nrcpts=3, msgid=<1@x>, proto=ESMTP, daemon=MTA, relay=h [203.0.113.5]";
        assert_eq!(one(line).unwrap().what, What::Queued(Envelope { sender: b"a@example.com", recipients: 3 }));
        for (status, outcome) in [
            ("dsn=2.0.0, stat=Sent (ok, stat=x)", Outcome::Sent),
            ("dsn=4.0.0, stat=Deferred: Connection refused", Outcome::Deferred),
            ("dsn=5.1.1, stat=User unknown", Outcome::Bounced),
        ] {
            let line = format!(
                "Feb  3 04:05:06 mx sm-mta[7]: s1GNXHYB005133: to=<b@example.org>,<c@example.org>, delay=00:00:01, mailer=esmtp, relay=r, {status}"
            );
            assert_eq!(one(&line).unwrap().what, What::Delivery { recipient: b"b@example.org", outcome });
        }
    }
}
