//! What rules know of a line or an object, however it was taken apart: the texts of its fields.

use std::net::Ipv4Addr;

use super::super::moment::moment;
use super::super::row::{Collector, Row, What};
use crate::error::ListError;

/// The texts of one line; empty where the list has none.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fields<'a> {
    pub(super) what: &'a str,
    pub(super) first: &'a str,
    pub(super) last: &'a str,
    pub(super) reason: &'a str,
    pub(super) link: &'a str,
    pub(super) port: &'a str,
}

impl Fields<'_> {
    /// Gives the line to the collector; what is no value is junk.
    pub(super) fn take(&self, all: &mut Collector<'_>) -> Result<(), ListError> {
        let Some((what, port)) = value(self.what) else {
            all.junk(self.what.as_bytes());
            return Ok(());
        };
        all.row(&Row {
            what,
            first: moment(self.first),
            last: moment(self.last),
            reason: self.reason.trim(),
            link: self.link.trim(),
            port: port.or_else(|| self.port.trim().parse().ok()).filter(|port| *port > 0),
        })
    }
}

/// A value, and the port that stands behind an address (`192.0.2.1:443`, `[2001:db8::1]:443`).
pub(super) fn value(text: &str) -> Option<(What<'_>, Option<u16>)> {
    let text = text.trim();
    if let Some((address, port)) = text.rsplit_once(':')
        && let Ok(port) = port.parse::<u16>()
    {
        let bare = address.strip_prefix('[').and_then(|inner| inner.strip_suffix(']'));
        if let Some(inner) = bare {
            return Some((What::read(inner)?, Some(port)));
        }
        if address.parse::<Ipv4Addr>().is_ok() {
            return Some((What::read(address)?, Some(port)));
        }
        // A host name with its port; an IPv6 address has more than one colon.
        if !address.contains(':') {
            return Some((What::read(address)?, Some(port)));
        }
    }
    What::read(text).map(|what| (what, None))
}
