//! Roundcube: `errors`, `userlogins` and `sendmail` logs, in files or syslog.
//!
//! The name that was typed stands before the address, and the IMAP server's answer behind it may hold the name again.

use memchr::memmem;

use super::{Entry, Head};
use crate::bytes::{account, after, bracketed, has, leading_address, split, split_last};
use crate::event::{Envelope, Event, Service, What};
use crate::stamp::Calendar;

/// The dialect's entry.
pub(super) const ENTRY: Entry = Entry { name: "roundcube", claims, read };

/// How the lines begin, behind the session in angle brackets.
const MARKS: [(&[u8], bool); 4] = [
    (b"IMAP Error: Login failed for ", false),
    (b"FAILED login for ", false),
    (b"Failed login for ", false),
    (b"Successful login for ", true),
];

fn claims(head: &Head<'_>) -> bool {
    head.program.starts_with(b"roundcube") || head.stamp.is_some() && is_own_file(without_session(head.body))
}

fn is_own_file(text: &[u8]) -> bool {
    MARKS.iter().any(|(mark, _)| text.starts_with(mark)) || text.starts_with(b"User ") && has(text, b"]; Message ")
}

fn read<'l>(head: &Head<'l>, _: &mut Calendar) -> Option<Event<'l>> {
    let text = if head.program.starts_with(b"roundcube") { head.message } else { head.body };
    let text = without_session(text);
    let Some((success, rest)) =
        MARKS.iter().find_map(|(mark, success)| text.strip_prefix(*mark).map(|rest| (*success, rest)))
    else {
        return sent(head, text.strip_prefix(b"User ")?);
    };
    let (user, address) = name_and_address(rest)?;
    let user = if success { split_last(user, b" (ID: ").map_or(user, |(user, _)| user) } else { user };
    let user = split_last(user, b" against ").map_or(user, |(user, _)| user);
    let mut event = head.event(if success { What::Login } else { What::LoginFailed }, Service::Web)?;
    (event.address, event.account) = (Some(address), account(user));
    Some(event)
}

/// `<3z506z6r> ` in front is the session.
fn without_session(text: &[u8]) -> &[u8] {
    match text.strip_prefix(b"<").and_then(|rest| split(rest, b"> ")) {
        Some((session, rest)) if session.len() <= 32 => rest,
        _ => text,
    }
}

/// The first ` from ADDRESS` behind which no other ` from ` stands, save in the server's repetition of the name.
fn name_and_address(text: &[u8]) -> Option<(&[u8], std::net::IpAddr)> {
    memmem::find_iter(text, b" from ").take(16).find_map(|at| {
        let (user, rest) = (&text[..at], &text[at + 6..]);
        let (address, rest) = leading_address(rest)?;
        let mut left = rest;
        let mut foreign = false;
        while let Some(next) = memmem::find(left, b" from ") {
            // ` user=NAME` with the same name takes its own ` from ` along.
            let repeated = memmem::find(left, b" user=")
                .filter(|start| *start < next && left[start + 6..].starts_with(user) && next < start + 6 + user.len());
            let Some(start) = repeated else {
                foreign = true;
                break;
            };
            left = &left[start + 6 + user.len()..];
        }
        (!foreign).then_some((user, address))
    })
}

/// `u [192.0.2.1]; Message <id> for a@example.org, b@example.org; 250: …` of the log of sent mails.
fn sent<'l>(head: &Head<'l>, rest: &'l [u8]) -> Option<Event<'l>> {
    let (client, message) = split(rest, b"; Message ")?;
    let (user, bracket) = split_last(client, b" [")?;
    let (address, port, _) = bracketed(&client[client.len() - bracket.len() - 1..])?;
    let recipients = after(message, b" for ").map_or(0, |list| {
        let list = split(list, b"; ").map_or(list, |(list, _)| list);
        u32::try_from(memmem::find_iter(list, b"@").count()).unwrap_or(u32::MAX)
    });
    let envelope = Envelope { sender: b"", recipients };
    let mut event = head.event(What::Submitted { envelope: Some(envelope) }, Service::Web)?;
    (event.address, event.port, event.account) = (Some(address), port, account(user));
    Some(event)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialects::testing::{one, text};

    #[test]
    fn a_typed_name_with_an_address_in_it_is_a_name() {
        for (line, user) in [
            ("Login failed for taro from 203.0.113.5", "taro"),
            (
                "Login failed for x from 198.51.100.1 from 203.0.113.5. AUTHENTICATE PLAIN: NO. user=x from 198.51.100.1 in /a.php on line 1 (POST /?_task=login)",
                "x from 198.51.100.1",
            ),
            (
                "Login failed for taro@example.com against localhost from 203.0.113.5(X-Real-IP: 198.51.100.1). AUTH",
                "taro@example.com",
            ),
        ] {
            let line = format!("[03-Feb-2026 04:05:06 +0900]: <3z506z6r> IMAP Error: {line}");
            let event = one(&line).unwrap();
            assert_eq!((event.address, text(event.account).as_str()), ("203.0.113.5".parse().ok(), user), "{line}");
            assert_eq!((event.what, event.at), (What::LoginFailed, "2026-02-02T19:05:06Z".parse().unwrap()));
        }
    }

    #[test]
    fn logins_and_sent_mails_are_read() {
        let event =
            one("[03-Feb-2026 04:05:06 +0900]: <a> Successful login for taro (ID: 7) from 203.0.113.5 in session x")
                .unwrap();
        assert_eq!((event.what, text(event.account).as_str()), (What::Login, "taro"));
        let event = one("[03-Feb-2026 04:05:06 +0900]: <a> User taro [203.0.113.5]; Message <1@x> for a@example.org, b@example.org; 250: ok").unwrap();
        let What::Submitted { envelope: Some(envelope) } = event.what else { panic!("{event:?}") };
        assert_eq!((envelope.recipients, event.address), (2, "203.0.113.5".parse().ok()));
    }
}
