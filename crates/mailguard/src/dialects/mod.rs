//! The dialects, one file each, one line each in [`ALL`]: whose line it is, and what it says.

mod courier;
mod dovecot;
mod exim;
pub mod head;
mod json;
mod postfix;
mod qmail;
mod roundcube;
mod sendmail;

use crate::event::Event;
use crate::stamp::Calendar;

pub use head::Head;

/// A dialect of mail logs.
pub struct Entry {
    /// Name of the file in this folder.
    pub name: &'static str,
    /// Whether a line with this head is of this dialect. The dialects' claims do not overlap.
    pub claims: fn(&Head<'_>) -> bool,
    /// The event of a line of this dialect; most lines have none.
    pub read: for<'l> fn(&Head<'l>, &mut Calendar) -> Option<Event<'l>>,
}

/// Every dialect, in alphabetical order.
pub const ALL: &[Entry] = &[
    courier::ENTRY,
    dovecot::ENTRY,
    exim::ENTRY,
    json::ENTRY,
    postfix::ENTRY,
    qmail::ENTRY,
    roundcube::ENTRY,
    sendmail::ENTRY,
];

/// Longest program name that the route is remembered for.
const NAME: usize = 32;
/// Slots of the memory, a power of two.
const SLOTS: usize = 64;

/// Reads the lines of one source, whatever dialects are mixed in it.
pub struct Reader {
    calendar: Calendar,
    /// Which dialect claimed a program's lines before. A wrong guess costs time, never a wrong reading: the name is compared.
    routes: Vec<Option<Route>>,
}

#[derive(Clone, Copy)]
struct Route {
    name: [u8; NAME],
    len: usize,
    entry: Option<&'static Entry>,
}

impl Reader {
    /// A reader whose stamps are read by `calendar`.
    pub fn new(calendar: Calendar) -> Self {
        Self { calendar, routes: vec![None; SLOTS] }
    }

    /// The event of `line`, if it has one.
    pub fn read<'l>(&mut self, line: &'l [u8]) -> Option<Event<'l>> {
        let head = Head::read(line, &mut self.calendar)?;
        let entry = self.route(&head)?;
        (entry.read)(&head, &mut self.calendar)
    }

    fn route(&mut self, head: &Head<'_>) -> Option<&'static Entry> {
        let search = || ALL.iter().find(|entry| (entry.claims)(head));
        // Lines that name no program, or a host without one, are told by their words.
        if head.stamp.is_none() || head.program.is_empty() || head.program.len() > NAME || !is_program(head.tail) {
            return search();
        }
        let slot = head.program.iter().fold(head.program.len(), |sum, byte| sum.wrapping_mul(31) ^ usize::from(*byte));
        let slot = &mut self.routes[slot % SLOTS];
        if let Some(route) = slot
            && route.name[..route.len] == *head.program
        {
            return route.entry;
        }
        let entry = search();
        let mut name = [0; NAME];
        name[..head.program.len()].copy_from_slice(head.program);
        *slot = Some(Route { name, len: head.program.len(), entry });
        entry
    }
}

/// Whether the name before `tail` is surely a program's: `name[1]:` or `name:`.
fn is_program(tail: &[u8]) -> bool {
    matches!(tail, [b'[', b'0'..=b'9', ..] | [b':', b' ', ..])
}

/// What the dialects' own tests share.
#[cfg(test)]
pub(crate) mod testing {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::stamp::YearRule;

    /// The event of one line, of 2026 and in Tokyo.
    pub(crate) fn one(line: &str) -> Option<Event<'_>> {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        Reader::new(Calendar::new(zone, YearRule::First(2026))).read(line.as_bytes())
    }

    /// Bytes of a line as text; nothing is empty.
    pub(crate) fn text(bytes: Option<&[u8]>) -> String {
        String::from_utf8(bytes.unwrap_or_default().to_vec()).unwrap()
    }
}
