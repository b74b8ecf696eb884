//! Raw evidence: the bytes as they came, under the SHA-256 of themselves, compressed, never changed.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::{Query, Store, StoreError, Tx, args};

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

/// Bytes hashed and compressed, ready to be written: the work that need not be done while others wait for the database.
#[derive(Debug, Clone)]
pub struct Packed {
    hash: String,
    size: i64,
    body: Vec<u8>,
}

impl Packed {
    /// Packs `bytes`.
    pub fn new(bytes: &[u8]) -> Result<Self, StoreError> {
        let body =
            zstd::bulk::compress(bytes, LEVEL).map_err(|error| StoreError::Statement(format!("zstd: {error}")))?;
        Ok(Self { hash: content_hash(bytes), size: i64::try_from(bytes.len()).unwrap_or(i64::MAX), body })
    }

    /// The hash of the bytes.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// How many bytes will be written.
    pub const fn packed_len(&self) -> usize {
        self.body.len()
    }
}

impl Tx {
    /// Stores `bytes` and returns their hash; storing them again changes nothing.
    pub async fn put_raw(&mut self, bytes: &[u8], now: Timestamp) -> Result<String, StoreError> {
        let packed = Packed::new(bytes)?;
        self.put_packed([(&packed, now)]).await?;
        Ok(packed.hash)
    }

    /// Stores packed bytes, each with the time it came; what is there already is left as it is.
    pub async fn put_packed<'a>(
        &mut self,
        all: impl IntoIterator<Item = (&'a Packed, Timestamp)>,
    ) -> Result<(), StoreError> {
        let rows = all.into_iter().map(|(packed, now)| args![&packed.hash, packed.size, packed.body.as_slice(), now]);
        self.insert_many(
            "INSERT INTO raw (hash, size, body, stored_at) VALUES",
            rows.collect(),
            "ON CONFLICT (hash) DO NOTHING",
        )
        .await?;
        Ok(())
    }
}

/// The bytes stored under `hash`, checked against it. Within a transaction they must be read through it: a second
/// connection may be one that everybody waits for.
pub async fn raw(query: &mut impl Query, hash: &str) -> Result<Vec<u8>, StoreError> {
    let row = query.fetch_opt("SELECT size, body FROM raw WHERE hash = $1", args![hash]).await?;
    let row = row.ok_or_else(|| StoreError::NotFound { what: format!("raw evidence {hash}") })?;
    let size = usize::try_from(row.int("size")?).unwrap_or(0);
    let bytes = zstd::bulk::decompress(&row.blob("body")?, size)
        .map_err(|error| StoreError::Damaged(format!("raw evidence {hash}: {error}")))?;
    if content_hash(&bytes) != hash {
        return Err(StoreError::Damaged(format!("raw evidence {hash} does not have its own hash any more")));
    }
    Ok(bytes)
}

impl Store {
    /// [`raw`] of what is committed.
    pub async fn get_raw(&self, hash: &str) -> Result<Vec<u8>, StoreError> {
        raw(&mut &*self, hash).await
    }
}
