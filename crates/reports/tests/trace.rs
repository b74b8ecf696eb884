//! The way of mails: chains as the servers of the world write them, forged ones, and random ones.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::path::Path;

use jiff::Timestamp;
use model::trace::{HeaderTracer, Standing, Trace, TrustedHost};
use proptest::prelude::*;
use reports::mime;
use reports::trace::{Settings, Tracer, trace};

fn read(raw: &[u8], trusted: &[&str]) -> Trace {
    let trusted: Vec<TrustedHost> = trusted.iter().map(|host| host.parse().unwrap()).collect();
    trace(&mime::parse(raw).unwrap(), &trusted, "2024-05-06T12:00:00Z".parse::<Timestamp>().unwrap())
}

fn chain(name: &str, trusted: &[&str]) -> Trace {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/chains").join(format!("{name}.eml"));
    read(&std::fs::read(path).unwrap(), trusted)
}

/// `F` fact, `C` claimed, `X` forged, one letter a hop; the injecting address; who answers for it, and by what.
fn short(trace: &Trace) -> String {
    let hops: String = trace
        .hops
        .iter()
        .map(|hop| match hop.standing {
            Standing::Fact => 'F',
            Standing::Claimed => 'C',
            Standing::Forged => 'X',
        })
        .collect();
    let from = trace.injection.as_ref().and_then(|one| one.address).map_or("-".to_owned(), |ip| ip.to_string());
    let who = &trace.responsible;
    let whom = who.account.clone().or_else(|| who.address.map(|ip| ip.to_string())).or_else(|| who.host.clone());
    format!("{hops} {from} {}:{}", who.ground.name(), whom.unwrap_or_else(|| "-".to_owned()))
}

const JP: &[&str] = &["example.jp"];
const BOTH: &[&str] = &["example.jp", "example.com"];

const CHAINS: &[(&str, &[&str], &str)] = &[
    // The relay in the middle is what is proven; whoever used it only if the relay is believed.
    ("d35-relay", &[], "FC 198.51.100.10 address:198.51.100.10"),
    ("d35-relay", &["example.net"], "FC 198.51.100.10 address:198.51.100.10"),
    ("d35-relay", &["example.net", "example.jp"], "FF 203.0.113.77 address:203.0.113.77"),
    ("d36-webmail", &[], "FCC 198.51.100.20 address:198.51.100.20"),
    ("d36-webmail", &["example.jp", "webmail.example"], "FFF 10.15.147.133 address:10.15.147.133"),
    ("postfix-submission", JP, "FC 198.51.100.25 address:198.51.100.25"),
    ("postfix-submission", BOTH, "FF 203.0.113.9 login:taro@example.com"),
    ("postfix-submission", &["192.0.2.0/24"], "CC - nothing:-"),
    ("postfix-userid", BOTH, "FF - local-user:uid 1007"),
    ("exim-cpanel", BOTH, "FF 203.0.113.44 address:203.0.113.44"),
    ("exim-local", BOTH, "FF - local-user:shopuser"),
    ("sendmail-may-be-forged", &["example.jp", "example.org"], "FC 203.0.113.60 address:203.0.113.60"),
    ("sendmail-submit", BOTH, "FFF - local-user:www"),
    ("qmail", &[], "FFC 203.0.113.71 address:203.0.113.71"),
    ("exchange", &[], "FF 203.0.113.80 address:203.0.113.80"),
    ("exchange", &["outlook.example"], "FC 2001:db8:20b::11 address:2001:db8:20b::11"),
    ("exchange", &["outlook.example", "2001:db8:20b::/48"], "FF 203.0.113.80 address:203.0.113.80"),
    ("gmail-receives", &[], "FFC 203.0.113.90 address:203.0.113.90"),
    ("gmail-sends", &["example.jp", "google.example"], "FFF 203.0.113.91 address:203.0.113.91"),
    ("yahoo", &["example.jp", "yahoo.example"], "FFC - nothing:-"),
    ("courier", BOTH, "FF 203.0.113.92 login:jiro@example.com"),
    ("zimbra", BOTH, "FFFF 198.51.100.44 believed-host:198.51.100.44"),
    ("communigate", &["example.jp", "example.com", "198.51.100.45"], "FF 203.0.113.94 login:saburo@example.com"),
    ("opensmtpd", JP, "F 203.0.113.95 login:shiro"),
    ("squirrelmail", BOTH, "FF 203.0.113.96 login:goro@example.com"),
    ("domino", &[], "F 203.0.113.97 address:203.0.113.97"),
    ("fetchmail", &[], "FF 203.0.113.98 address:203.0.113.98"),
    ("dovecot-lmtp", &["example.jp", "192.0.2.10"], "FF 203.0.113.99 address:203.0.113.99"),
    ("forged-time", JP, "FX 203.0.113.101 address:203.0.113.101"),
    ("forged-chain", JP, "FX 203.0.113.102 address:203.0.113.102"),
    ("forged-own-name", JP, "FC 203.0.113.103 address:203.0.113.103"),
    ("forged-address", JP, "FX 203.0.113.104 address:203.0.113.104"),
    ("forged-private", JP, "FXC 203.0.113.105 address:203.0.113.105"),
    ("forged-weekday", JP, "FX 203.0.113.106 address:203.0.113.106"),
    ("forged-helo", JP, "FX 203.0.113.107 address:203.0.113.107"),
    ("unreadable", JP, "FX 203.0.113.108 address:203.0.113.108"),
    ("no-way", JP, " - nothing:-"),
];

#[test]
fn chains_of_every_server_are_read() {
    let read: Vec<_> =
        CHAINS.iter().map(|(name, trusted, _)| (*name, *trusted, short(&chain(name, trusted)))).collect();
    let wrong: Vec<_> = read.iter().zip(CHAINS).filter(|(read, wanted)| read.2 != wanted.2).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_forged_hop_is_named_with_its_reason() {
    for (name, hop, flaw) in [
        ("forged-time", 1, "time-backwards"),
        ("forged-chain", 1, "chain-broken"),
        ("forged-own-name", 0, "false-name"),
        ("forged-address", 1, "impossible-address"),
        ("forged-private", 1, "private-between"),
        ("forged-weekday", 1, "wrong-weekday"),
        ("forged-helo", 1, "chain-broken"),
        ("unreadable", 1, "unreadable"),
        ("postfix-submission", 1, "below-injection"),
    ] {
        let flaws: Vec<&str> = chain(name, JP).hops[hop].flaws.iter().map(|flaw| flaw.name()).collect();
        assert!(flaws.contains(&flaw), "{name}: {flaws:?}");
    }
}

#[test]
fn clients_and_accounts_are_kept_with_what_they_are_worth() {
    let stated = |name, trusted: &[&str]| {
        let trace = chain(name, trusted);
        let accounts = trace.accounts.iter().map(|one| format!("{} {} {:?}", one.kind.name(), one.value, one.standing));
        let clients = trace
            .clients
            .iter()
            .map(|one| format!("{}{} {:?}", one.address, if one.private { " private" } else { "" }, one.standing));
        accounts.chain(clients).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(stated("d36-webmail", &[]), "10.15.147.133 private Claimed; 10.15.147.133 private Claimed");
    assert_eq!(
        stated("d36-webmail", &["example.jp", "webmail.example"]),
        "10.15.147.133 private Fact; 10.15.147.133 private Claimed"
    );
    assert_eq!(
        stated("exim-cpanel", BOTH),
        "local-user 47 Claimed; login hana@shop.example Claimed; login hana@shop.example Claimed"
    );
    assert_eq!(
        stated("exim-local", BOTH),
        "local-user shopuser Fact; script shop.example/wp-content/x.php Claimed; \
         site shop.example:/public_html/wp-content Claimed; 203.0.113.50 Claimed; 10.1.2.3 private Claimed"
    );
    assert_eq!(
        stated("postfix-userid", JP),
        "local-user uid 1007 Claimed; local-user 1007 Claimed; script mailer.php Claimed"
    );
    assert_eq!(stated("zimbra", BOTH), "203.0.113.93 Claimed");
}

#[test]
fn only_what_the_receiver_wrote_on_top_is_an_authentication_result() {
    let trace = chain("gmail-receives", &[]);
    let read: Vec<String> = trace
        .results
        .iter()
        .map(|one| {
            let arc = one.arc.map_or(String::new(), |number| format!(" arc {number}"));
            format!("{} {}={}{arc} {:?}", one.server, one.method, one.result, one.standing)
        })
        .collect();
    assert_eq!(
        read,
        [
            "mx.google.example arc-seal=none arc 1 Fact",
            "mx.google.example dkim=pass arc 1 Fact",
            "mx.google.example spf=pass arc 1 Fact",
            "mx.google.example dmarc=pass arc 1 Fact",
            "mx.google.example spf=pass Claimed",
            "mx.google.example dkim=pass Claimed",
            "mx.google.example spf=pass Claimed",
            "mx.google.example dkim=pass Claimed",
        ]
    );
    assert_eq!(trace.results[1].about, ["header.i=@shop.example", "header.s=s1", "header.b=abc"]);
}

/// A filter of the border wrote the first result below the `Received` of its own server; the sender wrote the second.
const FILTERED: &str = "Received: from a.shop.example (a.shop.example [203.0.113.7]) by mx.example.jp (Postfix) with ESMTPS id 1; \
    Mon, 6 May 2024 09:10:00 +0900\n\
    Authentication-Results: mx.example.jp; dkim=pass header.d=shop.example\n\
    Received: from pc (pc.shop.example [203.0.113.8]) by a.shop.example (Postfix) with ESMTPSA id 2; Mon, 6 May 2024 01:00:00 +0100\n\
    Authentication-Results: mx.example.jp; dkim=pass header.d=bank.example\n\
    From: x@shop.example\n\nx\n";

#[test]
fn results_of_our_own_filters_are_believed_only_if_their_name_is_configured() {
    let received = "2024-05-06T00:12:00Z".parse().unwrap();
    let facts = |ids: &[&str]| {
        let settings =
            Settings { authserv_ids: ids.iter().map(|id| (*id).to_owned()).collect(), ..Settings::default() };
        let traces = Tracer::new(settings).trace(FILTERED.as_bytes(), received, &[]).unwrap();
        assert_eq!(traces.evidence, None);
        let facts = traces.report.results.iter().filter(|one| one.standing == Standing::Fact);
        facts.flat_map(|one| one.about.clone()).collect::<Vec<_>>()
    };
    assert_eq!(facts(&[]), Vec::<String>::new());
    assert_eq!(facts(&["MX.example.jp"]), ["header.d=shop.example"]);
    assert_eq!(facts(&["mx.example.com"]), Vec::<String>::new());
}

#[test]
fn each_hop_says_how_long_until_the_next_and_in_which_zone_it_was_written() {
    let received = "2024-05-06T00:12:00Z".parse().unwrap();
    let trace = Tracer::default().trace(FILTERED.as_bytes(), received, &[]).unwrap().report;
    let hops: Vec<_> = trace.hops.iter().map(|hop| (hop.lag_s, hop.received.offset_s)).collect();
    assert_eq!(hops, [(Some(120), Some(9 * 3600)), (Some(600), Some(3600))]);
    // A clock that is ahead of the next one.
    let ahead = FILTERED.replace("01:00:00 +0100", "02:00:00 +0100");
    let trace = Tracer::default().trace(ahead.as_bytes(), received, &[]).unwrap().report;
    assert_eq!(trace.hops[1].lag_s, Some(-3000));
}

/// The names and the addresses of the believed hosts, and of the others.
fn believed(number: u8) -> (String, String) {
    (format!("h{number}.example.jp"), format!("198.51.100.{number}"))
}

fn stranger(number: u8) -> (String, String) {
    (format!("s{number}.shop.example"), format!("203.0.113.{number}"))
}

/// A field as the server at `by` writes it about its client at `address`, which calls itself `helo`.
fn field(style: u8, helo: &str, name: &str, address: &str, by: &str, minute: u32) -> String {
    let date = format!("Mon, 6 May 2024 09:{:02}:00 +0900", minute % 60);
    match style % 6 {
        0 => format!("Received: from {helo} ({name} [{address}])\n\tby {by} (Postfix) with ESMTP id 4X; {date}\n"),
        1 => format!(
            "Received: from {name} ([{address}]:2525 helo={helo})\n\tby {by} with esmtp (Exim 4.97) id 1s; {date}\n"
        ),
        2 => format!("Received: from {helo} ({name} [{address}]) by {by} (8.17.1/8.17.1) with ESMTP id 44A; {date}\n"),
        3 => {
            format!("Received: from {helo} ({name}. [{address}]) by {by} with ESMTPS id d2 (version=TLS1_3); {date}\n")
        }
        4 => format!(
            "Received: from {helo} ({address}) by {by} (192.0.2.1) with Microsoft SMTP Server id 15.20; {date}\n"
        ),
        _ => format!("Received: from {name} (HELO {helo}) (x@{address})\n  by {by} with SMTP; {date}\n"),
    }
}

/// What whoever injects the mail may write below: fields of any style, also in the name of believed hosts.
fn forged_prefix() -> impl Strategy<Value = Vec<(u8, u8, u8, bool, bool, u32)>> {
    proptest::collection::vec((any::<u8>(), 1_u8..9, 1_u8..9, any::<bool>(), any::<bool>(), 0_u32..60), 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// A mail goes from a stranger through one or more believed hosts. Whatever the stranger wrote below his own hop and
    /// called himself, exactly the hops of the believed hosts are fact, and he is the one who brought it in.
    #[test]
    fn a_forged_prefix_never_becomes_fact(
        way in proptest::collection::vec((1_u8..9, any::<u8>()), 1..5),
        attacker in 1_u8..200,
        helo in prop_oneof![
            Just("pc.lan".to_owned()), Just("[198.51.100.3]".to_owned()), Just("localhost".to_owned()), Just("by".to_owned()),
            (1_u8..9).prop_map(|number| believed(number).0), (1_u8..9).prop_map(|number| stranger(number).0),
        ],
        named_by_prefix in any::<bool>(),
        forged in forged_prefix(),
    ) {
        let (name, address) = stranger(attacker);
        let mut raw = String::new();
        for (at, (host, style)) in way.iter().enumerate().rev() {
            let by = believed(*host).0;
            let minute = 50 + u32::try_from(at).unwrap();
            if at == 0 {
                raw += &field(*style, &helo, &name, &address, &by, minute);
            } else {
                let (peer, peer_address) = believed(way[at - 1].0);
                raw += &field(*style, &peer, &peer, &peer_address, &by, minute);
            }
        }
        for (style, from, by, from_ours, by_ours, minute) in &forged {
            let (from, from_address) = if *from_ours { believed(*from) } else { stranger(*from) };
            let by = if *by_ours { believed(*by).0 } else { stranger(*by).0 };
            raw += &field(*style, &from, &from, &from_address, &by, *minute);
        }
        raw += "X-Originating-IP: [198.51.100.3]\nX-Authenticated-Sender: h1.example.jp: victim@example.jp\n\nx\n";
        let prefixes: &[&str] = if named_by_prefix { &["example.jp", "198.51.100.0/24"] } else { &["example.jp"] };
        let trace = read(raw.as_bytes(), prefixes);
        // Exchange and qmail write no name that they checked: only the address can be believed there.
        let unchecked = |style: u8| matches!(style % 6, 4 | 5);
        let seen_by_name =
            way.iter().enumerate().skip(1).rev().take_while(|(_, (_, style))| !unchecked(*style)).count() + 1;
        let facts = if named_by_prefix { way.len() } else { seen_by_name };
        prop_assert_eq!(trace.facts, facts, "{}", raw);
        prop_assert_eq!(trace.hops.iter().filter(|hop| hop.standing == Standing::Fact).count(), facts);
        let injected = trace.injection.unwrap();
        let expected = if facts == way.len() { address } else { believed(way[way.len() - facts - 1].0).1 };
        prop_assert_eq!(injected.address.unwrap().to_string(), expected, "{}", raw);
        prop_assert!(trace.accounts.iter().all(|account| account.standing == Standing::Claimed));
        prop_assert!(trace.clients.iter().all(|client| client.standing == Standing::Claimed));
    }

    /// With nobody named, what stands below the first host from another house is no fact either.
    #[test]
    fn without_named_hosts_the_receiver_alone_is_believed(
        style in any::<u8>(), attacker in 1_u8..200, forged in forged_prefix(),
    ) {
        let (name, address) = stranger(attacker);
        let mut raw = field(style, "mx.example.jp", &name, &address, "mx.example.jp", 59);
        for (style, from, by, _, _, minute) in &forged {
            let (from, from_address) = believed(*from);
            raw += &field(*style, &from, &from, &from_address, &believed(*by).0, *minute);
        }
        let trace = read(format!("{raw}\nx\n").as_bytes(), &[]);
        prop_assert_eq!(trace.facts, 1);
        prop_assert_eq!(trace.injection.unwrap().address.unwrap().to_string(), address);
    }
}
