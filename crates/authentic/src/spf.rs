//! SPF (RFC 7208) over kept answers: `check_host` with the grammar and the macros of mail-auth. Its own evaluation asks the
//! network for `exists` and cannot be told of an answer that is no record, so it cannot be repeated later.

use std::cell::RefCell;
use std::net::IpAddr;

use mail_auth::common::parse::TxtRecordParser;
use mail_auth::spf::{Macro, Mechanism, Qualifier, Spf, Variables};
use model::findings::{Answer, Answers, Outcome, Question, RecordType};

/// Mechanisms and modifiers of one check that may ask (RFC 7208, section 4.6.4).
const MAX_LOOKUPS: usize = 10;
/// Answers without a record before the policy counts as broken (section 4.6.4).
const MAX_VOID: usize = 2;
/// Names of one mail exchanger list or of one address that are looked at (section 4.6.4).
const MAX_NAMES: usize = 10;

/// A result of RFC 7208, section 2.6, that ends a check early.
pub(crate) type Ended = &'static str;

/// One check while it runs.
pub(crate) struct Check<'c> {
    /// The answers there are.
    answers: &'c Answers,
    /// What must still be asked.
    missing: &'c RefCell<Vec<Question>>,
    ip: IpAddr,
    sender: String,
    helo: &'c str,
    lookups: usize,
    void: usize,
}

impl<'c> Check<'c> {
    pub(crate) fn new(
        answers: &'c Answers,
        missing: &'c RefCell<Vec<Question>>,
        ip: IpAddr,
        sender: &str,
        helo: &'c str,
    ) -> Self {
        Self { answers, missing, ip: ip.to_canonical(), sender: sender.to_owned(), helo, lookups: 0, void: 0 }
    }

    /// The result for `domain`. One that is open because an answer is missing is `temperror`.
    pub(crate) fn host(&mut self, domain: &str) -> Ended {
        if domain.is_empty() || domain.len() > 253 || !domain.contains('.') {
            return "none";
        }
        self.policy(domain, 0).unwrap_or_else(|ended| ended)
    }

    fn policy(&mut self, domain: &str, depth: usize) -> Result<Ended, Ended> {
        // Bounded by the count of look-ups besides.
        if depth > MAX_LOOKUPS {
            return Err("permerror");
        }
        let Some(policy) = self.record(domain)? else { return Ok("none") };
        for directive in &policy.directives {
            if self.matches(domain, &directive.mechanism, depth)? {
                return Ok(match directive.qualifier {
                    Qualifier::Pass => "pass",
                    Qualifier::Fail => "fail",
                    Qualifier::SoftFail => "softfail",
                    Qualifier::Neutral => "neutral",
                });
            }
        }
        let Some(redirect) = &policy.redirect else { return Ok("neutral") };
        self.count()?;
        let target = self.expand(redirect, domain)?;
        match self.policy(&target, depth + 1)? {
            "none" => Err("permerror"),
            result => Ok(result),
        }
    }

    /// The one policy of a domain (section 4.5).
    fn record(&mut self, domain: &str) -> Result<Option<Spf>, Ended> {
        let answer = self.ask(&Question::new(domain, RecordType::Txt))?;
        let is_policy = |text: &&String| {
            let head = text.get(..6).unwrap_or_default();
            head.eq_ignore_ascii_case("v=spf1") && text.as_bytes().get(6).is_none_or(|byte| *byte == b' ')
        };
        let mut policies = answer.data.iter().filter(is_policy);
        let Some(text) = policies.next() else { return Ok(None) };
        if policies.next().is_some() {
            return Err("permerror");
        }
        Spf::parse(text.as_bytes()).map(Some).map_err(|_| "permerror")
    }

    fn matches(&mut self, domain: &str, mechanism: &Mechanism, depth: usize) -> Result<bool, Ended> {
        match mechanism {
            Mechanism::All => Ok(true),
            Mechanism::Ip4 { addr, mask } => Ok(within(self.ip, (*addr).into(), *mask, u128::MAX)),
            Mechanism::Ip6 { addr, mask } => Ok(within(self.ip, (*addr).into(), u32::MAX, *mask)),
            Mechanism::A { macro_string, ip4_mask, ip6_mask } => {
                self.count()?;
                let name = self.expand(macro_string, domain)?;
                self.has_address(&name, *ip4_mask, *ip6_mask)
            }
            Mechanism::Mx { macro_string, ip4_mask, ip6_mask } => {
                self.count()?;
                let name = self.expand(macro_string, domain)?;
                let hosts = self.names(&Question::new(&name, RecordType::Mx))?;
                if hosts.len() > MAX_NAMES {
                    return Err("permerror");
                }
                for host in hosts {
                    let host = host.split_once(' ').map_or(host.as_str(), |(_, host)| host);
                    if self.has_address(host, *ip4_mask, *ip6_mask)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Mechanism::Include { macro_string } => {
                self.count()?;
                let name = self.expand(macro_string, domain)?;
                match self.policy(&name, depth + 1)? {
                    "pass" => Ok(true),
                    "none" => Err("permerror"),
                    _ => Ok(false),
                }
            }
            Mechanism::Ptr { macro_string } => {
                self.count()?;
                let below = self.expand(macro_string, domain)?.to_lowercase();
                let name = self.validated(&below)?;
                Ok(name.is_some_and(|name| is_below(&name, &below)))
            }
            Mechanism::Exists { macro_string } => {
                self.count()?;
                let name = self.expand(macro_string, domain)?;
                Ok(!self.names(&Question::new(&name, RecordType::A))?.is_empty())
            }
        }
    }

    /// The name of the client that leads back to its address, one below `domain` before others (section 5.5).
    fn validated(&mut self, domain: &str) -> Result<Option<String>, Ended> {
        let mut names = self.names(&Question::of_address(self.ip))?;
        names.truncate(MAX_NAMES);
        names.sort_by_key(|name| !is_below(name, domain));
        for name in names {
            if self.has_address(&name, u32::MAX, u128::MAX)? {
                return Ok(Some(name.trim_end_matches('.').to_owned()));
            }
        }
        Ok(None)
    }

    fn has_address(&mut self, name: &str, ip4_mask: u32, ip6_mask: u128) -> Result<bool, Ended> {
        let kind = if self.ip.is_ipv4() { RecordType::A } else { RecordType::Aaaa };
        let ip = self.ip;
        let found = self.names(&Question::new(name, kind))?;
        Ok(found.iter().filter_map(|text| text.parse().ok()).any(|one| within(ip, one, ip4_mask, ip6_mask)))
    }

    fn names(&mut self, question: &Question) -> Result<Vec<String>, Ended> {
        let answer = self.ask(question)?;
        if answer.data.is_empty() {
            self.void += 1;
            if self.void > MAX_VOID {
                return Err("permerror");
            }
        }
        Ok(answer.data.clone())
    }

    fn ask(&self, question: &Question) -> Result<&'c Answer, Ended> {
        let Some(answer) = self.answers.get(question) else {
            self.missing.borrow_mut().push(question.clone());
            return Err("temperror");
        };
        if matches!(answer.outcome, Outcome::Failed | Outcome::TooMany) { Err("temperror") } else { Ok(answer) }
    }

    fn count(&mut self) -> Result<(), Ended> {
        self.lookups += 1;
        if self.lookups > MAX_LOOKUPS { Err("permerror") } else { Ok(()) }
    }

    fn expand(&mut self, text: &Macro, domain: &str) -> Result<String, Ended> {
        let validated = if text.needs_ptr() { self.validated(domain)? } else { None };
        let mut vars = Variables::new();
        vars.set_ip(&self.ip);
        vars.set_sender(self.sender.clone().into_bytes());
        vars.set_domain(domain.to_owned().into_bytes());
        vars.set_helo_domain(self.helo.to_owned().into_bytes());
        vars.set_validated_domain(validated.unwrap_or_else(|| "unknown".to_owned()).into_bytes());
        let name = text.eval(&vars, domain, false).into_owned();
        // Section 7.3: what is too long loses labels from the left.
        let cut = name.len().saturating_sub(253);
        let from =
            if cut == 0 { 0 } else { name.get(cut..).and_then(|rest| rest.find('.')).map_or(cut, |at| cut + at + 1) };
        Ok(name.get(from..).unwrap_or_default().to_owned())
    }
}

fn is_below(name: &str, domain: &str) -> bool {
    let (name, domain) = (name.trim_end_matches('.').to_lowercase(), domain.trim_end_matches('.'));
    name.strip_suffix(domain).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// Whether two addresses of one family agree under its mask.
fn within(one: IpAddr, other: IpAddr, ip4_mask: u32, ip6_mask: u128) -> bool {
    match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => one.to_bits() & ip4_mask == other.to_bits() & ip4_mask,
        (IpAddr::V6(one), IpAddr::V6(other)) => one.to_bits() & ip6_mask == other.to_bits() & ip6_mask,
        _ => false,
    }
}
