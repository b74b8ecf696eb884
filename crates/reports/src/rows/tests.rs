//! Tests of tables: types, heads, hostile rows, and mails that are only read through.

use std::io::Cursor;
use std::ops::ControlFlow;

use model::Category;

use super::*;

const NAME: &str = "2024-05-01-scan_mdns-example-asn.csv";
const HEAD: &str = "\"timestamp\",\"severity\",\"ip\",\"protocol\",\"port\",\"hostname\",\"tag\",\"asn\",\"geo\"\n";

fn received() -> Timestamp {
    "2024-05-02T00:00:00Z".parse().unwrap()
}

fn rows(text: &str, name: &str) -> Vec<Observation> {
    Rows::open(Cursor::new(text), name, received()).unwrap().unwrap().collect()
}

#[test]
fn a_row_is_an_observation() {
    let text = format!(
        "{HEAD}\"2024-05-01 00:32:17\",\"medium\",\"192.0.2.9\",\"udp\",5353,\"host9.example.net\",\"mdns;ntp\",64496,\"JP\"\n"
    );
    let seen = rows(&text, NAME);
    assert_eq!(seen.len(), 1);
    let one = &seen[0];
    assert_eq!(one.ip.unwrap().to_string(), "192.0.2.9");
    assert_eq!((one.port, one.transport), (Some(5353), Some(model::Transport::Udp)));
    assert_eq!(one.category, Category::OpenService);
    assert_eq!(one.at.as_ref().unwrap().at.to_string(), "2024-05-01T00:32:17Z");
    assert_eq!(one.at.as_ref().unwrap().zone.as_deref(), Some("UTC"));
    assert_eq!(one.object.as_deref(), Some("mdns;ntp"));
    let from = one.provenance.as_ref().unwrap();
    assert_eq!((from.part.as_str(), from.line), (NAME, 2));
    assert!(from.text.starts_with("2024-05-01 00:32:17,medium,192.0.2.9"));
}

#[test]
fn new_types_new_columns_and_heads_in_the_middle() {
    let text = "a_new_column,timestamp,ip,asn,geo,another\nx,2024-05-01 00:00:00,192.0.2.1,64496,JP,y\na_new_column,timestamp,ip,asn,geo,another\n,,not an address,,,\nx,2024-05-01T00:00:01,2001:db8::1,64496,JP\n";
    let seen = rows(text, "2024-05-01-brand_new-example.csv");
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].category, Category::Unknown);
    assert_eq!(seen[0].object.as_deref(), Some("brand_new"));
    assert_eq!(seen[1].ip.unwrap().to_string(), "2001:db8::1");
}

#[test]
fn who_is_accused_depends_on_the_type() {
    let head = "timestamp,protocol,src_ip,src_port,src_asn,src_geo,dst_ip,dst_port,infection\n";
    let row = "2024-05-01 00:00:00,tcp,192.0.2.1,4000,64496,JP,198.51.100.2,80,avalanche\n";
    let text = format!("{head}{row}");
    let seen = rows(&text, "2024-05-01-event4_sinkhole_http-x.csv");
    assert_eq!((seen[0].ip.unwrap().to_string(), seen[0].port), ("192.0.2.1".to_owned(), Some(4000)));
    assert_eq!(seen[0].target_ip.unwrap().to_string(), "198.51.100.2");
    assert_eq!((seen[0].category, seen[0].object.as_deref()), (Category::InfectedHost, Some("avalanche")));
    let seen = rows(&text, "2024-05-01-event4_honeypot_ddos_target-x.csv");
    assert_eq!((seen[0].ip.unwrap().to_string(), seen[0].target_ip), ("198.51.100.2".to_owned(), None));
    assert_eq!(seen[0].category, Category::ThreatIntelligence);
    let account = "timestamp,email,infection,severity,username\n2024-05-01 00:00:00,User@Example.com,x,critical,u\n";
    let seen = rows(account, "2024-05-01-compromised_account-x.csv");
    assert_eq!(seen[0].account.as_deref(), Some("user@example.com"));
}

#[test]
fn feeds_are_known_by_their_columns() {
    let text = "# URLhaus\n# Last updated: 2024-05-01\n#\n# id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter\n\"1\",\"2024-05-01 10:00:00\",\"http://192.0.2.7/bin.sh\",\"online\",\"\",\"malware_download\",\"elf,mirai\",\"https://urlhaus.example/1/\",\"x\"\n\"2\",\"2024-05-01 10:00:01\",\"http://example.com/b\",\"offline\",\"\",\"malware_download\",\"\",\"https://urlhaus.example/2/\",\"x\"\n";
    let seen = rows(text, "urlhaus.csv");
    assert_eq!(seen.len(), 2);
    assert_eq!((seen[0].url.as_deref(), seen[0].category), (Some("http://192.0.2.7/bin.sh"), Category::Malware));
    assert_eq!(seen[0].provenance.as_ref().unwrap().line, 5);
    assert_eq!(seen[1].object.as_deref(), Some("malware_download"));
    assert!(seen[0].confidence > seen[1].confidence, "what is offline is less sure");
    let text = "phish_id,url,phish_detail_url,submission_time,verified,verification_time,online,target\n7,https://login.example.org/a,https://phish.example/7,2024-05-01T01:00:00+00:00,yes,2024-05-01T02:00:00+00:00,yes,Example Bank\n";
    let seen = rows(text, "verified_online.csv");
    assert_eq!(seen[0].object.as_deref(), Some("Example Bank"));
    assert_eq!(seen[0].at.as_ref().unwrap().at.to_string(), "2024-05-01T02:00:00Z");
}

#[test]
fn no_table_no_rows() {
    for text in
        ["", "\n\n", "a,b,c\n1,2,3\n", "Dear team, the address 192.0.2.1\n", "# only\n# comments\n", "timestamp,ip\n"]
    {
        assert!(Rows::open(Cursor::new(text), "x.csv", received()).unwrap().is_none(), "{text}");
    }
}

#[test]
fn one_open_quote_does_not_take_the_table_into_memory() {
    let mut text = HEAD.to_owned();
    text.push_str("\"2024-05-01 00:00:00\",\"low\",\"192.0.2.1\",\"udp\",1,\"\",\"\",1,\"JP\"\n\"");
    text.push_str(&"a".repeat(3 << 20));
    assert_eq!(rows(&text, NAME).len(), 1);
}

/// A mail with one table of `count` rows, in the given transfer encoding.
fn mail(count: usize, encoding: &str, encode: impl Fn(&[u8]) -> String) -> Vec<u8> {
    let row = |row| {
        format!("\"2024-05-01 00:00:00\",\"low\",\"192.0.2.{}\",\"udp\",{row},\"=host\",\"\",1,\"JP\"\n", row % 250 + 1)
    };
    let rows: Vec<String> = (0..count).map(row).collect();
    let table = format!("{HEAD}{}", rows.concat());
    format!(
        "From: a@example.org\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed;\n\tboundary=\"b 1\"\n\npreamble\n--b 1\nContent-Type: multipart/alternative; boundary=in\n\n--in\n\nhello\n--in--\n--b 1\nContent-Type: text/csv; name=\"{NAME}\"\nContent-Transfer-Encoding: {encoding}\n\n{}\n--b 1--\n",
        encode(table.as_bytes())
    )
    .into_bytes()
}

fn wrapped(bytes: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    text.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into_owned() + "\r\n").collect()
}

#[test]
fn a_mail_is_read_through() {
    use std::io::Write as _;
    let gz = |bytes: &[u8]| {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(bytes).unwrap();
        wrapped(&gz.finish().unwrap())
    };
    let quoted = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace('=', "=3D").replace("\"low\"", "\"l=\now\"");
    let plain = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    for raw in [
        mail(700, "base64", wrapped),
        mail(700, "base64", gz),
        mail(700, "quoted-printable", quoted),
        mail(700, "7bit", plain),
    ] {
        let mut count = 0;
        let mut each = |seen: Observation| {
            count += 1;
            assert_eq!(seen.category, Category::OpenService);
            ControlFlow::Continue(())
        };
        // Read in odd pieces, as a socket gives them.
        let source = io::BufReader::with_capacity(61, Cursor::new(&raw));
        let summary = stream::mail(source, received(), &mut each).unwrap();
        assert_eq!(count, 700);
        assert_eq!((summary.rows, summary.tables, summary.format), (700, 1, Some(Format::Shadowserver)));
        for cut in (0..raw.len()).step_by(997) {
            stream::mail(Cursor::new(&raw[..cut]), received(), &mut |_| ControlFlow::Continue(())).unwrap();
        }
    }
}

#[test]
fn a_page_at_a_time() {
    let raw = mail(50, "base64", wrapped);
    let mut page = Vec::new();
    let mut each = |seen: Observation| {
        page.push(seen);
        if page.len() == 10 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    stream::mail(Cursor::new(raw), received(), &mut each).unwrap();
    assert_eq!(page.len(), 10);
}
