//! Files as providers write them: encodings, CSV and JSON, lines that are no rows, files that are no files.
#![expect(clippy::unwrap_used, reason = "a wrong value in a test should stop it")]

use std::fmt::Write;

use anyhow::ensure;
use attribution::import::{Kind, MAX_ROW_BYTES, import, parse, rehearse};
use jiff::Timestamp;
use proptest::prelude::*;
use store::inventory::{ContractRow, CustomerRow, HoldingRow, read, report};
use store::reports::NewReport;
use testkit::each_store;

fn now() -> Timestamp {
    "2026-03-31T00:00:00Z".parse().unwrap()
}

const MIXED: &str = "key,name,mail,lang,parent,desk_mail\r
K1,\"山田, 太郎\",taro@example.com,ja,,\r
K2,Example Trading,,fr,,\r
K3,too,many,columns,in,this,row\r
K4,\"two
lines\",,en,K1,desk@example.com\r
K5,Orphan,,,K99,\r
K1,\"山田, 太郎\",taro@example.com,ja,,\r
K1,Somebody Else,,,,\r
";

#[tokio::test(flavor = "multi_thread")]
async fn the_report_says_exactly_what_was_refused_and_why() -> anyhow::Result<()> {
    each_store(|store| async move {
        let trial = rehearse(&store, Kind::Customers, MIXED.as_bytes(), "customers.csv", now()).await?;
        ensure!(read::customer_by_key(&mut &store, "K1").await.is_err(), "a rehearsal changed something");
        let first = import(&store, Kind::Customers, MIXED.as_bytes(), "customers.csv", "cli:test", now()).await?;
        ensure!(trial == first);
        insta::assert_json_snapshot!("mixed_customers", first);
        let again = import(&store, Kind::Customers, MIXED.as_bytes(), "customers.csv", "cli:test", now()).await?;
        ensure!((again.inserted, again.updated, again.unchanged) == (0, 0, 3), "{again:?}");
        ensure!(again.refused == first.refused);

        let runs = report::import_runs(&mut &store, 10).await?;
        ensure!(runs.len() == 2 && runs[0].source == "customers:customers.csv", "{runs:?}");
        let journal = store.journal_after(0, 10).await?;
        ensure!(journal.len() == 2 && journal.iter().all(|entry| entry.kind == "inventory.imported"));
        ensure!(journal[0].detail["inserted"] == 2 && journal[0].detail["refused"] == 4, "{}", journal[0].detail);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_are_accepted_while_a_large_file_is_taken_in() -> anyhow::Result<()> {
    each_store(|store| async move {
        let plan = "key,name,service,control\nS,Shared,shared-hosting,managed\n";
        import(&store, Kind::Plans, plan.as_bytes(), "plans.csv", "cli:test", now()).await?;
        import(&store, Kind::Customers, b"key,name\nK1,Example\n", "customers.csv", "cli:test", now()).await?;
        let mut file = String::from("key,customer,plan,from\n");
        for number in 0..50_000 {
            writeln!(file, "C{number},K1,S,2026-01-01T00:00:00Z")?;
        }
        file.push_str("C7,K1,S,2026-01-02T00:00:00Z\nC8,K2,S,2026-01-01T00:00:00Z\n");
        let whole = file.clone();
        let own = store.clone();
        let import_all = tokio::spawn(async move {
            import(&own, Kind::Contracts, whole.as_bytes(), "contracts.csv", "cli:test", now()).await
        });
        // A mail that is accepted when some of the rows are in and others are not.
        let mut between = 0;
        for number in 0.. {
            if import_all.is_finished() {
                break;
            }
            let raw = format!("Subject: report {number}\r\n\r\nx\r\n");
            let new = NewReport {
                raw: raw.as_bytes(),
                door: "smtp",
                envelope_from: None,
                envelope_to: None,
                received: now(),
            };
            store.accept_report(new).await?;
            let rows = read::contract_count(&mut &store).await?;
            between += usize::from(rows > 0 && rows < 50_000);
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        let report = import_all.await??;
        ensure!(between >= 3, "{between} mails were accepted in between");
        ensure!((report.inserted, report.refused.len()) == (50_000, 2), "{report:?}");
        ensure!(report.refused[0].line == 50_002 && report.refused[1].line == 50_003, "{:?}", report.refused);
        let kinds: Vec<String> = store.journal_after(0, 10).await?.into_iter().map(|entry| entry.kind).collect();
        ensure!(kinds[2..] == ["inventory.import-begun", "inventory.imported"], "{kinds:?}");
        let again = import(&store, Kind::Contracts, file.as_bytes(), "contracts.csv", "cli:test", now()).await?;
        ensure!(again.unchanged == 50_000 && again.refused == report.refused, "{again:?}");
        Ok(())
    })
    .await
}

#[test]
fn encodings_of_japanese_spreadsheets() {
    let text = "key,name\nK1,山田 太郎\n";
    let (shift_jis, _, _) = encoding_rs::SHIFT_JIS.encode(text);
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    for bytes in [text.as_bytes(), &marked, &shift_jis, &utf16] {
        let parsed = parse::<CustomerRow>(bytes, "k.csv").unwrap();
        assert_eq!(parsed.rows[0].row.name, "山田 太郎");
        assert!(parsed.refused.is_empty());
    }
}

#[test]
fn json_as_an_array_and_as_lines() {
    let one = r#"{"subject":"ip:192.0.2.1","contract":null,"port_lo":null,"from":"2026-01-01T00:00:00+09:00"}"#;
    let bad = r#"{"subject":"ip:192.0.2.1","form":"2026-01-01T00:00:00Z"}"#;
    for (text, lines) in
        [(format!("{one}\n\n{bad}\n{one}"), [1, 3, 4]), (format!("\n[\n  {one},\n\n  {bad}, {one}\n]\n"), [3, 5, 5])]
    {
        let parsed = parse::<HoldingRow>(text.as_bytes(), "h.json").unwrap();
        assert_eq!([parsed.rows[0].line, parsed.refused[0].line, parsed.rows[1].line], lines);
        assert_eq!((parsed.rows[0].row.port_lo, parsed.rows[0].row.port_hi), (0, u16::MAX));
        assert_eq!(parsed.rows[0].row.from.to_string(), "2025-12-31T15:00:00Z");
        assert!(parsed.refused[0].why.contains("unknown field `form`"), "{}", parsed.refused[0].why);
    }
}

#[test]
fn a_line_that_is_no_row_names_its_column_and_the_remedy() {
    let text = "key,customer,plan,from,to\nC1,K1,P,2026-01-01,\nC2,K1,P,2026-01-01T00:00:00Z,soon\n";
    let parsed = parse::<ContractRow>(text.as_bytes(), "c.csv").unwrap();
    assert!(parsed.rows.is_empty());
    let [first, second] = &parsed.refused[..] else { panic!("{:?}", parsed.refused) };
    assert_eq!((first.line, second.line), (2, 3));
    assert!(first.why.starts_with("column `from`: ") && first.why.ends_with("such as 2026-04-01T00:00:00+09:00"));
    assert!(second.why.starts_with("column `to`: "), "{}", second.why);
    let long = format!("key,name\nK1,{}\nK2,short\n", "x".repeat(MAX_ROW_BYTES + 1));
    let parsed = parse::<CustomerRow>(long.as_bytes(), "k.csv").unwrap();
    assert_eq!((parsed.rows.len(), parsed.refused.len()), (1, 1));
}

#[test]
fn a_file_that_is_no_file_is_refused_as_a_whole() {
    let cases: [(&[u8], &str); 7] = [
        (b"", "x.csv, line 1: the file is empty; the first line of a CSV file is key,name,mail,lang,parent,desk_mail"),
        (
            b"key,nmae\n",
            "x.csv, line 1: column `nmae` is not known; the columns are key,name,mail,lang,parent,desk_mail",
        ),
        (b"key,mail\n", "x.csv, line 1: column `name` is missing; the columns are key,name,mail,lang,parent,desk_mail"),
        (b"key,name,key\n", "x.csv, line 1: column `key` stands twice; remove one"),
        (b"key,name\nK1,\xff\xff\n", "x.csv, line 2: neither UTF-8 nor Shift_JIS; save the file as UTF-8"),
        (b"[\n{}\n", "x.csv, line 3: column 0: EOF while parsing a list at line 3 column 0"),
        (b"\xff\xfe\x00\xd8\x00\x00", "x.csv, line 1: the file is not the UTF-16LE it says; save it as UTF-8"),
    ];
    for (bytes, expected) in cases {
        let error = parse::<CustomerRow>(bytes, "x.csv").unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.code().0, "attribution.bad-input");
    }
}

proptest! {
    #[test]
    fn no_bytes_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..400), head in 0..4_usize) {
        let heads: [&[u8]; 4] = [b"", b"subject,from\n", b"[", b"{\"subject\":"];
        let file = [heads[head], &bytes].concat();
        if let Ok(parsed) = parse::<HoldingRow>(&file, "h") {
            let lines = u64::try_from(file.len()).unwrap() + 2;
            prop_assert!(parsed.refused.iter().all(|refusal| refusal.line <= lines && !refusal.why.is_empty()));
        }
    }

    #[test]
    fn what_was_written_is_read(rows in prop::collection::vec(("[a-z][^\u{0}\"]{0,19}", "[あ-ん]\\PC{0,30}"), 1..20)) {
        let mut file = String::from("key,name\n");
        for (key, name) in &rows {
            writeln!(file, "\"{key}\",\"{}\"", name.replace('"', "\"\"")).unwrap();
        }
        let parsed = parse::<CustomerRow>(file.as_bytes(), "k.csv").unwrap();
        let read: Vec<(&str, &str)> = parsed.rows.iter().map(|line| (line.row.key.as_str(), line.row.name.as_str())).collect();
        let written: Vec<(&str, &str)> = rows.iter().map(|(key, name)| (key.trim(), name.trim())).collect();
        prop_assert_eq!(read, written);
    }
}
