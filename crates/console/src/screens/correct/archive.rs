//! The desk's own examples as one file to be saved: the mails as they came, and `expected.jsonl` beside them.

use std::io::{Cursor, Write};

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk::Desk;
use model::{Code, Permission};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::Failure;
use crate::screens::page::Visit;

/// Examples read at once.
const PAGE: i64 = 50;
/// Bytes of mails in one archive; more is taken out by `mimawari report corrections export`.
const MAX_BYTES: usize = 64 << 20;

/// Leads to the examples as a file.
pub(super) async fn download(visit: Visit) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::WorkCases)?.allowed(Permission::ViewPersonal)?;
    pack(&visit.state.desk).await
}

/// All corrections that are kept as examples, as a ZIP in the layout that `mimawari report score` reads.
pub(crate) async fn pack(desk: &Desk) -> Result<Response, Failure> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    // Mails hold text and pictures in base64; whoever keeps them packs them better than a page can while one waits.
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let (mut labels, mut size, mut after) = (String::new(), 0, 0);
    loop {
        let page = desk.fixtures(false, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for one in &page {
            size += one.raw.len();
            if size > MAX_BYTES {
                let detail =
                    "the examples are more than 64 MiB; take them out with `mimawari report corrections export`";
                let status = StatusCode::PAYLOAD_TOO_LARGE;
                return Err(Failure { status, code: Code("console.too-large"), detail: detail.into() });
            }
            add(&mut zip, options, &one.file, &one.raw)?;
            labels.push_str(&one.line);
            labels.push('\n');
        }
    }
    add(&mut zip, options, "expected.jsonl", labels.as_bytes())?;
    let bytes = zip.finish().map_err(broken)?.into_inner();
    let headers = [
        (header::CONTENT_TYPE, "application/zip"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"corrections.zip\""),
    ];
    Ok((headers, bytes).into_response())
}

fn add(
    zip: &mut ZipWriter<Cursor<Vec<u8>>>,
    options: SimpleFileOptions,
    name: &str,
    bytes: &[u8],
) -> Result<(), Failure> {
    zip.start_file(name, options).map_err(broken)?;
    zip.write_all(bytes).map_err(broken)
}

fn broken(error: impl std::fmt::Display) -> Failure {
    tracing::error!(%error, "the examples could not be packed");
    Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "console.internal")
}
