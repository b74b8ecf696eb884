//! Dovecot 2.0 to 2.4: logins and failed passwords of IMAP, POP3, ManageSieve and submission, and what its `auth` says.
//!
//! `auth` may write the password that was given, or its hash, when told to: those words are cut off before anything is read.

use super::{Entry, Head};
use crate::bytes::{account, address, after, find, has, leading_address, port, rfind, split, split_last, until_or_all};
use crate::event::{Event, Service, What};
use crate::stamp::Calendar;

/// The dialect's entry.
pub(super) const ENTRY: Entry = Entry { name: "dovecot", claims, read };

/// What a password back end says of a wrong password or user, behind `backend(user,address,<session>)`.
const WRONG: [&[u8]; 5] = [
    b"): unknown user",
    b"): Password mismatch",
    b"): pam_authenticate() failed",
    b"): invalid credentials",
    b"): Invalid",
];

fn claims(head: &Head<'_>) -> bool {
    head.program.starts_with(b"dovecot")
        || head.program.ends_with(b"-login") && login_service(head.program) != Service::Unknown
        || head.program == b"auth"
        || head.program == b"auth-worker"
}

fn read<'l>(head: &Head<'l>, _: &mut Calendar) -> Option<Event<'l>> {
    if head.program.ends_with(b"-login") {
        return session(head, head.program, head.message);
    }
    if let Some((name, rest)) = split(head.message, b"-login: ").filter(|(name, _)| name.len() <= 16) {
        return session(head, name, rest);
    }
    if let Some(rest) = after(head.message, b"pam_unix(dovecot:auth): authentication failure;") {
        return pam(head, rest);
    }
    let tail = if head.program.starts_with(b"dovecot") { head.message } else { head.tail };
    password(head, tail)
}

/// The door by the name of the login process.
fn login_service(name: &[u8]) -> Service {
    match name.strip_suffix(b"-login").unwrap_or(name) {
        b"imap" => Service::Imap,
        b"pop3" => Service::Pop3,
        b"managesieve" | b"sieve" => Service::Sieve,
        b"submission" => Service::Smtp,
        _ => Service::Unknown,
    }
}

/// `Login: user=<u>, method=PLAIN, rip=…` and the ways in which a connection ends without a login.
fn session<'l>(head: &Head<'l>, name: &[u8], message: &'l [u8]) -> Option<Event<'l>> {
    let message = message.strip_prefix(b"Info: ").unwrap_or(message);
    // The user name stands before the address, and all behind the address is the server's: the last one is true.
    let (before, behind) = split_last(message, b"rip=")?;
    let (reason, user) = match split(before, b"user=<") {
        Some((reason, user)) => (reason, Some(user)),
        None => (before, None),
    };
    let what = if reason == b"Login: " {
        What::Login
    } else if has(reason, b"(auth failed") || has(reason, b"(proxy dest auth failed") {
        What::LoginFailed
    } else {
        What::Refused
    };
    let mut event = head.event(what, login_service(name))?;
    event.address = Some(address(until_or_all(behind, b','))?);
    event.port = after(until_or_all(behind, b'<'), b", rport=").and_then(port);
    event.account = user.and_then(|user| split_last(user, b">, ")).and_then(|(user, rest)| {
        // `>, method=PLAIN, ` or `>, ` alone stands between name and address.
        let user = if rest.is_empty() || rest.starts_with(b"method=") { user } else { return None };
        account(user)
    });
    Some(event)
}

/// `… ruser=u rhost=192.0.2.1  user=u` of the PAM module.
fn pam<'l>(head: &Head<'l>, rest: &'l [u8]) -> Option<Event<'l>> {
    let (before, host) = split_last(rest, b" rhost=")?;
    let mut event = head.event(What::LoginFailed, Service::Unknown)?;
    event.address = Some(leading_address(host)?.0);
    event.account = after(before, b" ruser=").and_then(account);
    Some(event)
}

/// `pam(u,192.0.2.1,<session>): unknown user`, and of 2.4 `auth(u,192.0.2.1,sasl:login)<session>: Info: sql: Password mismatch`.
fn password<'l>(head: &Head<'l>, text: &'l [u8]) -> Option<Event<'l>> {
    let text = split(text, b" (given password: ").map_or(text, |(text, _)| text);
    let text = split(text, b" (SHA1 of given password: ").map_or(text, |(text, _)| text);
    let inside = if let Some(inside) = newer(head, text) {
        inside
    } else {
        // A user name may hold such words; the server's own are the last.
        let end = WRONG.iter().filter_map(|words| rfind(text, words)).max()?;
        &text[opening(&text[..end])?..end]
    };
    let (user, client) = split_last(without_session(inside), b",")?;
    let mut event = head.event(What::LoginFailed, Service::Unknown)?;
    event.address = Some(address(client)?);
    event.account = account(user);
    Some(event)
}

/// The part in brackets of the 2.4 form, whose reason stands far behind it.
fn newer<'l>(head: &Head<'l>, text: &'l [u8]) -> Option<&'l [u8]> {
    let rest = text.strip_prefix(b"(").filter(|_| head.program == b"auth").or_else(|| after(text, b"auth("))?;
    let (inside, reason) = split_last(rest, b")<")?;
    let reason = reason.trim_ascii_end();
    (reason.ends_with(b": Password mismatch") || reason.ends_with(b": unknown user")).then_some(inside)
}

/// Where the user begins: behind the first bracket that follows a back end's name.
fn opening(text: &[u8]) -> Option<usize> {
    const BACKENDS: [&[u8]; 10] = [
        b"pam(",
        b"sql(",
        b"ldap(",
        b"passwd-file(",
        b"passwd(",
        b"shadow(",
        b"static(",
        b"lua(",
        b"dict(",
        b"oauth2(",
    ];
    BACKENDS.iter().filter_map(|name| find(text, name).map(|at| at + name.len())).min()
}

/// Without the session's id or SASL mechanism at the end.
fn without_session(inside: &[u8]) -> &[u8] {
    let inside = inside.strip_suffix(b",").unwrap_or(inside);
    match split_last(inside, b",") {
        Some((rest, last)) if last.starts_with(b"<") || last.starts_with(b"sasl:") => rest,
        _ => inside,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialects::testing::{one, text};

    #[test]
    fn a_login_has_account_address_port_and_door() {
        let line = "Feb  3 04:05:06 mx dovecot: imap-login: Login: user=<taro@example.com>, method=PLAIN, rip=203.0.113.5, rport=40000, lip=192.0.2.10, lport=993, mpid=7, TLS, session=<abc>";
        let event = one(line).unwrap();
        assert_eq!((event.what, event.service, event.port), (What::Login, Service::Imap, Some(40_000)));
        assert_eq!((text(event.account), event.address), ("taro@example.com".to_owned(), "203.0.113.5".parse().ok()));
    }

    #[test]
    fn a_user_name_with_words_of_the_log_does_not_move_the_address() {
        for line in [
            "Feb  3 04:05:06 mx dovecot: imap-login: Disconnected (auth failed, 1 attempts): user=<x>, method=PLAIN, rip=198.51.100.1, lip=192.0.2.10>, method=PLAIN, rip=203.0.113.5, lip=192.0.2.10",
            "Feb  3 04:05:06 mx dovecot: auth: sql(x,198.51.100.1): unknown user,203.0.113.5,<abc>): unknown user",
            "Feb  3 04:05:06 mx auth: pam_unix(dovecot:auth): authentication failure; logname= uid=0 euid=0 tty=dovecot ruser=x rhost=198.51.100.1 rhost=203.0.113.5",
        ] {
            let event = one(line).unwrap();
            assert_eq!((event.what, event.address), (What::LoginFailed, "203.0.113.5".parse().ok()), "{line}");
        }
    }

    #[test]
    fn a_password_that_the_log_was_told_to_hold_is_not_kept() {
        for line in [
            "Feb  3 04:05:06 mx dovecot: auth: ldap(u,203.0.113.5,<abc>): Password mismatch (SHA1 of given password: f638ff)",
            "Feb  3 04:05:06 auth(u,203.0.113.5,sasl:login)<abc>: Info: sql: Password mismatch (given password: f638ff)",
            "Feb  3 04:05:06 mx dovecot: auth: sql(u,203.0.113.5): Password mismatch (given password: y,198.51.100.1): unknown user f638ff)",
        ] {
            let event = one(line).unwrap();
            assert_eq!((text(event.account).as_str(), event.address), ("u", "203.0.113.5".parse().ok()), "{line}");
            assert!(!format!("{event:?}").contains("f638ff"));
        }
    }

    #[test]
    fn a_connection_without_a_password_is_no_failed_login() {
        let line = "Feb  3 04:05:06 mx dovecot: pop3-login: Disconnected (no auth attempts in 10 secs): user=<>, rip=203.0.113.5, lip=192.0.2.10";
        assert_eq!(one(line).unwrap().what, What::Refused);
    }
}
