//! What an accused subject may be held as: an address by any prefix around it, a host by any domain above it.

use ipnet::IpNet;
use model::SubjectKey;

/// The subjects in the inventory that would cover one accused subject, most precise first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chain {
    /// Keys to look for, most precise first. Only the most precise one that is held at a moment counts.
    pub(crate) levels: Vec<SubjectKey>,
    /// Whether ports tell holders apart (addresses).
    pub(crate) by_port: bool,
    /// Whether a part of the accused prefix may be held by somebody whom these levels do not show.
    pub(crate) is_coarse: bool,
}

/// Prefix lengths that occur in the inventory, longest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Lengths {
    pub(crate) v4: Vec<u8>,
    pub(crate) v6: Vec<u8>,
}

/// The chains of all accused subjects. A subject that lies on the chain of another (the domain of an accused host, the
/// network of an accused address) says nothing of its own and is left out.
pub(crate) fn chains(subjects: &[SubjectKey], lengths: &Lengths) -> Vec<Chain> {
    let subjects: Vec<SubjectKey> = subjects.iter().map(canonical).collect();
    subjects
        .iter()
        .enumerate()
        .filter(|(index, subject)| {
            !subjects.iter().enumerate().any(|(other, precise)| {
                (other != *index && precise != *subject && covers(subject, precise))
                    || (other < *index && precise == *subject)
            })
        })
        .map(|(_, subject)| chain(subject, lengths))
        .collect()
}

/// IPv4-mapped addresses as IPv4, host bits cleared.
pub(crate) fn canonical(subject: &SubjectKey) -> SubjectKey {
    match subject {
        SubjectKey::Ip(net) => SubjectKey::network(*net),
        other => other.clone(),
    }
}

fn covers(wide: &SubjectKey, precise: &SubjectKey) -> bool {
    match (wide, precise) {
        (SubjectKey::Ip(wide), SubjectKey::Ip(precise)) => wide.contains(precise),
        _ => precise.with_parents().contains(wide),
    }
}

fn chain(subject: &SubjectKey, lengths: &Lengths) -> Chain {
    let SubjectKey::Ip(net) = subject else {
        return Chain { levels: subject.with_parents(), by_port: false, is_coarse: false };
    };
    let occurring = if net.addr().is_ipv4() { &lengths.v4 } else { &lengths.v6 };
    let prefix = |bits: &u8| IpNet::new(net.addr(), *bits).map(SubjectKey::network).ok();
    Chain {
        levels: occurring.iter().filter(|bits| **bits <= net.prefix_len()).filter_map(prefix).collect(),
        by_port: true,
        is_coarse: occurring.iter().any(|bits| *bits > net.prefix_len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(subjects: &[&str], lengths: &Lengths) -> Vec<Vec<String>> {
        let subjects: Vec<SubjectKey> = subjects.iter().map(|text| text.parse().unwrap()).collect();
        let texts = |chain: Chain| chain.levels.iter().map(ToString::to_string).collect();
        chains(&subjects, lengths).into_iter().map(texts).collect()
    }

    #[test]
    fn addresses_are_asked_for_by_the_lengths_that_occur() {
        let lengths = Lengths { v4: vec![32, 24], v6: vec![64, 56] };
        assert_eq!(keys(&["ip:::ffff:192.0.2.9"], &lengths), [["ip:192.0.2.9/32", "ip:192.0.2.0/24"]]);
        assert_eq!(keys(&["ip:2001:db8:0:1ff::1"], &lengths), [["ip:2001:db8:0:1ff::/64", "ip:2001:db8:0:100::/56"]]);
        assert!(chains(&["ip:192.0.2.0/28".parse().unwrap()], &lengths)[0].is_coarse);
    }

    #[test]
    fn what_lies_on_another_chain_is_left_out() {
        let lengths = Lengths { v4: vec![32], v6: vec![] };
        let subjects =
            ["domain:example.com", "mailbox:x@example.com", "ip:192.0.2.0/24", "ip:192.0.2.1", "ip:192.0.2.1"];
        assert_eq!(
            keys(&subjects, &lengths),
            [
                vec!["mailbox:x@example.com".to_owned(), "domain:example.com".to_owned()],
                vec!["ip:192.0.2.1/32".to_owned()]
            ]
        );
    }
}
