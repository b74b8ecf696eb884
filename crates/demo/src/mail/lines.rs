//! Writes log lines and puts them in the order of their times.

use std::fmt::Write as _;
use std::net::Ipv4Addr;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// The lines of one day.
pub(super) struct Writer {
    midnight: i64,
    lines: Vec<(u32, String)>,
    queue: u64,
}

/// A mail to be written down.
pub(super) struct Mail<'m> {
    pub(super) account: &'m str,
    pub(super) address: Ipv4Addr,
    pub(super) second: u32,
    pub(super) recipients: &'m [String],
    /// Every so-manieth recipient in a thousand does not exist.
    pub(super) bounced_per_mille: usize,
}

impl Writer {
    pub(super) const fn new(midnight: i64) -> Self {
        Self { midnight, lines: Vec::new(), queue: 0 }
    }

    /// The lines in order.
    pub(super) fn finish(mut self) -> Vec<String> {
        self.lines.sort_by_key(|(second, _)| *second);
        self.lines.into_iter().map(|(_, line)| line).collect()
    }

    /// `2026-02-03T04:05:06+09:00`: the second of the day, which may run on into the next hours.
    fn stamp(&self, second: u32) -> String {
        let at = Timestamp::from_second(self.midnight + i64::from(second)).unwrap_or_default();
        let zoned = at.to_zoned(TimeZone::fixed(Offset::constant(9)));
        zoned.strftime("%Y-%m-%dT%H:%M:%S+09:00").to_string()
    }

    fn push(&mut self, second: u32, rest: std::fmt::Arguments<'_>) {
        let mut line = self.stamp(second);
        let _ = writeln!(line, " {rest}");
        self.lines.push((second, line));
    }

    pub(super) fn login(&mut self, second: u32, account: &str, address: Ipv4Addr) {
        let port = 1024 + (second * 7) % 60_000;
        self.push(
            second,
            format_args!(
                "mx dovecot: imap-login: Login: user=<{account}>, method=PLAIN, rip={address}, rport={port}, lip=192.0.2.10, TLS, session=<s{second}>"
            ),
        );
    }

    pub(super) fn failure(&mut self, second: u32, account: &str, address: Ipv4Addr) {
        self.push(
            second,
            format_args!(
                "mx postfix/submission/smtpd[7]: warning: unknown[{address}]: SASL LOGIN authentication failed: UGFzc3dvcmQ6, sasl_username={account}"
            ),
        );
    }

    pub(super) fn mail(&mut self, mail: &Mail<'_>) {
        let Mail { account, address, second, recipients, bounced_per_mille } = mail;
        self.queue += 1;
        let id = format!("{:04X}{:08X}", self.midnight / 86_400 % 65_536, self.queue);
        let count = recipients.len();
        self.push(
            *second,
            format_args!(
                "mx postfix/submission/smtpd[7]: {id}: client=unknown[{address}], sasl_method=PLAIN, sasl_username={account}"
            ),
        );
        self.push(
            *second,
            format_args!("mx postfix/qmgr[9]: {id}: from=<{account}>, size=2048, nrcpt={count} (queue active)"),
        );
        for (number, recipient) in recipients.iter().enumerate() {
            let bounced = (number * 7919 + usize::try_from(*second).unwrap_or(0)) % 1000 < *bounced_per_mille;
            let (dsn, status) = if bounced { ("5.1.1", "bounced (no such user)") } else { ("2.0.0", "sent (250 ok)") };
            let late = second + 1 + u32::try_from(number / 50).unwrap_or(0);
            self.push(
                late,
                format_args!(
                    "mx postfix/smtp[8]: {id}: to=<{recipient}>, relay=mail.example.org[192.0.2.25]:25, delay=1, dsn={dsn}, status={status}"
                ),
            );
        }
        self.push(
            second + 2 + u32::try_from(count / 50).unwrap_or(0),
            format_args!("mx postfix/qmgr[9]: {id}: removed"),
        );
    }

    /// A bounce of a mail that was never sent from here.
    pub(super) fn returned(&mut self, second: u32, account: &str) {
        self.queue += 1;
        let id = format!("{:04X}{:08X}", self.midnight / 86_400 % 65_536, self.queue);
        self.push(second, format_args!("mx postfix/qmgr[9]: {id}: from=<>, size=4096, nrcpt=1 (queue active)"));
        self.push(
            second,
            format_args!(
                "mx postfix/lmtp[8]: {id}: to=<{account}>, relay=mx[private/lmtp], delay=1, dsn=2.0.0, status=sent (250 ok)"
            ),
        );
        self.push(second, format_args!("mx postfix/qmgr[9]: {id}: removed"));
    }

    /// A line of the web mail: a page, or a call of the API with so many recipients.
    pub(super) fn web(&mut self, second: u32, account: &str, address: Ipv4Addr, api: Option<usize>) {
        let what = match api {
            None => r#""method":"GET","path":"/mail/inbox","status":200"#.to_owned(),
            Some(0) => r#""method":"POST","path":"/api/v1/login","status":200"#.to_owned(),
            Some(count) => format!(r#""method":"POST","path":"/api/v1/send","status":202,"recipients":{count}"#),
        };
        let stamp = self.stamp(second);
        let line = format!("{{\"time\":\"{stamp}\",\"user\":\"{account}\",\"remote_addr\":\"{address}\",{what}}}\n");
        self.lines.push((second, line));
    }
}
