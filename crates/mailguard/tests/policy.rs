//! The policy as Postfix asks it: every rule once, and the quotas against a plain list of moments.

use jiff::{SignedDuration, Timestamp};
use mailguard::place::{Country, Nowhere, Place, Places};
use mailguard::policy::{Answer, Policy, Record, Request, Settings, Verdict, Why};
use mailguard::{DEFAULT, Guard, Rules};
use proptest::prelude::*;

/// The second octet of the address is the number of its country.
struct Planet;

impl Places for Planet {
    fn place(&self, address: std::net::IpAddr) -> Place {
        let std::net::IpAddr::V4(v4) = address else { return Place::default() };
        let octet = v4.octets()[1];
        let code = if octet == 0 { "JP".to_owned() } else { format!("{}{}", 'A', char::from(b'A' + octet % 26)) };
        Place { country: Country::new(&code), network: 64_496 + u32::from(octet), spot: None }
    }
}

fn policy(settings: &str) -> Policy {
    Policy::new(Settings::parse(settings).expect("settings"), Box::new(Planet), None)
}

fn start() -> Timestamp {
    "2026-02-03T04:05:06Z".parse().expect("a moment")
}

/// A request of one mail.
fn request(state: &str, account: &str, address: &str, recipients: u32, mail: u32) -> Vec<u8> {
    format!(
        "request=smtpd_access_policy\nprotocol_state={state}\nclient_address={address}\nclient_port=40000\nrecipient=\nrecipient_count={recipients}\nsasl_username={account}\ninstance=1a.{mail:x}.0\n\n"
    )
    .into_bytes()
}

fn ask(policy: &mut Policy, bytes: &[u8], now: Timestamp) -> Answer {
    let (request, _) = Request::read(bytes).expect("a request").expect("a whole one");
    policy.ask(&request, now)
}

fn data(policy: &mut Policy, account: &str, address: &str, mail: u32, now: Timestamp) -> Option<(Verdict, Why)> {
    ask(policy, &request("DATA", account, address, 1, mail), now).stop
}

const QUOTAS: &str = r#"
[service]
plan = "p"
[[plan]]
name = "p"
[[plan.quota]]
name = "mails"
of = "mails"
most = 4
window = "10m"
[[plan.quota]]
name = "recipients"
of = "recipients"
most = 20
window = "1h"
"#;

/// The model: every mail that was allowed, to how many, and when; what is older than the longest window is gone for good.
#[derive(Default)]
struct Model {
    /// The moment as it was, and as it is now seen: what lies in the future is moved to the present.
    sent: Vec<(i64, Option<i64>, u32)>,
}

impl Model {
    fn look(sent: &mut [(i64, Option<i64>, u32)], now: i64) {
        for (_, at, _) in sent {
            *at = at.map(|at| at.min(now)).filter(|at| *at > now - 3_600_000_000);
        }
    }

    fn allows(&mut self, now: i64, recipients: u32) -> bool {
        Self::look(&mut self.sent, now);
        let within =
            |window: i64| self.sent.iter().filter(move |(_, at, _)| at.is_some_and(|at| at > now - window * 1_000_000));
        let allowed = within(600).count() < 4 && within(3600).map(|(.., count)| count).sum::<u32>() + recipients <= 20;
        if allowed {
            self.sent.push((now, Some(now), recipients));
        }
        allowed
    }

    /// What a reader of the records knows: the moments of the mails, in the order in which they were sent.
    fn restart(&mut self) {
        for index in 0..self.sent.len() {
            let now = self.sent[index].0;
            self.sent[index].1 = Some(now);
            Self::look(&mut self.sent[..index], now);
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Mail(u32),
    /// The same request again, as Postfix does when the connection breaks.
    Again,
    Wait(u32),
    /// The clock is set.
    Clock(i32),
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (1_u32..9).prop_map(Step::Mail),
        1 => Just(Step::Again),
        5 => (0_u32..400).prop_map(Step::Wait),
        1 => (-2000_i32..0).prop_map(Step::Clock),
        1 => Just(Step::Restart),
    ];
    proptest::collection::vec(step, 1..80)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn quotas_are_exact_to_one_mail_over_restarts_and_clock_steps(steps in steps()) {
        let mut served = policy(QUOTAS);
        let (mut model, mut journal) = (Model::default(), String::new());
        let (mut now, mut mail, mut last) = (start(), 0_u32, None);
        for step in steps {
            match step {
                Step::Mail(recipients) => {
                    mail += 1;
                    let bytes = request("DATA", "taro", "192.0.2.1", recipients, mail);
                    let answer = ask(&mut served, &bytes, now);
                    let allowed = model.allows(now.as_microsecond(), recipients);
                    prop_assert_eq!(answer.stop.is_none(), allowed, "mail {} at {}", mail, now);
                    prop_assert_eq!(!answer.records.is_empty(), allowed);
                    answer.records.iter().for_each(|record| record.write(&mut journal));
                    last = allowed.then_some(bytes);
                }
                Step::Again => {
                    if let Some(bytes) = &last {
                        let answer = ask(&mut served, bytes, now);
                        prop_assert!(answer.stop.is_none() && answer.records.is_empty(), "counted twice");
                        Model::look(&mut model.sent, now.as_microsecond());
                    }
                }
                Step::Wait(seconds) => now += SignedDuration::from_secs(i64::from(seconds)),
                Step::Clock(seconds) => now += SignedDuration::from_secs(i64::from(seconds)),
                Step::Restart => {
                    served = policy(QUOTAS);
                    // The last line was being written when the process was killed.
                    let torn = format!("{journal}used 17700");
                    let lines = torn.lines().filter_map(Record::read);
                    lines.for_each(|record| served.replay(&record));
                    model.restart();
                }
            }
        }
        // A snapshot gives the same counters as the whole journal.
        let mut compact = policy(QUOTAS);
        served.records().iter().for_each(|record| compact.replay(record));
        let bytes = request("DATA", "taro", "192.0.2.1", 1, mail + 1);
        prop_assert_eq!(ask(&mut compact, &bytes, now).stop, ask(&mut served, &bytes, now).stop);
    }
}

#[test]
fn recipients_are_counted_one_by_one_where_the_policy_says_so_and_a_mail_once() {
    let text = QUOTAS.replace("plan = \"p\"", "plan = \"p\"\ncount_at = \"rcpt\"").replace("most = 20", "most = 7");
    let mut served = policy(&text);
    let rcpt = |mail: u32, number: u32| {
        let text = request("RCPT", "taro", "192.0.2.1", 0, mail);
        String::from_utf8(text).expect("text").replace("recipient=\n", &format!("recipient=r{number}@example.org\n"))
    };
    for (mail, number) in [(1, 1), (1, 2), (1, 2), (1, 3), (2, 1), (2, 2), (3, 1), (3, 2)] {
        assert_eq!(ask(&mut served, rcpt(mail, number).as_bytes(), start()).stop, None, "{mail} {number}");
    }
    let stop = ask(&mut served, rcpt(3, 3).as_bytes(), start()).stop;
    assert!(matches!(&stop, Some((Verdict::Defer, Why::Quota { name, .. })) if name == "recipients"), "{stop:?}");
    // At DATA nothing is counted again.
    assert_eq!(ask(&mut served, &request("DATA", "taro", "192.0.2.1", 2, 1), start()).records, []);
}

#[test]
fn places_openings_locks_and_trials_are_judged_by_their_dates() {
    let mut served = policy(
        r#"
[service]
home = ["JP"]
abroad = "refuse"
[[account]]
name = "Taro@example.com"
[[account.opening]]
from = "2026-02-01T00:00:00Z"
until = "2026-02-10T00:00:00Z"
countries = ["AB"]
[[account]]
name = "locked@example.com"
locked = true
[[account]]
name = "trial@example.com"
trial_until = "2026-02-04T00:00:00Z"
[[place]]
name = "wave"
networks = [64499]
until = "2026-02-05T00:00:00Z"
action = "hold"
"#,
    );
    let later = start() + SignedDuration::from_hours(24 * 8);
    let rule = |stop: Option<(Verdict, Why)>| stop.map(|(verdict, why)| (verdict, why.rule().to_owned()));
    let refused = |rule: &str| Some((Verdict::Refuse, rule.to_owned()));
    for (account, address, now, wanted) in [
        ("taro@example.com", "10.0.0.1", start(), None),
        ("taro@example.com", "198.0.2.1", start(), None),
        ("taro@example.com", "198.1.2.1", start(), None),
        ("taro@example.com", "198.1.2.1", later, refused("abroad")),
        ("taro@example.com", "198.2.2.1", start(), refused("abroad")),
        ("taro@example.com", "2001:db8::1", start(), None),
        ("other@example.com", "198.1.2.1", start(), refused("abroad")),
        ("other@example.com", "198.3.2.1", start(), Some((Verdict::Hold, "wave".to_owned()))),
        ("other@example.com", "198.3.2.1", later, refused("abroad")),
        ("LOCKED@example.com", "198.0.2.1", start(), refused("locked")),
        ("trial@example.com", "198.0.2.1", start(), None),
        ("trial@example.com", "198.0.2.1", later, refused("trial")),
    ] {
        assert_eq!(rule(data(&mut served, account, address, 1, now)), wanted, "{account} {address} {now}");
    }
}

#[test]
fn too_many_addresses_at_once_are_put_off_and_come_in_when_others_have_gone() {
    let mut served = policy("[service]\nplan = \"p\"\n[[plan]]\nname = \"p\"\nconcurrent = 2\n");
    let mut from = |address: &str, minutes: i64| {
        data(&mut served, "taro", address, 1, start() + SignedDuration::from_mins(minutes)).is_none()
    };
    assert!(from("192.0.2.1", 0) && from("2001:db8::1", 5) && from("2001:db8::2", 5));
    assert!(!from("192.0.2.3", 6), "a third address");
    assert!(from("192.0.2.1", 7) && from("192.0.2.3", 16), "the second one has gone");
}

#[test]
fn the_request_that_shows_the_tenth_country_is_refused_and_a_release_lets_the_owner_in_again() {
    let settings = "[service]\nlock_by_rules = true\n";
    let guard = || Some(Guard::new(Rules::parse(DEFAULT).expect("rules"), Box::new(Planet)));
    let mut served = Policy::new(Settings::parse(settings).expect("settings"), Box::new(Nowhere), guard());
    let mut kept = Vec::new();
    for country in 1..=10_u32 {
        let now = start() + SignedDuration::from_mins(i64::from(country));
        let bytes = request("RCPT", "taro", &format!("198.{country}.2.1"), 0, country);
        let answer = ask(&mut served, &bytes, now);
        assert_eq!(answer.stop.is_some(), country == 10, "{country}");
        kept.extend(answer.records);
    }
    // It stays locked over a restart.
    let mut served = Policy::new(Settings::parse(settings).expect("settings"), Box::new(Nowhere), guard());
    for record in &kept {
        served.replay(record);
    }
    let now = start() + SignedDuration::from_hours(1);
    let stop = data(&mut served, "TARO", "198.0.2.1", 99, now);
    assert!(matches!(stop, Some((Verdict::Refuse, Why::Locked(Some(_))))), "{stop:?}");
    let released = format!("{settings}[[account]]\nname = \"taro\"\nreleased = \"{now}\"\n");
    served.replace(Settings::parse(&released).expect("settings"));
    assert_eq!(data(&mut served, "taro", "198.0.2.1", 100, now), None);
}

#[test]
fn an_address_that_tries_passwords_waits_then_is_refused_and_accounts_are_left_alone() {
    let mut served = policy("[service]\n[service.tarpit]\nfailures = 3\nrefuse = 6\nwindow = \"10m\"\nseconds = 5\n");
    let address = "198.51.100.7".parse().expect("an address");
    let patience: Vec<i16> = (0..7)
        .map(|_| {
            let before = served.patience(address, start());
            served.failed(address, start());
            before
        })
        .collect();
    assert_eq!(patience, [0, 0, 0, 5, 5, 5, -1]);
    assert_eq!(served.patience(address, start() + SignedDuration::from_mins(10)), 0);
    assert_eq!(data(&mut served, "taro", "198.51.100.7", 1, start()), None);
}
