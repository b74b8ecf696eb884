//! A history as bytes: every number as few bytes as it takes, differences instead of values, a check sum at the end.
//!
//! `MWBH`, a byte with the version of the format, the times of the versions, the IPv4 stays, the IPv6 stays, and the first
//! eight bytes of the SHA-256 of all that. A number is seven bits a byte, the lowest first, the high bit set where more
//! follow. Times are seconds: the first since 1970, each other one since the one before. A stay is the distance of its
//! entry's first address from that of the stay before, the entry's length less one, the version it began with (less that
//! with which the stay before ended, if it is of the same entry), and how many versions it lasted; 0 if it lasts.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::{History, Stay, Track, Version};
use crate::error::ListError;
use crate::sets::{Range, Width};

const MAGIC: &[u8; 5] = b"MWBH\x01";
const SUM: usize = 8;

fn sum(bytes: &[u8]) -> [u8; SUM] {
    let digest = Sha256::digest(bytes);
    let mut sum = [0; SUM];
    sum.copy_from_slice(&digest[..SUM]);
    sum
}

fn write(out: &mut Vec<u8>, mut number: u128) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

/// What is left to read.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn number(&mut self) -> Result<u128, ListError> {
        let mut number = 0;
        for shift in (0..128).step_by(7) {
            let (byte, rest) = self.0.split_first().ok_or(ListError::Damaged { what: "a number breaks off" })?;
            self.0 = rest;
            number |= u128::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(ListError::Damaged { what: "a number does not end" })
    }

    /// A count of things that take at least one byte each: no more than there are bytes, so that memory stays bounded.
    fn count(&mut self) -> Result<usize, ListError> {
        let count = usize::try_from(self.number()?).unwrap_or(usize::MAX);
        if count <= self.0.len() {
            Ok(count)
        } else {
            Err(ListError::Damaged { what: "a count is larger than the file" })
        }
    }

    fn version(&mut self, base: Version, versions: Version) -> Result<Version, ListError> {
        let value = u128::from(base).saturating_add(self.number()?);
        let version = Version::try_from(value).ok().filter(|version| *version <= versions);
        version.ok_or(ListError::Damaged { what: "a version is not there" })
    }
}

fn write_track<W: Width + Into<u128>>(out: &mut Vec<u8>, track: &Track<W>, versions: Version) {
    let stays = track.stays(versions);
    write(out, stays.len() as u128);
    let mut before: Option<Stay<W>> = None;
    for stay in stays {
        let Stay { entry, first, gone } = stay;
        let at = before.map_or(0, |before| before.entry.first.into());
        write(out, entry.first.into() - at);
        write(out, entry.last.into() - entry.first.into());
        let base = before.filter(|before| before.entry == entry).map_or(0, |before| before.gone);
        write(out, u128::from(first - base));
        write(out, if gone == versions { 0 } else { u128::from(gone - first) });
        before = Some(stay);
    }
}

fn read_track<W: Width + TryFrom<u128>>(rest: &mut Rest<'_>, versions: Version) -> Result<Track<W>, ListError> {
    let mut track = Track { closed: Vec::new(), open: Vec::new() };
    let mut at = 0_u128;
    let mut before: Option<Stay<W>> = None;
    for _ in 0..rest.count()? {
        at = at.saturating_add(rest.number()?);
        let end = at.saturating_add(rest.number()?);
        let (Ok(first), Ok(last)) = (W::try_from(at), W::try_from(end)) else {
            return Err(ListError::Damaged { what: "an address is none" });
        };
        let entry = Range { first, last };
        let base = before.filter(|before| before.entry == entry).map_or(0, |before| before.gone);
        let first = rest.version(base, versions)?;
        let lasted = rest.version(0, versions)?;
        let gone = if lasted == 0 { versions } else { first.saturating_add(lasted) };
        if first >= versions
            || gone > versions
            || before.is_some_and(|before| (before.entry, before.gone) > (entry, first))
        {
            return Err(ListError::Damaged { what: "stays are out of order" });
        }
        let stay = Stay { entry, first, gone };
        if gone == versions {
            track.open.push((entry, first));
        } else {
            track.closed.push(stay);
        }
        before = Some(stay);
    }
    Ok(track)
}

impl History {
    /// The history as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        write(&mut out, self.times.len() as u128);
        let mut before = 0;
        for time in &self.times {
            // Times ascend from 1970: `push` lets no others in.
            write(&mut out, u128::from(time.as_second().abs_diff(before)));
            before = time.as_second();
        }
        write_track(&mut out, &self.v4, self.versions());
        write_track(&mut out, &self.v6, self.versions());
        let sum = sum(&out);
        out.extend_from_slice(&sum);
        out
    }

    /// The history that [`Self::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ListError> {
        let damaged = |what| ListError::Damaged { what };
        let body = bytes.strip_prefix(MAGIC).ok_or(damaged("it does not begin as a history does"))?;
        let (_, written) = bytes.split_last_chunk::<SUM>().ok_or(damaged("it breaks off"))?;
        let body = body.get(..body.len().saturating_sub(SUM)).unwrap_or_default();
        if *written != sum(&bytes[..bytes.len() - SUM]) {
            return Err(damaged("the check sum is another one"));
        }
        let mut rest = Rest(body);
        let mut second = 0_i64;
        let mut times = Vec::new();
        for _ in 0..rest.count()? {
            let step = i64::try_from(rest.number()?).unwrap_or(i64::MAX);
            second = second.saturating_add(step);
            times.push(Timestamp::from_second(second).map_err(|_| damaged("a time is none"))?);
        }
        if times.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(damaged("the times are out of order"));
        }
        let versions = Version::try_from(times.len()).map_err(|_| damaged("there are too many versions"))?;
        let (v4, v6) = (read_track(&mut rest, versions)?, read_track(&mut rest, versions)?);
        if !rest.0.is_empty() {
            return Err(damaged("something follows the end"));
        }
        let mut history = Self { times, sizes: Vec::new(), changes: Vec::new(), v4, v6 };
        history.count();
        Ok(history)
    }

    /// Works out what is not written: sizes and the last change.
    fn count(&mut self) {
        let versions = self.versions();
        let mut changes = vec![(0_usize, 0_usize); versions as usize + 1];
        let stays = self.stays_v4().into_iter().map(|stay| (stay.first, stay.gone));
        for (first, gone) in stays.chain(self.stays_v6().into_iter().map(|stay| (stay.first, stay.gone))) {
            changes[first as usize].0 += 1;
            changes[gone as usize].1 += 1;
        }
        let mut size = 0_usize;
        for (version, (came, went)) in (0..versions).zip(&changes) {
            size = (size + came).saturating_sub(*went);
            self.sizes.push(size);
            if version == 0 || came + went > 0 {
                self.changes.push(version);
            }
        }
    }
}
