//! Writes small MMDB files (MaxMind DB file format 2.0), so that places can be tried with addresses that do not exist.

use std::collections::HashMap;
use std::net::IpAddr;

use ipnet::IpNet;

/// What a range of addresses is said to be.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MmdbRecord {
    /// `{"country": {"iso_code": "JP"}}`.
    Country(String),
    /// `{"autonomous_system_number": 64496, "autonomous_system_organization": "…"}`.
    Network(u32, String),
}

/// A node of the search tree: where each bit leads.
#[derive(Clone, Copy)]
struct Node([Step; 2]);

#[derive(Clone, Copy, PartialEq)]
enum Step {
    Nothing,
    Node(usize),
    Data(usize),
}

/// The bytes of a database of these ranges. A later range inside an earlier one stands out of it.
pub fn mmdb(entries: &[(IpNet, MmdbRecord)]) -> Vec<u8> {
    let mut nodes = vec![Node([Step::Nothing; 2])];
    let mut data = Vec::new();
    let mut offsets = HashMap::new();
    for (net, record) in entries {
        let offset = *offsets.entry(record.clone()).or_insert_with(|| {
            let at = data.len();
            write_record(&mut data, record);
            at
        });
        insert(&mut nodes, *net, Step::Data(offset));
    }
    let mut out = Vec::new();
    for Node(steps) in &nodes {
        for step in steps {
            let value = match step {
                Step::Nothing => nodes.len(),
                Step::Node(node) => *node,
                Step::Data(offset) => nodes.len() + 16 + offset,
            };
            out.extend(u32::try_from(value).unwrap_or(u32::MAX).to_be_bytes());
        }
    }
    out.extend([0; 16]);
    out.extend(data);
    write_metadata(&mut out, nodes.len());
    out
}

/// IPv4 lies in the first 96 zero bits.
fn insert(tree: &mut Vec<Node>, range: IpNet, leaf: Step) {
    let (net_bits, len) = match range.trunc().addr() {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()), range.prefix_len() + 96),
        IpAddr::V6(v6) => (v6.to_bits(), range.prefix_len()),
    };
    let mut place = 0;
    for depth in 0..len {
        let side = usize::from(net_bits >> (127 - depth) & 1 == 1);
        if depth + 1 == len {
            tree[place].0[side] = leaf;
            return;
        }
        place = match tree[place].0[side] {
            Step::Node(next) => next,
            // What was said of the whole holds for the parts.
            said => {
                tree.push(Node([said; 2]));
                let next = tree.len() - 1;
                tree[place].0[side] = Step::Node(next);
                next
            }
        };
    }
}

fn write_record(out: &mut Vec<u8>, record: &MmdbRecord) {
    match record {
        MmdbRecord::Country(code) => {
            map(out, 1);
            text(out, "country");
            map(out, 1);
            text(out, "iso_code");
            text(out, code);
        }
        MmdbRecord::Network(number, name) => {
            map(out, 2);
            text(out, "autonomous_system_number");
            uint(out, 6, u64::from(*number), 4);
            text(out, "autonomous_system_organization");
            text(out, name);
        }
    }
}

fn write_metadata(out: &mut Vec<u8>, nodes: usize) {
    out.extend(b"\xAB\xCD\xEFMaxMind.com");
    map(out, 9);
    for (name, kind, value, len) in [
        ("binary_format_major_version", 5, 2, 2),
        ("binary_format_minor_version", 5, 0, 2),
        ("build_epoch", 9, 1_700_000_000, 8),
        ("ip_version", 5, 6, 2),
        ("node_count", 6, nodes as u64, 4),
        ("record_size", 5, 32, 2),
    ] {
        text(out, name);
        uint(out, kind, value, len);
    }
    text(out, "database_type");
    text(out, "Mimawari-Demo");
    text(out, "description");
    map(out, 0);
    text(out, "languages");
    // An empty array: extended type 11.
    out.extend([0, 11 - 7]);
}

fn map(out: &mut Vec<u8>, members: u8) {
    out.push(7 << 5 | members);
}

fn text(out: &mut Vec<u8>, value: &str) {
    // A size of 29 says that one more byte follows with what is above 29.
    let bytes = &value.as_bytes()[..value.len().min(284)];
    match u8::try_from(bytes.len()) {
        Ok(short) if short < 29 => out.push(2 << 5 | short),
        _ => out.extend([(2 << 5) + 29, u8::try_from(bytes.len() - 29).unwrap_or(u8::MAX)]),
    }
    out.extend(bytes);
}

/// An unsigned number of a type below 8, or of an extended one.
fn uint(out: &mut Vec<u8>, kind: u8, value: u64, len: u8) {
    match kind.checked_sub(7) {
        Some(extended) if extended > 0 => out.extend([len, extended]),
        _ => out.push(kind << 5 | len),
    }
    out.extend(&value.to_be_bytes()[8 - usize::from(len)..]);
}
