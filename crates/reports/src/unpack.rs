//! Text out of compressed attachments: gzip, and the first file of a ZIP archive. Capped against bombs.

use std::io::Read as _;

use flate2::read::{DeflateDecoder, GzDecoder};

/// Most bytes unpacked from one attachment.
const MAX_UNPACKED: u64 = 16 << 20;

/// The text in a gzip or ZIP file, if the first file in it is text.
pub(crate) fn text(bytes: &[u8]) -> Option<String> {
    let plain = if bytes.starts_with(b"\x1f\x8b") {
        inflate(GzDecoder::new(bytes))?
    } else if bytes.starts_with(b"PK\x03\x04") {
        first_of_zip(bytes)?
    } else {
        return None;
    };
    crate::charset::looks_like_text(&plain).then(|| crate::charset::decode_unlabelled(&plain).into_owned())
}

fn inflate(reader: impl std::io::Read) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    // A file that is cut off still has a readable start.
    let _ = reader.take(MAX_UNPACKED).read_to_end(&mut out);
    (!out.is_empty()).then_some(out)
}

/// Local file header of ZIP (APPNOTE 4.3.7): method at 8, name length at 26, extra length at 28, data from 30.
fn first_of_zip(bytes: &[u8]) -> Option<Vec<u8>> {
    let number = |at: usize| Some(usize::from(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?)));
    let encrypted = number(6)? & 1 == 1;
    let data = bytes.get(30 + number(26)? + number(28)?..)?;
    match number(8)? {
        _ if encrypted => None,
        0 => {
            let size = u32::from_le_bytes(bytes.get(18..22)?.try_into().ok()?) as usize;
            Some(data.get(..size.min(data.len()))?.to_vec())
        }
        8 => inflate(DeflateDecoder::new(data)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder};

    use super::*;

    #[test]
    fn gzip_and_zip_give_their_text() {
        let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
        gz.write_all(b"ip,port\n192.0.2.1,80\n").unwrap();
        assert_eq!(text(&gz.finish().unwrap()).unwrap(), "ip,port\n192.0.2.1,80\n");

        let mut deflate = DeflateEncoder::new(Vec::new(), Compression::fast());
        deflate.write_all(b"ip\n192.0.2.1\n").unwrap();
        let data = deflate.finish().unwrap();
        let mut zip = b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0".to_vec();
        zip.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
        zip.extend(13_u32.to_le_bytes());
        zip.extend(5_u16.to_le_bytes());
        zip.extend(0_u16.to_le_bytes());
        zip.extend(b"a.csv");
        zip.extend(&data);
        assert_eq!(text(&zip).unwrap(), "ip\n192.0.2.1\n");
        for cut in 0..zip.len() {
            let _ = text(&zip[..cut]);
        }
    }

    #[test]
    fn a_bomb_is_capped() {
        let mut gz = GzEncoder::new(Vec::new(), Compression::best());
        for _ in 0..40 {
            gz.write_all(&vec![b'a'; 1 << 20]).unwrap();
        }
        assert_eq!(text(&gz.finish().unwrap()).unwrap().len() as u64, MAX_UNPACKED);
    }
}
