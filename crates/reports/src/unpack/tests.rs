//! Each container is packed here and read back; bombs and broken files end within the bounds.

use std::io::{Cursor, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

/// A mail with these files attached.
fn mail_with(files: &[(&str, &[u8])]) -> Mail<'static> {
    let parts = files.iter().map(|(name, bytes)| Part {
        kind: "application/octet-stream".to_owned(),
        name: Some((*name).to_owned()),
        alternative: None,
        attached: true,
        body: Body::Binary(Cow::Owned(bytes.to_vec())),
    });
    Mail { parts: parts.collect(), ..Mail::default() }
}

fn opened(files: &[(&str, &[u8])]) -> Mail<'static> {
    let mut mail = mail_with(files);
    expand(&mut mail, &mut Budget::new());
    mail
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gz = GzEncoder::new(Vec::new(), Compression::best());
    gz.write_all(bytes).unwrap();
    gz.finish().unwrap()
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, ::zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn texts(mail: &Mail<'_>) -> Vec<String> {
    mail.parts.iter().filter_map(|part| Some(part.text()?.into_owned())).collect()
}

const MAIL: &[u8] = b"From: a@example.org\nTo: abuse@example.com\nSubject: Attack\n\nfrom 192.0.2.1\n";

#[test]
fn archives_give_their_files_with_name_and_kind() {
    let mail = opened(&[
        ("a.csv.gz", &gzip(b"ip,port,a,b\n192.0.2.1,80,1,2\n")),
        ("b.zip", &zip(&[("x/log.txt", b"192.0.2.2"), ("r.json", b"{}"), ("m.eml", MAIL)])),
        ("c.docx", &zip(&[("word/document.xml", b"<a/>")])),
    ]);
    let kinds: Vec<_> =
        mail.parts.iter().map(|part| (part.name.as_deref().unwrap_or(""), part.kind.as_str())).collect();
    assert_eq!(
        kinds,
        [
            ("a.csv", "text/csv"),
            ("log.txt", "text/plain"),
            ("r.json", "application/json"),
            ("m.eml", "message/rfc822"),
            ("c.docx", "application/octet-stream"),
        ]
    );
    assert_eq!(mail.nested().next().unwrap().header("Subject"), Some("Attack"));
}

#[test]
fn five_levels_are_opened_and_the_sixth_is_said() {
    let packed = |times: usize| (0..times).fold(b"192.0.2.1\n".to_vec(), |bytes, _| gzip(&bytes));
    assert_eq!(texts(&opened(&[("a.gz", &packed(5))])), ["192.0.2.1\n"]);
    let deep = opened(&[("a.gz", &packed(6))]);
    assert_eq!(texts(&deep), Vec::<String>::new());
    assert!(deep.remarks.iter().any(|remark| remark.contains("more than 5 times")), "{:?}", deep.remarks);
}

#[test]
fn bombs_are_capped_in_ratio_bytes_and_number() {
    let big = vec![b'a'; 40 << 20];
    let bomb = gzip(&big);
    let mail = opened(&[("a.gz", &bomb)]);
    assert!(texts(&mail)[0].len() <= (bomb.len() * MAX_RATIO).max(FREE));
    assert!(mail.remarks.iter().any(|remark| remark.contains("larger than may be unpacked")));
    let many: Vec<(&str, &[u8])> = (0..12).map(|_| ("a.zip", bomb.as_slice())).collect();
    let zips = zip(&many.iter().enumerate().map(|_| ("x", big.as_slice())).take(1).collect::<Vec<_>>());
    let mail = opened(&(0..12).map(|_| ("a.zip", zips.as_slice())).collect::<Vec<_>>());
    let all: usize = mail.parts.iter().map(|part| part.text().map_or(0, |text| text.len())).sum();
    assert!(all <= MAX_TOTAL, "{all}");
    let names: Vec<String> = (0..MAX_FILES + 50).map(|number| format!("{number}.txt")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"x".as_slice())).collect();
    let mail = opened(&[("a.zip", &zip(&files))]);
    assert!(mail.parts.len() <= MAX_FILES);
    assert!(mail.remarks.iter().any(|remark| remark.contains("packed files")));
}

#[test]
fn whatever_is_cut_or_turned_ends() {
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("a.gz", gzip(MAIL)),
        ("a.zip", zip(&[("m.eml", MAIL)])),
        ("a.msg", msg()),
        ("winmail.dat", tnef()),
        ("a.p7m", smime(true)),
    ];
    for (name, bytes) in &files {
        for cut in 0..bytes.len().min(3_000) {
            opened(&[(*name, &bytes[..cut])]);
            let mut turned = bytes.clone();
            turned[cut] ^= 0xff;
            opened(&[(*name, &turned)]);
        }
    }
}

/// A `.msg` file with one attached text.
fn msg() -> Vec<u8> {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    let mut put = |path: &str, bytes: &[u8]| file.create_stream(path).unwrap().write_all(bytes).unwrap();
    let mut properties = vec![0_u8; 32];
    properties.extend([0x40, 0x00, 0x39, 0x00, 6, 0, 0, 0]);
    // 2024-05-01T12:00:00Z in steps of 100 ns since 1601.
    properties.extend(133_590_384_000_000_000_i64.to_le_bytes());
    put("/__properties_version1.0", &properties);
    put("/__substg1.0_0037001F", &utf16("攻撃の通報 Attack"));
    put("/__substg1.0_0C1A001F", &utf16("Sensor"));
    put("/__substg1.0_5D01001F", &utf16("sensor@example.org"));
    put("/__substg1.0_0E04001F", &utf16("abuse@example.com"));
    put("/__substg1.0_1000001F", &utf16("attack from 192.0.2.1"));
    file.create_storage("/__attach_version1.0_#00000000").unwrap();
    let mut put = |path: &str, bytes: &[u8]| file.create_stream(path).unwrap().write_all(bytes).unwrap();
    put("/__attach_version1.0_#00000000/__substg1.0_3707001F", &utf16("log.txt"));
    put("/__attach_version1.0_#00000000/__substg1.0_37010102", b"192.0.2.1 denied\n");
    file.into_inner().into_inner()
}

#[test]
fn a_mail_saved_by_outlook_is_read() {
    let mail = opened(&[("report.msg", &msg())]);
    let inner = mail.nested().next().unwrap();
    assert_eq!(inner.header("From"), Some("\"Sensor\" <sensor@example.org>"));
    assert_eq!(inner.header("Subject"), Some("攻撃の通報 Attack"));
    assert_eq!(inner.header("Date"), Some("2024-05-01T12:00:00Z"));
    assert_eq!(texts(inner), ["attack from 192.0.2.1", "192.0.2.1 denied\n"]);
}

#[test]
fn rich_text_is_read_where_it_is_all_there_is() {
    let rtf = b"{\\rtf1\\ansi attack from 192.0.2.3\\par}";
    let length = u32::try_from(rtf.len()).unwrap().to_le_bytes();
    let packed = [&[0; 4][..], &length, b"MELA\0\0\0\0", rtf].concat();
    let mut file = cfb::CompoundFile::open(Cursor::new(msg())).unwrap();
    file.create_stream("/__substg1.0_10090102").unwrap().write_all(&packed).unwrap();
    let both = file.into_inner().into_inner();
    let mut file = cfb::CompoundFile::open(Cursor::new(both.clone())).unwrap();
    file.remove_stream("/__substg1.0_1000001F").unwrap();
    let only = file.into_inner().into_inner();
    for (bytes, text) in [(both, "attack from 192.0.2.1"), (only, "attack from 192.0.2.3\n")] {
        assert_eq!(texts(opened(&[("report.msg", &bytes)]).nested().next().unwrap())[0], text);
    }
}

/// A TNEF file: the text as an attribute, HTML as a property behind a named one, one attachment with a long name.
fn tnef() -> Vec<u8> {
    let attribute = |level: u8, id: u32, value: &[u8]| {
        let mut out = vec![level];
        out.extend(id.to_le_bytes());
        out.extend(u32::try_from(value.len()).unwrap().to_le_bytes());
        out.extend(value);
        out.extend(value.iter().fold(0_u16, |sum, byte| sum.wrapping_add(u16::from(*byte))).to_le_bytes());
        out
    };
    let long = |kind: u16, id: u16, value: &[u8]| {
        let mut out = Vec::new();
        out.extend(kind.to_le_bytes());
        out.extend(id.to_le_bytes());
        if id >= 0x8000 {
            out.extend([7; 16]);
            out.extend(0_u32.to_le_bytes());
            out.extend(1_u32.to_le_bytes());
        }
        out.extend(1_u32.to_le_bytes());
        out.extend(u32::try_from(value.len()).unwrap().to_le_bytes());
        out.extend(value);
        out.resize(out.len().next_multiple_of(4), 0);
        out
    };
    let list = |items: &[Vec<u8>]| {
        let mut out = u32::try_from(items.len()).unwrap().to_le_bytes().to_vec();
        out.extend(items.concat());
        out
    };
    let mut out = b"\x78\x9f\x3e\x22\x01\x00".to_vec();
    out.extend(attribute(1, 0x0002_800c, b"attack from 192.0.2.1\0"));
    out.extend(attribute(
        1,
        0x0006_9003,
        &list(&[long(0x001e, 0x8001, b"x\0"), long(0x0102, 0x1013, b"<p>attack</p>")]),
    ));
    out.extend(attribute(2, 0x0006_9002, &[0; 14]));
    out.extend(attribute(2, 0x0001_8010, b"LOG~1.TXT\0"));
    out.extend(attribute(2, 0x0006_800f, b"192.0.2.1 denied\n"));
    out.extend(attribute(2, 0x0006_9005, &list(&[long(0x001e, 0x3707, b"long name.txt\0")])));
    out
}

#[test]
fn a_winmail_dat_gives_text_and_files() {
    let mail = opened(&[("winmail.dat", &tnef())]);
    assert_eq!(texts(&mail), ["attack from 192.0.2.1", "<p>attack</p>", "192.0.2.1 denied\n"]);
    assert_eq!(mail.parts[2].name.as_deref(), Some("long name.txt"));
    assert_eq!(mail.parts[0].alternative, mail.parts[1].alternative);
}

/// `SignedData` around a MIME entity, in DER or as programs stream it.
fn smime(streamed: bool) -> Vec<u8> {
    let der = |tag: u8, value: &[u8]| {
        let length = u16::try_from(value.len()).unwrap().to_be_bytes();
        [&[tag, 0x82, length[0], length[1]], value].concat()
    };
    let ber = |tag: u8, value: &[u8]| if streamed { [&[tag, 0x80], value, &[0, 0]].concat() } else { der(tag, value) };
    let entity = b"Content-Type: text/plain\r\n\r\nattack from 192.0.2.1\r\n";
    let (first, second) = entity.split_at(20);
    let content = if streamed { ber(0x24, &[der(4, first), der(4, second)].concat()) } else { der(4, entity) };
    let data = [&[0x06, 0x09], b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01".as_slice(), &ber(0xa0, &content)].concat();
    let signed = [der(2, &[1]), der(0x31, &[]), ber(0x30, &data), der(0x31, &[])].concat();
    let info =
        [&[0x06, 0x09], b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02".as_slice(), &ber(0xa0, &ber(0x30, &signed))].concat();
    ber(0x30, &info)
}

#[test]
fn an_opaque_signature_gives_what_was_signed() {
    for streamed in [false, true] {
        assert_eq!(texts(&opened(&[("smime.p7m", &smime(streamed))])), ["attack from 192.0.2.1\r\n"], "{streamed}");
    }
    let mut sealed = smime(false);
    let at = memchr::memmem::find(&sealed, b"\x01\x07\x02").unwrap();
    sealed[at + 2] = 3;
    let mail = opened(&[("smime.p7m", &sealed)]);
    assert!(mail.remarks[0].contains("encrypted with S/MIME"));
}

#[test]
fn signed_text_loses_its_armour_and_sealed_text_is_said() {
    let text = "Hello\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nattack from 192.0.2.1\n- -- \nSensor\n\
                -----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\nBye\n";
    let part = |text: &str| {
        let mut mail = mail_with(&[("x", b"")]);
        mail.parts[0] = Part {
            kind: "text/plain".to_owned(),
            name: None,
            attached: false,
            body: Body::Text(Cow::Owned(text.to_owned())),
            alternative: None,
        };
        expand(&mut mail, &mut Budget::new());
        mail
    };
    assert_eq!(texts(&part(text)), ["Hello\nattack from 192.0.2.1\n-- \nSensor\nBye\n"]);
    let sealed = part("-----BEGIN PGP MESSAGE-----\n\nhQ==\n-----END PGP MESSAGE-----\n");
    assert!(sealed.remarks[0].contains("encrypted with PGP"));
}

#[test]
fn the_sheets_of_a_workbook_are_tables() {
    let strings = b"<sst><si><t>URL</t></si><si><t>http://www.example.com/a</t></si></sst>";
    let sheet = b"<worksheet><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row>\
                  <row r=\"2\"><c r=\"A2\" t=\"s\"><v>1</v></c></row></worksheet>";
    let book =
        zip(&[("xl/worksheets/sheet1.xml", sheet), ("xl/sharedStrings.xml", strings), ("xl/styles.xml", b"<a/>")]);
    let mail = opened(&[("list.XLSX", &book), ("cut.xlsx", &book[..book.len() / 2])]);
    assert_eq!(mail.parts[0].name.as_deref(), Some("sheet1.csv"));
    assert_eq!(texts(&mail)[0], "URL\nhttp://www.example.com/a\n");
    assert!(mail.remarks.iter().any(|remark| remark.contains("damaged")), "{:?}", mail.remarks);
    // A string of one cell in many cells grows no further than the bound.
    let long = format!("<sst><si><t>{}</t></si></sst>", "x".repeat(30_000));
    let many = format!("<worksheet><row>{}</row></worksheet>", "<c t=\"s\"><v>0</v></c></row><row>".repeat(2_000));
    let bomb = zip(&[("xl/worksheets/sheet1.xml", many.as_bytes()), ("xl/sharedStrings.xml", long.as_bytes())]);
    let mail = opened(&[("bomb.xlsx", &bomb)]);
    assert!(texts(&mail).iter().map(String::len).sum::<usize>() < 10 << 20);
    assert!(mail.remarks.iter().any(|remark| remark.contains("more text")), "{:?}", mail.remarks);
}
