//! Files out of gzip and ZIP archives.

use std::io::Cursor;

use flate2::read::GzDecoder;
use zip::ZipArchive;

use super::{Budget, file_part};
use crate::mime::Part;

/// The file in a gzip stream.
pub(super) fn gzip<'a>(bytes: &[u8], name: Option<&str>, budget: &mut Budget) -> Option<Vec<Part<'a>>> {
    let reader = GzDecoder::new(bytes);
    let inside =
        reader.header().and_then(|header| header.filename()).map(|name| String::from_utf8_lossy(name).into_owned());
    let outside =
        name.and_then(|name| name.strip_suffix(".gz").or_else(|| name.strip_suffix(".GZ"))).map(str::to_owned);
    let plain = budget.read(reader, bytes.len());
    (!plain.is_empty()).then(|| vec![file_part(outside.or(inside).map(|name| last(&name)), plain)])
}

/// The files of a ZIP archive, in its order.
pub(super) fn zip<'a>(bytes: &[u8], budget: &mut Budget) -> Option<Vec<Part<'a>>> {
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else {
        budget.remark("A ZIP archive is damaged and was not opened.");
        return None;
    };
    let mut out = Vec::new();
    for index in 0..archive.len() {
        if !budget.file() {
            break;
        }
        match archive.by_index(index) {
            Ok(file) if file.is_dir() => {}
            Ok(file) => {
                let name = file.name().ok().map(|name| last(&name));
                let packed = usize::try_from(file.compressed_size()).unwrap_or(usize::MAX).min(bytes.len());
                out.push(file_part(name, budget.read(file, packed)));
            }
            Err(zip::result::ZipError::UnsupportedArchive(_) | zip::result::ZipError::InvalidPassword) => {
                budget
                    .remark("A file in a ZIP archive is encrypted or packed in an unknown way: a person must open it.");
            }
            Err(_) => budget.remark("A file in a ZIP archive is damaged and was not read."),
        }
    }
    (!out.is_empty()).then_some(out)
}

/// The name without its folders.
fn last(name: &str) -> String {
    crate::charset::prefix(name.rsplit(['/', '\\']).next().unwrap_or(name), 255).to_owned()
}
