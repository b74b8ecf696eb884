//! Against real peers: keys and policies served by NSD, mails signed and sealed by dkimpy (`dkimsign`, `arcsign`). Each mail is
//! verified over the net, and a second time from the kept answers alone, after they went through JSON.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::net::UdpSocket;
use std::sync::Arc;
use std::time::Duration;

use authentic::{Gatherer, Settings, verify};
use jiff::Timestamp;
use model::findings::{Arrival, Envelope, Findings, Method, Outcome, SenderCheck};
use testkit::{DkimKey, Nsd};

const NOW: &str = "2026-11-22T05:00:00Z";

/// NSD with the zones `example.jp` and `example.net`, and a key that signs.
struct Peers {
    server: Nsd,
    key: DkimKey,
}

impl Peers {
    fn start() -> Self {
        let (key, other) = (DkimKey::new().unwrap(), DkimKey::new().unwrap());
        let japan = format!(
            "s1._domainkey {}\nrevoked._domainkey TXT \"v=DKIM1; p=\"\nother._domainkey {}\n\
             broken._domainkey TXT \"hello\"\n\
             @ TXT \"v=spf1 ip4:192.0.2.0/28 include:_spf.example.net mx exists:%{{i}}._ok.example.net -all\"\n\
             @ MX 10 mail\nmail A 198.51.100.20\n",
            key.record(),
            other.record(),
        );
        let loops = (0..12).map(|n| format!("l{n} TXT \"v=spf1 include:l{}.example.net -all\"\n", n + 1));
        let net = format!(
            "_spf TXT \"v=spf1 ip4:203.0.113.7 ~all\"\n203.0.113.9._ok A 127.0.0.2\n\
             two TXT \"v=spf1 -all\"\ntwo TXT \"v=spf1 +all\"\n{}",
            loops.collect::<Vec<_>>().concat()
        );
        let server = Nsd::start(&[("example.jp", &japan), ("example.net", &net)]).unwrap();
        Self { server, key }
    }

    fn sign(&self, selector: &str, mail: &[u8]) -> Vec<u8> {
        self.key.sign(selector, "example.jp", mail).unwrap()
    }

    fn settings(&self) -> Settings {
        Settings { resolver: Some(self.server.address()), answer_ms: 1_000, mail_ms: 4_000, questions: 40 }
    }

    async fn check(&self, mail: &[u8], envelope: &Envelope) -> Findings {
        let gatherer = Gatherer::new(&self.settings()).unwrap().unwrap();
        let at: Timestamp = NOW.parse().unwrap();
        let findings = gatherer.check(arrival(mail, None, envelope)).await;
        // Years later: the keys are gone, the answers are kept.
        let kept: Findings = serde_json::from_str(&serde_json::to_string(&findings).unwrap()).unwrap();
        assert_eq!(verify(mail, envelope, at, &kept.answers), (findings.verdicts.clone(), Vec::new()));
        findings
    }

    async fn verdict(&self, mail: &[u8]) -> String {
        told(&self.check(mail, &Envelope::default()).await)
    }

    async fn spf(&self, sender: &str, client: &str) -> String {
        let envelope = Envelope {
            client: Some(client.parse().unwrap()),
            helo: Some("mail.example.jp".to_owned()),
            sender: Some(sender.to_owned()),
        };
        told(&self.check(b"From: x@example.jp\r\n\r\nx\r\n", &envelope).await)
    }
}

fn arrival(mail: &[u8], attached: Option<&[u8]>, envelope: &Envelope) -> Arrival {
    let attached = attached.map(|raw| Arc::new(raw.to_vec()));
    Arrival { raw: Arc::new(mail.to_vec()), attached, envelope: envelope.clone(), at: NOW.parse().unwrap() }
}

fn told(findings: &Findings) -> String {
    let told = findings.verdicts.iter().map(|one| {
        let reason = one.reason.as_deref().map_or(String::new(), |reason| format!(" {reason}"));
        format!("{}={}{reason}", one.method.name(), one.result)
    });
    told.collect::<Vec<_>>().join("; ")
}

const MAIL: &[u8] = b"From: Taro <taro@example.jp>\r\nTo: abuse@example.com\r\nSubject: Spam\r\n\
    Date: Sun, 22 Nov 2026 13:00:00 +0900\r\nMessage-ID: <1@example.jp>\r\n\r\nI got this spam.\r\n";

#[tokio::test]
async fn signatures_are_judged_as_they_are() {
    let peers = Peers::start();
    let good = peers.sign("s1", MAIL);
    assert_eq!(peers.verdict(&good).await, "dkim=pass");
    let as_maildir = String::from_utf8(good.clone()).unwrap().replace("\r\n", "\n");
    assert_eq!(peers.verdict(as_maildir.as_bytes()).await, "dkim=pass", "bare LF");

    let text = String::from_utf8(good.clone()).unwrap();
    assert_eq!(peers.verdict(text.replace("I got this", "I sent this").as_bytes()).await, "dkim=fail body-changed");
    assert_eq!(
        peers.verdict(text.replace("Subject: Spam", "Subject: Ham").as_bytes()).await,
        "dkim=fail signature-wrong"
    );
    for (selector, told) in [
        ("gone", "dkim=permerror key-gone"),
        ("revoked", "dkim=permerror key-revoked"),
        ("other", "dkim=fail signature-wrong"),
    ] {
        assert_eq!(peers.verdict(&peers.sign(selector, MAIL)).await, told, "{selector}");
    }
    let broken = peers.verdict(&peers.sign("broken", MAIL)).await;
    assert!(broken.starts_with("dkim=permerror"), "{broken}");
    let expired = text.replacen("v=1;", "v=1; t=1700000000; x=1700003600;", 1);
    assert_eq!(peers.verdict(expired.as_bytes()).await, "dkim=neutral expired");
    assert_eq!(peers.verdict(b"Subject: unsigned\r\n\r\nx\r\n").await, "");
    assert_eq!(peers.verdict(b"\0\xff garbage").await, "");

    // The mail complained about is verified as it was when it was signed; its key is asked for once.
    let gatherer = Gatherer::new(&peers.settings()).unwrap().unwrap();
    let found = gatherer.check(arrival(&good, Some(&good), &Envelope::default())).await;
    assert_eq!((&found.attached, found.answers.0.len()), (&found.verdicts, 1));

    let found = peers.check(&good, &Envelope::default()).await;
    let answer = &found.answers.0[0];
    assert_eq!((answer.question.name.as_str(), answer.outcome), ("s1._domainkey.example.jp.", Outcome::Found));
    assert_eq!((answer.ttl, answer.at), (Some(300), NOW.parse().unwrap()));
    assert!(answer.data[0].starts_with("v=DKIM1; k=rsa; p=MI") && answer.data[0].len() > 255, "{answer:?}");
}

#[tokio::test]
async fn many_signatures_and_a_silent_resolver_end_in_time() {
    let peers = Peers::start();
    let good = String::from_utf8(peers.sign("s1", MAIL)).unwrap();
    let signature = &good[..good.find("From: Taro").unwrap()];
    let many = signature.repeat(500) + &good;
    let told = peers.verdict(many.as_bytes()).await;
    assert!(told.ends_with("dkim=policy too-many") && told.matches("dkim=").count() == 9, "{told}");

    // Somebody who takes the question and says nothing.
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let settings =
        Settings { resolver: Some(silent.local_addr().unwrap()), answer_ms: 300, mail_ms: 600, ..peers.settings() };
    let gatherer = Gatherer::new(&settings).unwrap().unwrap();
    let began = std::time::Instant::now();
    let found = gatherer.check(arrival(good.as_bytes(), None, &Envelope::default())).await;
    assert_eq!(self::told(&found), "dkim=temperror dns");
    assert_eq!(found.answers.0[0].outcome, Outcome::Failed);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert!(Gatherer::new(&Settings::default()).unwrap().is_none(), "nothing is asked unless a resolver is named");
}

#[tokio::test]
async fn the_address_is_held_against_the_policy_of_the_sender() {
    let peers = Peers::start();
    for (sender, client, told) in [
        ("taro@example.jp", "192.0.2.5", "spf=pass"),
        ("taro@example.jp", "203.0.113.7", "spf=pass"),
        ("taro@example.jp", "198.51.100.20", "spf=pass"),
        ("taro@example.jp", "203.0.113.9", "spf=pass"),
        ("taro@example.jp", "203.0.113.10", "spf=fail"),
        ("taro@example.jp", "2001:db8::1", "spf=fail"),
        ("x@_spf.example.net", "192.0.2.5", "spf=softfail"),
        ("x@mail.example.jp", "192.0.2.5", "spf=none"),
        ("x@nowhere.example.jp", "192.0.2.5", "spf=none"),
        ("x@two.example.net", "192.0.2.5", "spf=permerror malformed"),
        ("x@l0.example.net", "192.0.2.5", "spf=permerror malformed"),
        // The null sender stands for the postmaster of the greeting.
        ("", "192.0.2.5", "spf=none"),
        // NSD answers for its own zones only: the resolver refuses.
        ("x@example.org", "192.0.2.5", "spf=temperror dns"),
    ] {
        assert_eq!(peers.spf(sender, client).await, told, "{sender} from {client}");
    }
}

#[tokio::test]
async fn a_chain_holds_until_somebody_changes_the_mail() {
    let peers = Peers::start();
    let signed = peers.sign("s1", MAIL);
    let with_results =
        [b"Authentication-Results: mx.example.jp; dkim=pass header.d=example.jp\r\n".as_slice(), &signed].concat();
    let sealed = peers.key.seal("s1", "example.jp", "mx.example.jp", &with_results).unwrap();
    let found = peers.check(&sealed, &Envelope::default()).await;
    assert_eq!(told(&found), "dkim=pass; arc=pass");
    let chain = found.verdicts.iter().find(|one| one.method == Method::Arc).unwrap();
    assert_eq!((chain.domain.as_deref(), chain.selector.as_deref()), (Some("example.jp"), Some("s1")));
    let text = String::from_utf8(sealed).unwrap();
    let changed = peers.verdict(text.replace("I got this", "I sent this").as_bytes()).await;
    assert_eq!(changed, "dkim=fail body-changed; arc=fail body-changed");
    let cut = text.replacen("ARC-Seal:", "X-Seal:", 1);
    assert_eq!(peers.verdict(cut.as_bytes()).await, "dkim=pass; arc=fail chain-broken");
}
