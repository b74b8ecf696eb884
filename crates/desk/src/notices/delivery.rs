//! What a mail server says about a mail that came back (RFC 3464), read from the bytes with a bounded scan.
//!
//! The room for MIME is `reports`, which the desk may not use. A delivery status is a part of plain header lines, so a scan
//! for it needs no MIME: find its Content-Type, then read groups of fields until the part ends.

use std::ops::ControlFlow;

/// Bytes of a bounce that are looked at.
const MAX_SCAN: usize = 1024 * 1024;
/// Recipients that are read of one bounce.
const MAX_RECIPIENTS: usize = 100;
/// Longest field, unfolded, that is kept.
const MAX_FIELD: usize = 2000;

/// What became of one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Recipient {
    /// The address: the original one if it is given, else the final.
    pub(super) address: String,
    /// The address that it ended at.
    pub(super) final_address: String,
    /// `failed`, `delayed`, `delivered`, `relayed` or `expanded`.
    pub(super) action: String,
    /// Status code such as `5.1.1` (RFC 3463).
    pub(super) status: String,
    /// What the mail server said.
    pub(super) diagnostic: String,
}

impl Recipient {
    /// Whether the mail will not arrive.
    pub(super) fn failed(&self) -> bool {
        self.action == "failed"
    }
}

/// The recipients of the delivery status in `raw`; empty if there is none.
pub(super) fn delivery_status(raw: &[u8]) -> Vec<Recipient> {
    let raw = &raw[..raw.len().min(MAX_SCAN)];
    let Some(part) = status_part(raw) else { return Vec::new() };
    let mut recipients = Vec::new();
    // The first group is about the message, each further one about a recipient.
    for group in groups(part).skip(1).take(MAX_RECIPIENTS) {
        let mut recipient = Recipient::default();
        let _ = each_field(group, |name, value| {
            let value = value.trim();
            match name {
                "original-recipient" => address_of(value).clone_into(&mut recipient.address),
                "final-recipient" => address_of(value).clone_into(&mut recipient.final_address),
                "action" => recipient.action = value.to_ascii_lowercase(),
                "status" => value.clone_into(&mut recipient.status),
                "diagnostic-code" => recipient.diagnostic = text::wording::clean(value, 300),
                _ => {}
            }
            ControlFlow::<()>::Continue(())
        });
        if recipient.address.is_empty() {
            recipient.address.clone_from(&recipient.final_address);
        }
        if !recipient.action.is_empty() {
            recipients.push(recipient);
        }
    }
    recipients
}

/// `rfc822; user@example.com` without the type, angle brackets or comment.
fn address_of(value: &str) -> &str {
    let address = value.split_once(';').map_or(value, |(_, address)| address).trim();
    address.trim_start_matches('<').split(['>', ' ', '\t']).next().unwrap_or_default()
}

/// The body of the first part of type message/delivery-status (or its UTF-8 sister, RFC 6533).
fn status_part(raw: &[u8]) -> Option<&[u8]> {
    let mut at = 0;
    let mut in_head = false;
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        let text = line.trim_ascii();
        if in_head && text.is_empty() {
            return Some(until_boundary(&raw[at..]));
        }
        let lower = text.to_ascii_lowercase();
        if lower.starts_with(b"content-type:") {
            in_head =
                contains(&lower, b"message/delivery-status") || contains(&lower, b"message/global-delivery-status");
        } else if text.starts_with(b"--") {
            in_head = false;
        }
    }
    None
}

fn contains(line: &[u8], what: &[u8]) -> bool {
    line.windows(what.len()).any(|window| window == what)
}

fn until_boundary(part: &[u8]) -> &[u8] {
    let mut end = 0;
    for line in part.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b"--") {
            break;
        }
        end += line.len();
    }
    &part[..end]
}

/// Groups of lines between empty lines.
fn groups(part: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = part;
    std::iter::from_fn(move || {
        loop {
            if rest.is_empty() {
                return None;
            }
            let mut end = 0;
            let mut after = rest.len();
            for line in rest.split_inclusive(|byte| *byte == b'\n') {
                if line.trim_ascii().is_empty() {
                    after = end + line.len();
                    break;
                }
                end += line.len();
            }
            let group = &rest[..end];
            rest = &rest[after..];
            if !group.is_empty() {
                return Some(group);
            }
        }
    })
}

/// Calls `see` with the name (lower case) and the unfolded value of each field of a head, until it breaks or the head ends.
pub(super) fn each_field<B>(head: &[u8], mut see: impl FnMut(&str, &str) -> ControlFlow<B>) -> ControlFlow<B> {
    let mut name = String::new();
    let mut value = String::new();
    for line in head.split(|byte| *byte == b'\n') {
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end_matches('\r');
        if line.is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) {
            if value.len() < MAX_FIELD {
                value.push(' ');
                value.extend(line.trim_start().chars().take(MAX_FIELD));
            }
            continue;
        }
        if !name.is_empty() {
            see(&name, &value)?;
        }
        match line.split_once(':') {
            Some((field, rest)) => {
                name = field.trim().to_ascii_lowercase();
                value = rest.trim_start().chars().take(MAX_FIELD).collect();
            }
            None => name.clear(),
        }
    }
    if name.is_empty() { ControlFlow::Continue(()) } else { see(&name, &value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POSTFIX: &str = "Return-Path: <>\r\nSubject: Undelivered Mail Returned to Sender\r\nContent-Type: multipart/report;\r\n report-type=delivery-status; boundary=\"B\"\r\n\r\n--B\r\nContent-Type: text/plain\r\n\r\nI'm sorry\r\n\r\n--B\r\nContent-Description: Delivery report\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.jp\r\nArrival-Date: Sun, 22 Nov 2026 14:05:08 +0900\r\n\r\nFinal-Recipient: rfc822; taro@example.com\r\nOriginal-Recipient: rfc822;Taro@Example.com\r\nAction: failed\r\nStatus: 5.1.1\r\nRemote-MTA: dns; mx.example.com\r\nDiagnostic-Code: smtp; 550 5.1.1 <taro@example.com>:\r\n    User unknown\r\n\r\nFinal-Recipient: rfc822; hana@example.com\r\nAction: Delayed\r\nStatus: 4.4.1\r\n\r\n--B\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <x@example.jp>\r\n\r\n--B--\r\n";

    #[test]
    fn a_bounce_of_postfix_is_read() {
        let found = delivery_status(POSTFIX.as_bytes());
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].address, "Taro@Example.com");
        assert_eq!(found[0].status, "5.1.1");
        assert!(found[0].failed());
        assert_eq!(found[0].diagnostic, "smtp; 550 5.1.1 <taro@example.com>: User unknown");
        assert_eq!((found[1].address.as_str(), found[1].action.as_str()), ("hana@example.com", "delayed"));
        assert_eq!(delivery_status(POSTFIX.replace('\r', "").as_bytes()), found);
    }

    #[test]
    fn what_is_no_delivery_status_gives_nothing() {
        for raw in [
            "",
            "Content-Type: message/delivery-status",
            "Content-Type: message/delivery-status\n\n",
            "Content-Type: message/delivery-status\n\nAction: failed\n",
            "Subject: x\n\nwe talk of message/delivery-status\n\nAction: failed\n\nAction: failed\n",
        ] {
            assert!(delivery_status(raw.as_bytes()).is_empty(), "{raw}");
        }
        assert!(delivery_status(&[0xff; 5000]).is_empty());
        assert!(delivery_status(&b"--\n".repeat(400_000)).is_empty());
    }

    #[test]
    fn folded_and_broken_fields_are_read_as_far_as_they_go() {
        let mut seen = Vec::new();
        let _ = each_field(b"A: 1\n 2\nnonsense\nB:\t3\r\n\r\nC: 4", |name, value| {
            seen.push(format!("{name}={value}"));
            ControlFlow::<()>::Continue(())
        });
        assert_eq!(seen, ["a=1 2", "b=3"]);
    }
}
