//! Courier (`imapd`, `pop3d`, `courieresmtpd`, …): logins and failures. Cyrus and UW use the same program names; their words
//! `badlogin` and `Login failed` are read here too.

use super::{Entry, Head};
use crate::bytes::{account, address, after, after_last, bracketed, has, port, split_last, until, until_or_all};
use crate::event::{Event, Service, What};
use crate::stamp::Calendar;

/// The dialect's entry.
pub(super) const ENTRY: Entry = Entry { name: "courier", claims, read };

fn claims(head: &Head<'_>) -> bool {
    let name = head.program.strip_prefix(b"cyrus/").unwrap_or(head.program);
    let name = name.strip_suffix(b"-ssl").unwrap_or(name);
    name.starts_with(b"courier")
        || matches!(
            name,
            b"imap"
                | b"imaps"
                | b"imapd"
                | b"pop3"
                | b"pop3s"
                | b"pop3d"
                | b"ipop3d"
                | b"sieve"
                | b"timsieved"
                | b"lmtpd"
        )
}

fn read<'l>(head: &Head<'l>, _: &mut Calendar) -> Option<Event<'l>> {
    let message = head.message;
    if let Some(rest) = message.strip_prefix(b"LOGIN FAILED, ") {
        return login(head, What::LoginFailed, rest);
    }
    if let Some(rest) = message.strip_prefix(b"LOGIN, ") {
        return login(head, What::Login, rest);
    }
    if let Some(rest) = message.strip_prefix(b"error,relay=") {
        return smtp(head, rest);
    }
    if let Some(rest) = message.strip_prefix(b"badlogin: ") {
        return cyrus(head, What::LoginFailed, rest);
    }
    if let Some(rest) = message.strip_prefix(b"login: ") {
        return cyrus(head, What::Login, rest);
    }
    university(head)
}

/// `user=u, ip=[::ffff:192.0.2.1], port=[40000], protocol=IMAP`: the name stands before the last address.
fn login<'l>(head: &Head<'l>, what: What<'l>, rest: &'l [u8]) -> Option<Event<'l>> {
    let (before, ip) = split_last(rest, b"ip=[")?;
    let mut event = head.event(what, service(head))?;
    event.address = Some(address(until(ip, b']')?)?);
    event.port = after(ip, b"port=[").and_then(port);
    event.account = after(before, b"user=").and_then(|user| user.strip_suffix(b", ")).and_then(account);
    Some(event)
}

/// `::ffff:192.0.2.1,port=43632,msg="535 Authentication failed.",cmd: …`. The command may hold a password: it is not read.
fn smtp<'l>(head: &Head<'l>, rest: &'l [u8]) -> Option<Event<'l>> {
    let failed = after(rest, b",msg=\"").is_some_and(|text| text.starts_with(b"535 "));
    let mut event = head.event(if failed { What::LoginFailed } else { What::Refused }, Service::Smtp)?;
    event.address = Some(address(until_or_all(rest, b','))?);
    event.port = after(rest, b",").and_then(|rest| rest.strip_prefix(b"port=")).and_then(port);
    Some(event)
}

/// `host [address] plaintext user SASL(-13): …` and `host [address] user plaintext User logged in` of Cyrus.
fn cyrus<'l>(head: &Head<'l>, what: What<'l>, rest: &'l [u8]) -> Option<Event<'l>> {
    let (address, port, rest) = bracketed(rest)?;
    let mut event = head.event(what, service(head))?;
    (event.address, event.port) = (Some(address), port);
    event.account = match what {
        What::Login => rest.strip_prefix(b" ").map(|rest| until_or_all(rest, b' ')),
        _ => after(rest, b" plaintext ").map(|rest| split_last(rest, b" SASL(").map_or(rest, |(user, _)| user)),
    }
    .and_then(account);
    Some(event)
}

/// `Login failed user=u auth=u host=name [address]` of the University of Washington's servers.
fn university<'l>(head: &Head<'l>) -> Option<Event<'l>> {
    let (before, host) = split_last(head.message, b" host=")?;
    let what = if before.starts_with(b"Login user=") {
        What::Login
    } else if has(before, b"ogin fail") || before.starts_with(b"Login excessive") || has(before, b"Login disabled") {
        What::LoginFailed
    } else {
        return None;
    };
    let (address, port, _) = bracketed(host)?;
    let mut event = head.event(what, service(head))?;
    (event.address, event.port) = (Some(address), port);
    event.account = after(before, b"user=").map(|user| until_or_all(user, b' ')).and_then(account);
    Some(event)
}

fn service(head: &Head<'_>) -> Service {
    let name = after_last(head.program, b"/").unwrap_or(head.program);
    if has(name, b"sieve") {
        Service::Sieve
    } else if has(name, b"imap") {
        Service::Imap
    } else if has(name, b"pop3") {
        Service::Pop3
    } else if has(name, b"smtp") {
        Service::Smtp
    } else {
        Service::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialects::testing::{one, text};

    #[test]
    fn logins_have_account_address_and_port() {
        for (line, what) in [
            ("imapd: LOGIN, user=taro@example.com, ip=[::ffff:203.0.113.5], port=[40000], protocol=IMAP", What::Login),
            (
                "pop3d-ssl: LOGIN FAILED, user=taro@example.com, ip=[::ffff:203.0.113.5], port=[40000]",
                What::LoginFailed,
            ),
        ] {
            let line = format!("Feb  3 04:05:06 mx {line}");
            let event = one(&line).unwrap();
            assert_eq!((event.what, text(event.account).as_str()), (what, "taro@example.com"), "{line}");
            assert_eq!((event.address, event.port), ("203.0.113.5".parse().ok(), Some(40_000)), "{line}");
        }
        let forged = "Feb  3 04:05:06 mx imapd: LOGIN FAILED, user=x, ip=[198.51.100.1], ip=[::ffff:203.0.113.5]";
        assert_eq!(one(forged).unwrap().address, "203.0.113.5".parse().ok());
    }

    #[test]
    fn the_command_of_a_failed_login_is_not_kept() {
        let line = "Feb  3 04:05:06 mx courieresmtpd: error,relay=::ffff:203.0.113.5,port=43632,msg=\"535 Authentication failed.\",cmd: AUTH PLAIN AHRhcm8Ac2VjcmV0";
        let event = one(line).unwrap();
        assert_eq!((event.what, event.account, event.port), (What::LoginFailed, None, Some(43_632)));
    }

    #[test]
    fn cyrus_and_uw_are_read() {
        let event =
            one("Feb  3 04:05:06 mx cyrus/imaps[7]: badlogin: h [203.0.113.5] plaintext taro SASL(-13): x").unwrap();
        assert_eq!(
            (event.what, text(event.account).as_str(), event.service),
            (What::LoginFailed, "taro", Service::Imap)
        );
        let event = one("Feb  3 04:05:06 mx imapd[7]: Login failed user=taro auth=taro host=h [203.0.113.5]").unwrap();
        assert_eq!((event.what, text(event.account).as_str()), (What::LoginFailed, "taro"));
    }
}
