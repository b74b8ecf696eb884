//! The likely source of a mail, for the readers: they state a value with a confidence and prove nothing.

use std::net::IpAddr;

use jiff::Timestamp;
use model::trace::Received;

use super::trust::same_house;
use crate::extract::ip;
use crate::mime::Mail;

/// The address from which a mail came into the complainant's house.
///
/// The first hop that was handed over from a public address is taken, and hops between hosts of one house are passed
/// over; what stands behind it may be forged.
pub fn injector(mail: &Mail<'_>) -> Option<IpAddr> {
    let hops: Vec<Received> = mail.headers("Received").take(50).map(parse).collect();
    let handed: Vec<(IpAddr, &Received)> = hops.iter().filter_map(|hop| Some((public(hop)?, hop))).collect();
    let first = handed.iter().position(|(_, hop)| !in_one_house(hop)).unwrap_or(0);
    handed.get(first).map(|(ip, _)| *ip)
}

/// The address that the writer of one `Received` field saw, if it is public.
pub fn handed_over(hop: &str) -> Option<IpAddr> {
    public(&parse(hop))
}

/// Whether both ends of a hop belong to one house.
pub fn is_internal(hop: &str) -> bool {
    in_one_house(&parse(hop))
}

fn parse(hop: &str) -> Received {
    let hop = hop.trim_start();
    let value = hop.get(..9).filter(|head| head.eq_ignore_ascii_case("received:")).map_or(hop, |_| &hop[9..]);
    super::received::parse(value, Timestamp::UNIX_EPOCH)
}

fn public(hop: &Received) -> Option<IpAddr> {
    hop.address.filter(|address| ip::is_public(*address))
}

fn in_one_house(hop: &Received) -> bool {
    let is_name = |name: &&str| crate::extract::url::is_host_name(name);
    let by = hop.by.as_deref().filter(is_name);
    let clients = [hop.helo.as_deref(), hop.name.as_deref()];
    by.is_some_and(|by| clients.into_iter().flatten().filter(is_name).any(|client| same_house(client, by)))
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
            ("Received: from a (b [203.0.113.9]) by c", Some("203.0.113.9")),
        ] {
            assert_eq!(handed_over(hop).map(|ip| ip.to_string()).as_deref(), seen, "{hop}");
        }
    }
}
