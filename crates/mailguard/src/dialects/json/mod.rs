//! JSON, one object a line: access logs of web mail and of its API, and journald's export around the lines of the others.
//!
//! A field is known by its usual names. A browser shows itself by the pages it loads; a program that uses the API with a
//! stolen password loads none.

mod members;

use jiff::Timestamp;
use jiff::tz::Offset;

use self::members::{Value, members};
use super::{Entry, Head};
use crate::bytes::{account, address, bracketed, has, number, until_or_all};
use crate::event::{Envelope, Event, Service, What};
use crate::stamp::{Calendar, Stamp};

/// The dialect's entry.
pub(super) const ENTRY: Entry = Entry { name: "json", claims, read };

fn claims(head: &Head<'_>) -> bool {
    head.stamp.is_none() && head.body.first() == Some(&b'{')
}

/// What the members say.
#[derive(Default)]
struct Fields<'l> {
    stamp: Option<Stamp>,
    account: Option<&'l [u8]>,
    address: Option<std::net::IpAddr>,
    port: Option<u16>,
    method: &'l [u8],
    path: &'l [u8],
    action: &'l [u8],
    status: Option<u32>,
    success: Option<bool>,
    recipients: Option<u32>,
    identifier: &'l [u8],
    message: &'l [u8],
    host: &'l [u8],
}

fn read<'l>(head: &Head<'l>, calendar: &mut Calendar) -> Option<Event<'l>> {
    let mut fields = Fields::default();
    for (key, value) in members(head.body) {
        fields.take(key, value, calendar);
    }
    let stamp = fields.stamp?;
    if !fields.message.is_empty() && !fields.identifier.is_empty() {
        return wrapped(&fields, stamp, calendar);
    }
    let (what, service) = fields.what()?;
    let mut event = Event::new(stamp.at, stamp.zone, what, service);
    (event.account, event.address, event.port) = (fields.account, fields.address, fields.port);
    event.host = fields.host;
    Some(event)
}

/// A line of another dialect inside journald's export.
fn wrapped<'l>(fields: &Fields<'l>, stamp: Stamp, calendar: &mut Calendar) -> Option<Event<'l>> {
    let head = Head {
        stamp: Some(stamp),
        body: fields.message,
        host: fields.host,
        program: fields.identifier,
        tail: fields.message,
        message: fields.message,
    };
    let entry = super::ALL.iter().find(|entry| (entry.claims)(&head) && entry.name != ENTRY.name)?;
    (entry.read)(&head, calendar)
}

impl<'l> Fields<'l> {
    fn take(&mut self, key: &[u8], value: Value<'l>, calendar: &mut Calendar) {
        match key {
            b"time"
            | b"timestamp"
            | b"@timestamp"
            | b"ts"
            | b"at"
            | b"date"
            | b"time_local"
            | b"time_iso8601"
            | b"__REALTIME_TIMESTAMP" => self.stamp = self.stamp.or_else(|| stamp(value, calendar)),
            b"user" | b"username" | b"account" | b"login" | b"sasl_username" | b"remote_user" | b"user_id" | b"uid" => {
                self.account = self.account.or(value.text().and_then(account).filter(|name| *name != b"-"));
            }
            b"ip" | b"remote" | b"remote_addr" | b"remote_ip" | b"client_ip" | b"client" | b"rip" | b"src_ip"
            | b"address" => {
                let text = value.text().unwrap_or_default();
                let found = address(text).map(|ip| (ip, None));
                let found = found.or_else(|| bracketed(text).map(|(ip, port, _)| (ip, port)));
                if let (Some((ip, port)), None) = (found, self.address) {
                    (self.address, self.port) = (Some(ip), self.port.or(port));
                }
            }
            b"port" | b"remote_port" | b"client_port" | b"rport" | b"src_port" => {
                self.port = self.port.or(value.number().and_then(|port| u16::try_from(port).ok()));
            }
            b"method" | b"request_method" | b"verb" => self.method = value.text().unwrap_or_default(),
            b"path" | b"url" | b"uri" | b"request_uri" => self.path = value.text().unwrap_or_default(),
            b"request" => self.request(value.text().unwrap_or_default()),
            b"event" | b"action" | b"type" | b"kind" => self.action = value.text().unwrap_or_default(),
            b"status" | b"status_code" | b"code" => self.status = value.number(),
            b"success" | b"ok" => self.success = value.truth(),
            b"result" | b"outcome" => self.success = self.success.or_else(|| result(value.text().unwrap_or_default())),
            b"recipients" | b"rcpt" | b"recipient_count" | b"nrcpt" | b"rcpt_count" | b"to" => {
                self.recipients = self.recipients.or(value.count());
            }
            b"SYSLOG_IDENTIFIER" => self.identifier = value.text().unwrap_or_default(),
            b"MESSAGE" => self.message = value.text().unwrap_or_default(),
            b"host" | b"_HOSTNAME" | b"hostname" => self.host = value.text().unwrap_or_default(),
            _ => {}
        }
    }

    /// `GET /path HTTP/1.1`.
    fn request(&mut self, line: &'l [u8]) {
        let method = until_or_all(line, b' ');
        self.method = method;
        self.path = until_or_all(line.get(method.len() + 1..).unwrap_or_default(), b' ');
    }

    /// What happened, by the name of the event, else by method and path.
    fn what(&self) -> Option<(What<'l>, Service)> {
        let worked = self.success.unwrap_or_else(|| self.status.is_none_or(|status| status < 400));
        let api = has(self.path, b"/api/")
            || has(self.path, b"/jmap")
            || has(self.path, b"/rpc")
            || self.path.starts_with(b"/v1/");
        let service = if api { Service::Api } else { Service::Web };
        let last = |words: &[&[u8]]| words.iter().any(|word| has(self.action, word) || ends_with_word(self.path, word));
        if last(&[b"login", b"signin", b"sign_in", b"token", b"auth", b"session"]) && self.method != b"GET" {
            return Some((if worked { What::Login } else { What::LoginFailed }, service));
        }
        if self.method.is_empty() && has(self.action, b"fail") {
            return Some((What::LoginFailed, service));
        }
        if !worked {
            return None;
        }
        let sends = last(&[b"send", b"submit", b"messages"]) && self.method != b"GET";
        if api || has(self.action, b"api") {
            let recipients = if sends { self.recipients.unwrap_or(1) } else { 0 };
            return Some((What::ApiCall { recipients }, Service::Api));
        }
        if sends {
            let envelope = Envelope { sender: b"", recipients: self.recipients.unwrap_or(1) };
            return Some((What::Submitted { envelope: Some(envelope) }, Service::Web));
        }
        (self.method == b"GET" || has(self.action, b"page")).then_some((What::PageLoad, Service::Web))
    }
}

/// Whether the last piece of a path, without its query, is `word`.
fn ends_with_word(path: &[u8], word: &[u8]) -> bool {
    let path = until_or_all(path, b'?');
    let path = path.strip_suffix(b"/").unwrap_or(path);
    path.strip_suffix(word).is_some_and(|before| before.is_empty() || before.ends_with(b"/"))
}

fn result(word: &[u8]) -> Option<bool> {
    match word {
        b"success" | b"ok" | b"succeeded" | b"allowed" | b"accepted" => Some(true),
        b"fail" | b"failed" | b"failure" | b"denied" | b"error" | b"rejected" => Some(false),
        _ => None,
    }
}

/// A written time, or seconds, milliseconds or microseconds since 1970, told apart by their size.
fn stamp(value: Value<'_>, calendar: &mut Calendar) -> Option<Stamp> {
    let text = value.text().or(value.digits())?;
    if let Some((stamp, _)) = calendar.leading(text).or_else(|| calendar.day_first(text)) {
        return Some(stamp);
    }
    let whole = until_or_all(text, b'.');
    let digits = std::str::from_utf8(whole).ok()?.parse::<i64>().ok()?;
    let micros = match whole.len() {
        9..=10 => {
            let fraction = text.get(whole.len() + 1..).unwrap_or_default();
            let fraction = fraction.get(..fraction.len().min(6)).unwrap_or_default();
            let (value, _) = number(fraction).unwrap_or_default();
            let scale = 10_i64.pow(u32::try_from(6 - fraction.len()).ok()?);
            digits.checked_mul(1_000_000)?.checked_add(i64::from(value) * scale)?
        }
        12..=13 => digits.checked_mul(1_000)?,
        15..=16 => digits,
        _ => return None,
    };
    Some(Stamp { at: Timestamp::from_microsecond(micros).ok()?, zone: Offset::UTC })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialects::testing::{one, text};

    #[test]
    fn web_mail_and_api_lines_are_told_apart() {
        let line = |method: &str, path: &str, rest: &str| {
            format!(
                r#"{{"time":"2026-02-03T04:05:06+09:00","user":"taro@example.com","remote_addr":"203.0.113.5","remote_port":40000,"method":"{method}","path":"{path}"{rest}}}"#
            )
        };
        for (line, what, service) in [
            (line("GET", "/mail/?_task=mail", r#","status":200"#), What::PageLoad, Service::Web),
            (line("POST", "/login", r#","status":401"#), What::LoginFailed, Service::Web),
            (line("POST", "/api/v1/login", r#","status":200"#), What::Login, Service::Api),
            (line("GET", "/api/v1/folders", r#","status":200"#), What::ApiCall { recipients: 0 }, Service::Api),
            (
                line("POST", "/api/v1/send", r#","status":200,"recipients":12"#),
                What::ApiCall { recipients: 12 },
                Service::Api,
            ),
            (
                line("POST", "/api/v1/send", r#","status":202,"to":["a@x","b@x"]"#),
                What::ApiCall { recipients: 2 },
                Service::Api,
            ),
        ] {
            let event = one(&line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!((event.what, event.service), (what, service), "{line}");
            assert_eq!((text(event.account).as_str(), event.port), ("taro@example.com", Some(40_000)));
            assert_eq!((event.at, event.zone.seconds()), ("2026-02-02T19:05:06Z".parse().unwrap(), 32_400));
        }
        assert!(one(&line("POST", "/api/v1/send", r#","status":500"#)).is_none());
    }

    #[test]
    fn events_by_name_and_times_as_numbers_are_read() {
        for at in ["1770059106", "1770059106.5", "1770059106000", "1770059106000000", "\"1770059106\""] {
            let line = format!(
                r#"{{"ts":{at},"event":"login","result":"failed","username":"taro","client_ip":"[2001:db8::5]:993"}}"#
            );
            let event = one(&line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!((event.what, event.at.as_second(), event.port), (What::LoginFailed, 1_770_059_106, Some(993)));
        }
    }

    #[test]
    fn the_journal_s_export_is_read_as_what_is_in_it() {
        let line = r#"{"__REALTIME_TIMESTAMP":"1770059106000000","_HOSTNAME":"mx","SYSLOG_IDENTIFIER":"postfix/smtpd","MESSAGE":"8E5BDF3BD5: client=h[203.0.113.5], sasl_method=PLAIN, sasl_username=taro"}"#;
        let event = one(line).unwrap();
        assert_eq!((text(event.account).as_str(), text(Some(event.host)).as_str()), ("taro", "mx"));
        assert!(matches!(event.what, What::Submitted { .. }));
    }
}
