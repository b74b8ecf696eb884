//! Entry points for fuzzing: each reads any bytes and must neither panic nor run long.

use jiff::Timestamp;
use model::ReportReader as _;

/// A whole report.
pub fn fuzz_report(data: &[u8]) {
    let _ = crate::Reader.read(data, Timestamp::UNIX_EPOCH);
}

/// A text, read generically.
pub fn fuzz_generic(data: &[u8]) {
    let mut mail = b"Subject: x\n\n".to_vec();
    mail.extend_from_slice(data);
    let _ = crate::Reader.read(&mail, Timestamp::UNIX_EPOCH);
}

/// HTML.
pub fn fuzz_html(data: &[u8]) {
    let _ = crate::html::to_text(&String::from_utf8_lossy(data));
}

/// The scanners of running text.
pub fn fuzz_extract(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let text = crate::extract::defang::refang(&text);
    for line in text.lines() {
        let (mut ips, mut urls, mut hosts, mut times) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        crate::extract::ip::scan(line, &mut ips);
        crate::extract::url::scan(line, &mut urls);
        crate::extract::url::scan_hosts(line, &urls, &mut hosts);
        crate::extract::time::scan(line, &mut times);
    }
}

/// XARF documents.
pub fn fuzz_xarf(data: &[u8]) {
    if let Ok(value) = serde_json::from_slice(data) {
        let _ = crate::formats::xarf_v3::validate(&value);
        let _ = crate::formats::xarf_v4::validate(&value, crate::formats::xarf_v4::Strictness::Strict);
    }
}

/// The way of a mail.
pub fn fuzz_trace(data: &[u8]) {
    if let Some(mail) = crate::mime::parse(data) {
        let (_, evidence) = crate::trace::evidence(&mail);
        let _ = crate::trace::trace(&evidence, &[], Timestamp::UNIX_EPOCH);
    }
}
