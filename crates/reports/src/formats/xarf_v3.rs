//! XARF v3 and its forerunners (JSON v1, v2 and drafts): bare, as an attachment, or in an ARF envelope with
//! `Feedback-Type: xarf`.

use model::{Category, EventTime, Format, Observation, Provenance, Reading, taxonomy};
use serde_json::Value;

use super::Entry;
use crate::extract::{ip, port, time, url};
use crate::input::{Input, JsonPart};
use crate::xarf;

/// The format's entry.
pub const ENTRY: Entry = Entry { name: "xarf_v3", format: Format::XarfV3, priority: 30, read };

/// Checks a document against the published rules of XARF v1–v3; the faults say where and what was expected.
pub fn validate(value: &Value) -> Result<(), Vec<String>> {
    let faults = xarf::v3_rules::faults(value);
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Most faults repeated in the remarks of one reading.
const MAX_FAULTS: usize = 5;

fn read(input: &Input<'_>, reading: &mut Reading) -> bool {
    let mut found = false;
    for json in &input.json {
        let Some(report) = json.value.get("Report").filter(|report| report.is_object()) else {
            continue;
        };
        if report.get("ReportType").or_else(|| report.get("ReportClass")).is_none() {
            continue;
        }
        if !found {
            crate::envelope::fill(input, reading);
        }
        found = true;
        document(json, report, input, reading);
    }
    if found {
        crate::generic::supplement(input, reading);
    }
    found
}

fn document(json: &JsonPart, report: &Value, input: &Input<'_>, reading: &mut Reading) {
    if let Err(faults) = validate(&json.value) {
        reading.remarks.extend(faults.into_iter().take(MAX_FAULTS).map(|fault| format!("XARF v3: {fault}.")));
    }
    if let Some(info) = json.value.get("ReporterInfo") {
        let text = |keys: &[&str]| xarf::text_of(info, keys).map(str::to_owned);
        let claim = &mut reading.reporter;
        claim.address = text(&["ReporterOrgEmail", "ReporterContactEmail"]).or_else(|| claim.address.take());
        claim.name = text(&["ReporterOrg", "ReporterContactName"]).or_else(|| claim.name.take());
        claim.domain = text(&["ReporterOrgDomain"]).or_else(|| claim.domain.take());
    }
    reading.report_id = xarf::text(report, "ReporterCaseID").map(str::to_owned).or_else(|| reading.report_id.take());
    let observation = observation(json, report, input);
    if observation.ip.is_none()
        && observation.url.is_none()
        && observation.account.is_none()
        && observation.domain.is_none()
    {
        reading.remarks.push("The XARF document names no source.".to_owned());
        return;
    }
    reading.observations.push(observation);
}

fn category(report: &Value) -> Category {
    let kind = xarf::text(report, "ReportType").unwrap_or("");
    match taxonomy::from_xarf_v3(kind) {
        Some(Category::Malware) if xarf::text(report, "ReportClass") == Some("Activity") => Category::InfectedHost,
        Some(category) => category,
        None if kind.eq_ignore_ascii_case("ChildSexualAbuseMaterial") => Category::Csam,
        None => crate::words::category(kind),
    }
}

fn observation(json: &JsonPart, report: &Value, input: &Input<'_>) -> Observation {
    let mut seen = Observation::new(category(report), 0.97);
    let read_ip = |key: &str| xarf::text(report, key).and_then(ip::parse);
    seen.ip = read_ip("SourceIp").or_else(|| read_ip("SourceIP")).or_else(|| read_ip("Source"));
    seen.port = xarf::port(report, "SourcePort");
    seen.url = xarf::text_of(report, &["SourceUrl", "SourceURL", "Url"]).map(url::canonical);
    seen.domain = xarf::text(report, "SourceDomain").map(str::to_lowercase);
    if seen.ip.is_none() && seen.url.is_none() {
        seen.ip = read_ip("AttackerIp");
    }
    if let Some(account) = report.get("Account") {
        seen.account = xarf::text_of(account, &["AccountEmail", "AccountIdentifier"]).map(str::to_owned);
    }
    seen.at = xarf::text_of(report, &["Date", "FirstSeen"]).and_then(|text| time::parse(text, &input.clock()));
    seen.target_ip = read_ip("DestinationIp");
    seen.target_port = xarf::port(report, "DestinationPort");
    seen.transport = xarf::text_of(report, &["TransportProtocol", "Protocol"]).and_then(port::transport);
    seen.count = xarf::count(report, &["AttemptCount", "Occurrences", "PacketCount"]);
    seen.period_us = period(report, seen.at.as_ref(), input);
    seen.object = xarf::text_of(
        report,
        &[
            "MalwareName",
            "BotnetName",
            "TrademarkedMaterial",
            "InfringedMaterial",
            "TargetBrand",
            "CVE",
            "ServiceName",
            "FileName",
            "RpzDomain",
        ],
    )
    .map(|text| crate::charset::prefix(text, 200).to_owned());
    seen.provenance = Some(Provenance {
        part: json.part.clone(),
        line: 0,
        text: crate::charset::prefix(
            xarf::text_of(report, &["SourceUrl", "SourceIp", "SourceIP", "AttackerIp"]).unwrap_or(""),
            200,
        )
        .to_owned(),
    });
    seen
}

/// The time from the first sight to the report's date.
fn period(report: &Value, at: Option<&EventTime>, input: &Input<'_>) -> Option<i64> {
    let first = time::parse(xarf::text(report, "FirstSeen")?, &input.clock())?;
    let span = at?.at.as_microsecond() - first.at.as_microsecond();
    (span > 0).then_some(span)
}
