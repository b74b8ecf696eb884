//! Addresses in a line: how they are weighed, whose they are, which port is their own.

use std::net::IpAddr;

use model::EventTime;

use super::candidates::{Sighting, Spot, Value, slot};
use super::contacts::{MAX_MARKS, Mark};
use super::cues::{self, Around};
use super::lines::LineKind;
use super::reader::Reader;
use super::sections::Kind;
use super::shapes::{FORM_NOTES, is_alone, is_list_gap, is_record, window_after, window_before};
use crate::extract::{Found, ip, port};

impl Reader<'_> {
    /// Weighs every address of a line.
    pub(super) fn addresses(&mut self, number: u32, line: &str, lower: &str, kind: LineKind, at: Option<&EventTime>) {
        let mut previous = 0;
        let subject = self.section.kind == Kind::Subject;
        let count = self.ips.len();
        let spot = self.spot(number);
        // Which address it is says whoever passes a report on; where the content is says the report.
        let spot = Spot { depth: spot.depth + u32::from(self.walker.is_relayed()), ..spot };
        let mut neighbour: Option<i32> = None;
        let (mut accused, mut loose) = (false, None);
        // A log line about somebody who is already accused accuses him, not whom it names beside him.
        let known = self.ips.iter().position(|one| self.found.is_accused(one.value)).filter(|_| kind == LineKind::Log);
        for index in 0..count {
            let one = self.ips[index].clone();
            let from = previous;
            previous = one.end;
            if !ip::is_public(one.value) || is_greeting(line, &one) {
                continue;
            }
            let around = Around {
                before: window_before(lower, from, one.start),
                after: window_after(lower, one.end),
                // A program wrote the line: what stands over it says whose log it is, not whose address.
                heading: if kind == LineKind::Log { "" } else { &self.heading },
            };
            let is_range = is_range(around, index);
            let mut cue = self.cue(around);
            if known.is_some() && !self.found.is_accused(one.value) {
                cue = cue.min(0);
            }
            if self.is_own(cue, kind, lower, one.start) {
                cue = -8;
            }
            let mut score = cue
                + match kind {
                    LineKind::Log if index == known.unwrap_or(0) && (known.is_some() || cue >= 0) => 3,
                    LineKind::Log => -2,
                    LineKind::Signature => 0,
                    _ => 3,
                };
            if kind == LineKind::Log && count > 1 && lower.contains(" http/") && self.is_proxied() {
                // Whom the proxy names behind its own address is the client.
                score = if index == 0 { -6 } else { score.max(5) };
            }
            let alone = count == 1 && is_alone(lower, one.start, one.end);
            if let Some(before) = neighbour {
                // A program strings nothing together: the next address is the other side.
                if is_list_gap(around.before) && !(kind == LineKind::Log && around.before.trim().is_empty()) {
                    score = before;
                } else if cue == 0 && kind != LineKind::Log {
                    // The second address of a line without a word of its own is rather the other side.
                    score -= 4;
                }
            } else if alone && let Some(last) = self.last_ip {
                score = if last > 0 { score.max(last) } else { score.min(last) };
            }
            if subject {
                score += if score > 0 { 8 } else { 2 };
            }
            if is_range && kind != LineKind::Log {
                continue;
            }
            neighbour = Some(score);
            // A line that announces others says nothing of them by the address in it.
            self.last_ip = Some(score).filter(|_| count == 1 && !subject && !lower.trim_end().ends_with([':', '：']));
            let (port, attacked) = self.port(line, lower, one.end, around.after);
            accused |= score > 0;
            loose = loose.or(port.filter(|_| kind == LineKind::Prose || lower.contains('"')));
            let sighting = Sighting {
                value: Value::Ip(one.value),
                score,
                spot,
                line,
                bytes: one.start..one.end,
                port,
                at,
                target: attacked.map(|port| (None, Some(port))),
                record: count == 1 && kind == LineKind::Prose && !subject && is_record(line, one.start, one.end),
            };
            if let Some(candidate) = self.found.see(sighting, subject)
                && (alone || (kind == LineKind::Log && index == 0))
            {
                candidate.stand_in(slot(around.before));
            }
        }
        if !accused && let Some(port) = loose {
            self.loose_port(port, lower, at, spot);
        }
    }

    /// A record that goes over several lines: the port of its source stands beside the other side's address.
    fn loose_port(&mut self, port: u16, lower: &str, at: Option<&EventTime>, spot: Spot) {
        if self.source_port(lower) == Some(port) && self.found.marks.len() < MAX_MARKS {
            self.found.marks.push(Mark { port, at: at.cloned(), spot });
        }
    }

    /// Whether the writer says that his logs were written behind a proxy, with its address in front.
    fn is_proxied(&self) -> bool {
        let text = &self.section.text;
        *self.proxied.get_or_init(|| ["X-Forwarded-For", "x-forwarded-for"].iter().any(|name| text.contains(name)))
    }

    /// How far the words around an address accuse it, in a report such as this.
    fn cue(&self, around: Around<'_>) -> i32 {
        let cue = cues::ip(around);
        // In a report of an attack `Server IP:` may be either side's.
        let either =
            self.context.is_between_systems() && around.before.contains("server ip") && !around.before.contains("your");
        if either { cue.min(0) } else { cue }
    }

    /// Whether an address is the writer's: of a machine that has his name, or what a form notes of who filled it in.
    fn is_own(&self, cue: i32, kind: LineKind, lower: &str, start: usize) -> bool {
        let before = lower.get(..start).unwrap_or("");
        if kind == LineKind::Log || self.section.kind == Kind::Subject {
            return false;
        }
        let label = before.trim_matches(|c: char| !c.is_alphanumeric());
        if self.context.is_form && FORM_NOTES.iter().any(|name| label.eq_ignore_ascii_case(name)) {
            return true;
        }
        // `mx1.example.jp (192.0.2.1)` of somebody at example.jp
        let name = before.trim_end_matches(['(', '[', '（', ' ', '\u{3000}']);
        let host = name.rsplit(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))).next().unwrap_or("");
        cue == 0 && name.len() < before.len() && host.contains('.') && self.context.is_writer(host)
    }

    /// The own port of the address that ends at `end`; else the attacked one, if there is a port that is only called so.
    fn port(&self, line: &str, lower: &str, end: usize, after: &str) -> (Option<u16>, Option<u16>) {
        if let Some(port) = port::after(line, end) {
            return (Some(port), None);
        }
        match port::labelled(after) {
            Some((port, own)) if own || port >= 1024 || !self.context.is_attack() => (Some(port), None),
            Some((port, _)) => (self.source_port(lower), Some(port)),
            None => (self.source_port(lower), None),
        }
    }
}

/// `([192.0.2.17]) [192.0.2.27]`: in front of the client's address mail servers log what it called itself.
fn is_greeting(line: &str, one: &Found<IpAddr>) -> bool {
    let before = line.get(..one.start).is_some_and(|before| before.ends_with("(["));
    before && line.get(one.end..).is_some_and(|behind| behind.starts_with("]) ["))
}

/// `192.0.2.0 - 192.0.2.255`, `192.0.2.0-255` is somebody's range, no accused address; `192.0.2.1 - 412 attempts` is none.
fn is_range(around: Around<'_>, index: usize) -> bool {
    let to_address = |rest: &str| {
        let number = rest.trim_start();
        let digits = number.bytes().take_while(u8::is_ascii_digit).count();
        digits > 0 && number[digits..].starts_with(['.', ':'])
    };
    let to_end = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    around.after.strip_prefix('-').is_some_and(to_end)
        || around.after.trim_start().strip_prefix('-').is_some_and(to_address)
        || index > 0 && around.before.trim() == "-"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_calls_itself_is_not_its_address() {
        let line = "authenticator failed for ([192.0.2.17]) [192.0.2.27]: 535 Incorrect authentication data";
        let mut found = Vec::new();
        ip::scan(line, &mut found);
        assert_eq!(found.iter().map(|one| is_greeting(line, one)).collect::<Vec<_>>(), [true, false]);
    }
}
