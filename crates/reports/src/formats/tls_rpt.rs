//! Reports of SMTP TLS (RFC 8460): statistics for the owner of a domain. They accuse nobody, and are kept and set aside.

use model::{Format, Noise, Reading};
use serde_json::Value;

use super::Entry;
use crate::input::Input;

/// The format's entry.
pub const ENTRY: Entry = Entry { name: "tls_rpt", format: Format::TlsRpt, priority: 47, read };

fn read(input: &Input<'_>, reading: &mut Reading) -> bool {
    let parts = || input.mail.iter().flat_map(|mail| &mail.parts);
    let plain = input.json.iter().map(|json| &json.value).find(|value| is_report_value(value)).cloned();
    let value = plain.or_else(|| {
        let text = parts().find_map(|part| super::dmarc::unpacked(part, is_report))?;
        serde_json::from_str(&text).ok().filter(is_report_value)
    });
    let announced = input.mail.as_ref().is_some_and(|mail| mail.report_type.as_deref() == Some("tlsrpt"));
    if value.is_none() && !announced {
        return false;
    }
    crate::envelope::fill(input, reading);
    reading.report = false;
    reading.noise = Some(Noise::Housekeeping);
    reading.automatic = true;
    let value = value.unwrap_or_default();
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    reading.report_id = text("report-id").or(reading.report_id.take());
    reading.reporter.name = text("organization-name").or(reading.reporter.name.take());
    let failed: u64 = value
        .get("policies")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|policy| policy.get("summary")?.get("total-failure-session-count")?.as_u64())
        .fold(0, u64::saturating_add);
    reading.remarks.push(format!("A report of SMTP TLS with {failed} failed sessions: statistics, nobody is accused."));
    true
}

fn is_report(head: &[u8]) -> bool {
    let has = |words: &str| memchr::memmem::find(head, words.as_bytes()).is_some();
    head.trim_ascii_start().starts_with(b"{") && has("\"organization-name\"") && has("\"policies\"")
}

fn is_report_value(value: &Value) -> bool {
    value.get("organization-name").is_some() && value.get("policies").is_some_and(Value::is_array)
}
