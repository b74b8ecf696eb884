//! Decisions of the policy per CPU second, in one process and without network or disk: a request read, a full policy asked (lock,
//! three quotas, concurrency, country rule, opening), beside the same request only read.
//! `cargo run --release --example decisions -p mailguard`.
#![expect(clippy::print_stdout, reason = "a measurement prints")]

use demo::MailYear;
use jiff::{SignedDuration, Timestamp};
use mailguard::place::Mmdb;
use mailguard::policy::{EXAMPLE, Policy, Request, Settings};

/// Accounts that ask.
const ACCOUNTS: u32 = 10_000;
/// Requests.
const ROUNDS: u32 = 2_000_000;

fn main() {
    if let Err(error) = run() {
        println!("nothing is measured: {error}");
    }
}

fn request(number: u32) -> Vec<u8> {
    let (account, host, port) = (number * 7919 % ACCOUNTS, number % 250, 1024 + number % 60_000);
    format!(
        "request=smtpd_access_policy\nprotocol_state=DATA\nprotocol_name=ESMTP\nclient_address=198.18.{}.{host}\nclient_name=h.example.net\nclient_port={port}\nreverse_client_name=h.example.net\nserver_address=192.0.2.10\nserver_port=587\nhelo_name=[192.0.2.1]\nsender=u{account}@example.jp\nrecipient=r@example.org\nrecipient_count=1\nqueue_id=8E5BDF3BD5\ninstance=1a2b.{number:x}.0\nsize=2048\netrn_domain=\nstress=\nsasl_method=PLAIN\nsasl_username=u{account}@example.jp\nsasl_sender=\nccert_subject=\nccert_issuer=\nccert_fingerprint=\nccert_pubkey_fingerprint=\nencryption_protocol=TLSv1.3\nencryption_cipher=TLS_AES_256_GCM_SHA384\nencryption_keysize=256\npolicy_context=submission\n\n",
        account % 200
    )
    .into_bytes()
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let settings = Settings::parse(&EXAMPLE.replace("lock_by_rules = true", "lock_by_rules = false"))?;
    let places = Mmdb::read(Some(&MailYear::country_mmdb()), Some(&MailYear::network_mmdb()))?;
    let mut policy = Policy::new(settings, Box::new(places), None);
    let requests: Vec<Vec<u8>> = (0..ACCOUNTS * 2).map(request).collect();
    let start: Timestamp = "2026-02-03T04:05:06Z".parse()?;
    let (mut read, mut stopped, mut records) = (0_u64, 0_u64, 0_u64);
    let before = cpu_seconds();
    for round in 0..ROUNDS {
        let bytes = &requests[round as usize % requests.len()];
        read += u64::from(Request::read(bytes)?.is_some());
    }
    let reading = cpu_seconds() - before;
    let before = cpu_seconds();
    for round in 0..ROUNDS {
        let bytes = &requests[round as usize % requests.len()];
        // The same requests come again as other mails.
        let now = start + SignedDuration::from_millis(i64::from(round) * 180);
        let Some((request, _)) = Request::read(bytes)? else { continue };
        let mut attempt = Policy::attempt_of(&request);
        attempt.keys = (u64::from(round) + 1, u64::from(round) + 1_000_000_000);
        let answer = policy.attempt(&attempt, now);
        stopped += u64::from(answer.stop.is_some());
        records += answer.records.len() as u64;
    }
    let deciding = cpu_seconds() - before;
    let rate = f64::from(ROUNDS) / 1e6;
    println!("{read} requests read: {:.2} million a CPU second", rate / reading);
    println!(
        "{ROUNDS} decisions, {stopped} mails stopped, {records} counted: {:.2} million a CPU second",
        rate / deciding
    );
    Ok(())
}

/// Seconds that this thread ran on a processor (Linux).
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|word| word.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}
