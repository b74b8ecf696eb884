//! The way of a mail as its Received fields tell it: which address handed it to the complainant's own servers.

use std::net::IpAddr;

use crate::extract::ip;
use crate::mime::Mail;

/// The address from which a mail came into the complainant's house.
///
/// Received fields stand newest first and only those of the complainant's own servers can be believed, which are the
/// ones in front. The first hop that was handed over from a public address is taken, and hops between hosts of one
/// domain are passed over; what stands behind it may be forged.
pub fn injector(mail: &Mail<'_>) -> Option<IpAddr> {
    let hops: Vec<&str> = mail.headers("Received").take(50).collect();
    let handed: Vec<(IpAddr, &str)> = hops.iter().filter_map(|hop| Some((handed_over(hop)?, *hop))).collect();
    let first = handed.iter().position(|(_, hop)| !is_internal(hop)).unwrap_or(0);
    handed.get(first).map(|(ip, _)| *ip)
}

/// The webmail user's or client's own address, where the sending host wrote one.
pub fn origin(mail: &Mail<'_>) -> Option<IpAddr> {
    ["X-Originating-IP", "X-Original-IP", "X-Sender-IP", "X-Source-IP", "X-SenderIP", "X-Client-IP"]
        .iter()
        .find_map(|name| mail.header(name))
        .and_then(ip::parse)
        .filter(|ip| ip::is_public(*ip))
}

/// The address in the `from` clause of one Received field (RFC 5321 section 4.4), if it is public.
pub fn handed_over(hop: &str) -> Option<IpAddr> {
    let from = from_clause(hop)?;
    let mut found = Vec::new();
    ip::scan(from, &mut found);
    // `(helo.example [192.0.2.1])`: what the server saw stands in brackets behind what the client said.
    let bracketed = found.iter().rev().find(|one| {
        from.as_bytes().get(one.start.wrapping_sub(1)) == Some(&b'[')
            || from.get(..one.start).is_some_and(|before| before.ends_with("[IPv6:") || before.ends_with("[ipv6:"))
            || from.as_bytes().get(one.start.wrapping_sub(1)) == Some(&b'(')
    });
    bracketed.or(found.last()).map(|one| one.value).filter(|ip| ip::is_public(*ip))
}

fn from_clause(hop: &str) -> Option<&str> {
    let hop = hop.trim_start();
    let rest = hop.get(..5).filter(|head| head.eq_ignore_ascii_case("from ")).map(|_| &hop[5..])?;
    let end = [" by ", "\tby ", "\nby "].iter().filter_map(|word| rest.find(word)).min().unwrap_or(rest.len());
    Some(&rest[..end])
}

/// Whether both ends of a hop belong to one domain.
pub fn is_internal(hop: &str) -> bool {
    let domain_after = |word: &str| {
        let at = hop.find(word)? + word.len();
        let name = hop[at..].split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']' | ';')).next()?;
        let name = name.trim_end_matches('.');
        crate::extract::url::is_host_name(name).then(|| crate::extract::url::registrable(name).to_ascii_lowercase())
    };
    let from = domain_after("from ");
    from.is_some() && from == domain_after(" by ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mime;

    #[test]
    fn the_first_hop_from_outside_counts() {
        let mail = mime::parse(
            b"Received: from mx.example.net (mx.example.net [198.51.100.7]) by in.example.net; Mon, 1 Jan 2024 00:00:00 +0000\n\
              Received: from helo.example ([203.0.113.5]) by mx.example.net (Postfix); Mon, 1 Jan 2024 00:00:00 +0000\n\
              Received: from forged (forged [192.0.2.99]) by helo.example; Mon, 1 Jan 2024 00:00:00 +0000\n\n",
        )
        .unwrap();
        assert_eq!(injector(&mail).unwrap().to_string(), "203.0.113.5");
    }

    #[test]
    fn what_the_server_saw_is_taken_not_what_the_client_said() {
        for (hop, seen) in [
            ("from [192.0.2.1] (unknown [203.0.113.9]) by mx.example.com with ESMTP", Some("203.0.113.9")),
            ("from example ([IPv6:2001:db8::5]) by mx.example.com", Some("2001:db8::5")),
            ("from localhost (localhost [127.0.0.1]) by mx.example.com", None),
            ("by mx.example.com with HTTP; 192.0.2.1", None),
        ] {
            assert_eq!(handed_over(hop).map(|ip| ip.to_string()).as_deref(), seen, "{hop}");
        }
    }
}
