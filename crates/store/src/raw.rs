//! Raw evidence: the bytes as they came, under the SHA-256 of themselves, compressed, never changed.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::{Store, StoreError, Tx, args};

/// Compression level: level 1 halves a mail at several hundred megabytes a second.
const LEVEL: i32 = 1;

/// The name of `bytes`: SHA-256 in hex.
pub fn content_hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]])
        .map(char::from)
        .collect()
}

impl Tx {
    /// Stores `bytes` and returns their hash; storing them again changes nothing.
    pub async fn put_raw(&mut self, bytes: &[u8], now: Timestamp) -> Result<String, StoreError> {
        let hash = content_hash(bytes);
        let body =
            zstd::bulk::compress(bytes, LEVEL).map_err(|error| StoreError::Statement(format!("zstd: {error}")))?;
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        self.execute(
            "INSERT INTO raw (hash, size, body, stored_at) VALUES ($1, $2, $3, $4) ON CONFLICT (hash) DO NOTHING",
            args![&hash, size, body, now],
        )
        .await?;
        Ok(hash)
    }
}

impl Store {
    /// The bytes stored under `hash`, checked against it.
    pub async fn get_raw(&self, hash: &str) -> Result<Vec<u8>, StoreError> {
        let row = self.fetch_opt("SELECT size, body FROM raw WHERE hash = $1", args![hash]).await?;
        let row = row.ok_or_else(|| StoreError::NotFound { what: format!("raw evidence {hash}") })?;
        let size = usize::try_from(row.int("size")?).unwrap_or(0);
        let bytes = zstd::bulk::decompress(&row.blob("body")?, size)
            .map_err(|error| StoreError::Damaged(format!("raw evidence {hash}: {error}")))?;
        if content_hash(&bytes) != hash {
            return Err(StoreError::Damaged(format!("raw evidence {hash} does not have its own hash any more")));
        }
        Ok(bytes)
    }
}
