//! qmail with vpopmail: `vchkpw` logins and failures, `rblsmtpd` refusals.
//!
//! vpopmail may write the given password in brackets before the account: only the last word of a line is read.

use memchr::{memchr, memrchr};

use super::{Entry, Head};
use crate::bytes::{account, address, after, has, leading_address};
use crate::event::{Event, Service, What};
use crate::stamp::Calendar;

/// The dialect's entry.
pub(super) const ENTRY: Entry = Entry { name: "qmail", claims, read };

fn claims(head: &Head<'_>) -> bool {
    [b"vpopmail".as_slice(), b"vchkpw", b"qmail", b"rblsmtpd"].iter().any(|name| head.program.starts_with(name))
}

fn read<'l>(head: &Head<'l>, _: &mut Calendar) -> Option<Event<'l>> {
    if head.program.starts_with(b"vchkpw") || head.message.starts_with(b"vchkpw") {
        return password(head);
    }
    let text = head.message;
    let text = after(text, b"rblsmtpd: ").or_else(|| after(text, b"qmail-smtpd: ")).unwrap_or(text);
    let client = after(text, b" blocked ").or_else(|| after(text, b"badiprbl: ip ")).unwrap_or(text);
    let mut event = head.event(What::Refused, Service::Smtp)?;
    event.address = Some(leading_address(client)?.0);
    Some(event)
}

/// `vchkpw-submission: (CRAM-MD5) login success user@domain:192.0.2.1`.
fn password<'l>(head: &Head<'l>) -> Option<Event<'l>> {
    let text = head.message.trim_ascii_end();
    let last = &text[memrchr(b' ', text)? + 1..];
    // A domain holds no colon, an IPv6 address does.
    let domain = memrchr(b'@', last).unwrap_or(0);
    let colon = domain + memchr(b':', &last[domain..])?;
    let said = &text[..text.len() - last.len()];
    let what = if said.ends_with(b" login success ") {
        What::Login
    } else if has(said, b"fail") || has(said, b"not found") || has(said, b"null password") {
        What::LoginFailed
    } else {
        return None;
    };
    let mut event = head.event(what, service(head))?;
    event.address = Some(address(&last[colon + 1..])?);
    event.account = account(&last[..colon]);
    Some(event)
}

fn service(head: &Head<'_>) -> Service {
    let name = if head.program.starts_with(b"vchkpw") { head.program } else { head.message };
    let name = after(name, b"vchkpw-").unwrap_or_default();
    if name.starts_with(b"smtp") || name.starts_with(b"submission") {
        Service::Smtp
    } else if name.starts_with(b"imap") {
        Service::Imap
    } else if name.starts_with(b"pop3") {
        Service::Pop3
    } else {
        Service::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialects::testing::{one, text};

    #[test]
    fn logins_and_failures_have_account_and_address() {
        for (line, what, service, user) in [
            (
                "vpopmail[7]: vchkpw-submission: (CRAM-MD5) login success taro@example.com:203.0.113.5",
                What::Login,
                Service::Smtp,
                "taro@example.com",
            ),
            (
                "vpopmail[7]: vchkpw-pop3: password fail (pass: 'secret x@y:198.51.100.1') taro@example.com:203.0.113.5",
                What::LoginFailed,
                Service::Pop3,
                "taro@example.com",
            ),
            (
                "vpopmail[7]: vchkpw-smtp: vpopmail user not found x@example.com:203.0.113.5",
                What::LoginFailed,
                Service::Smtp,
                "x@example.com",
            ),
        ] {
            let line = format!("Feb  3 04:05:06 mx {line}");
            let event = one(&line).unwrap();
            assert_eq!((event.what, event.service, text(event.account).as_str()), (what, service, user), "{line}");
            assert_eq!(event.address, "203.0.113.5".parse().ok(), "{line}");
            assert!(!format!("{event:?}").contains("secret"));
        }
        let v6 = one("Feb  3 04:05:06 mx vpopmail[7]: vchkpw-imap: login success t@example.com:2001:db8::5").unwrap();
        assert_eq!((v6.address, v6.service), ("2001:db8::5".parse().ok(), Service::Imap));
    }
}
