//! One report, passed on by the mail programs of twelve languages: whoever passed it on is told from whoever wrote it, and
//! the report is read as if it had come directly.

use std::path::Path;

use jiff::Timestamp;
use model::ReportReader as _;
use reports::Reader;

#[test]
fn each_program_is_seen_through() {
    let received: Timestamp = "2024-05-02T08:00:00Z".parse().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/forward");
    let mut faults = Vec::new();
    let mut count = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
        let reading = Reader.read(&std::fs::read(&path).unwrap(), received);
        let seen: Vec<_> = reading.observations.iter().filter_map(|seen| seen.ip).map(|ip| ip.to_string()).collect();
        let at = reading.observations.first().and_then(|seen| Some(seen.at.as_ref()?.at.to_string()));
        let found = [
            ("accused", seen.join(" "), "192.0.2.90"),
            ("time", at.unwrap_or_default(), "2024-05-01T11:58:20Z"),
            ("subject", reading.subject.unwrap_or_default(), "SSH attack from 192.0.2.90"),
            ("reporter", reading.reporter.address.unwrap_or_default(), "soc@victim.example.org"),
            (
                "forwarder",
                reading.forwarder.and_then(|claim| claim.address).unwrap_or_default(),
                "support@reseller.example.net",
            ),
            ("written", reading.written.map(|at| at.to_string()).unwrap_or_default(), "2024-05-01T12:05:00Z"),
        ];
        count += 1;
        let wrong = found.into_iter().filter(|(_, read, wanted)| read != wanted);
        faults.extend(wrong.map(|(what, read, wanted)| format!("{name}: {what} is `{read}`, not `{wanted}`")));
    }
    assert!(count >= 30, "{count} mails");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
