//! Whom the results of our own servers vouch for: the domains that a mail surely comes from.

use super::{Standing, Traces};
use crate::findings::Method;

/// What our own servers found of the sender of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vouched {
    /// Nobody looked, or there was nothing to hold on to: neither signature nor policy.
    Unknown,
    /// What was looked at failed: the mail may come from anybody.
    Nobody,
    /// The mail surely comes from these domains.
    For(Vec<String>),
}

impl Vouched {
    /// Whether the domain of `address` is one of these, or belongs to the same organisation.
    pub fn covers(&self, address: &str) -> bool {
        let Self::For(domains) = self else { return false };
        let Some((_, domain)) = address.rsplit_once('@') else { return false };
        domains.iter().any(|one| organisation(one) == organisation(&domain.to_lowercase()))
    }
}

impl Traces {
    /// Whom the believed results of SPF, DKIM and DMARC vouch for as the sender of the report, and what we found ourselves.
    pub fn vouched(&self) -> Vouched {
        let believed = self.report.results.iter().filter(|one| one.standing == Standing::Fact && one.arc.is_none());
        let believed = believed.filter(|one| matches!(one.method.as_str(), "spf" | "dkim" | "dmarc"));
        let stated = believed.map(|one| {
            let domains: Vec<String> = one.about.iter().filter_map(|about| domain_of(about)).collect();
            (one.result.as_str(), domains)
        });
        let own = self.checks.iter().flat_map(|checks| &checks.verdicts).filter(|one| one.method != Method::Arc);
        let own = own.map(|one| (one.result.as_str(), one.domain.iter().cloned().collect()));
        let (mut domains, mut failed) = (Vec::new(), false);
        for (result, about) in stated.chain(own) {
            match result {
                "pass" => domains.extend(about),
                "fail" | "softfail" | "permerror" | "policy" => failed = true,
                _ => {}
            }
        }
        match (domains.is_empty(), failed) {
            (false, _) => Vouched::For(domains),
            (true, true) => Vouched::Nobody,
            (true, false) => Vouched::Unknown,
        }
    }
}

/// The domain that a pass is about: who signed, who sent, who wrote.
fn domain_of(about: &str) -> Option<String> {
    let (property, value) = about.split_once('=')?;
    let known = ["header.d", "header.i", "header.from", "smtp.mailfrom", "smtp.mail", "envelope-from"];
    let value = value.trim_matches(['"', '<', '>', ';']);
    let domain = value.rsplit_once('@').map_or(value, |(_, domain)| domain).trim_end_matches('.').to_lowercase();
    (known.contains(&property) && domain.contains('.')).then_some(domain)
}

/// The registrable domain, or the name itself where there is none.
fn organisation(domain: &str) -> &str {
    psl::domain_str(domain).unwrap_or(domain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Findings, Verdict};
    use crate::trace::{AuthResult, Basis, Ground, Responsible, Trace};

    fn found(results: &[(&str, &str, &str, Standing)]) -> Vouched {
        traces(results).vouched()
    }

    fn traces(results: &[(&str, &str, &str, Standing)]) -> Traces {
        let responsible = Responsible { ground: Ground::Nothing, account: None, address: None, host: None };
        let one = |(method, result, about, standing): &(&str, &str, &str, Standing)| AuthResult {
            server: "mx.example.jp".to_owned(),
            method: (*method).to_owned(),
            result: (*result).to_owned(),
            about: vec![(*about).to_owned()],
            arc: None,
            standing: *standing,
        };
        let results = results.iter().map(one).collect();
        let (hops, clients, accounts) = (Vec::new(), Vec::new(), Vec::new());
        let basis = Basis::Receiver;
        let report = Trace {
            basis,
            facts: 0,
            hops,
            injection: None,
            responsible,
            clients,
            accounts,
            results,
            from: None,
            return_path: None,
        };
        Traces { report, evidence: None, checks: None }
    }

    fn checked(results: &[(Method, &str, &str)]) -> Vouched {
        let one = |(method, result, domain): &(Method, &str, &str)| Verdict {
            method: *method,
            result: (*result).to_owned(),
            domain: Some((*domain).to_owned()),
            selector: None,
            reason: None,
        };
        let checks = Findings { verdicts: results.iter().map(one).collect(), ..Findings::default() };
        Traces { checks: Some(checks), ..traces(&[("spf", "fail", "smtp.mailfrom=x@example.net", Standing::Fact)]) }
            .vouched()
    }

    #[test]
    fn what_we_found_ourselves_counts_as_what_our_servers_say() {
        assert!(checked(&[(Method::Dkim, "pass", "example.co.jp")]).covers("a@example.co.jp"));
        assert_eq!(checked(&[(Method::Dkim, "temperror", "example.co.jp")]), Vouched::Nobody);
        // A chain says who passed the mail on, not who wrote it.
        assert_eq!(checked(&[(Method::Arc, "pass", "example.co.jp")]), Vouched::Nobody);
    }

    #[test]
    fn a_pass_of_our_own_servers_vouches_for_its_domain_and_its_organisation() {
        let spf = found(&[("spf", "pass", "smtp.mailfrom=bounce@mail.example.net", Standing::Fact)]);
        assert!(spf.covers("taro@EXAMPLE.net") && spf.covers("x@mail.example.net"));
        assert!(!spf.covers("taro@example.org") && !spf.covers("nobody") && !spf.covers("x@evilexample.net"));
        let dkim = found(&[
            ("spf", "fail", "smtp.mailfrom=x@list.example.org", Standing::Fact),
            ("dkim", "pass", "header.d=example.co.jp", Standing::Fact),
        ]);
        assert!(dkim.covers("a@example.co.jp") && !dkim.covers("a@other.co.jp"));
    }

    #[test]
    fn what_failed_vouches_for_nobody_and_what_was_not_looked_at_is_not_known() {
        assert_eq!(found(&[]), Vouched::Unknown);
        assert_eq!(found(&[("dkim", "none", "", Standing::Fact)]), Vouched::Unknown);
        assert_eq!(found(&[("dkim", "pass", "header.d=example.net", Standing::Claimed)]), Vouched::Unknown);
        assert_eq!(found(&[("spf", "softfail", "smtp.mailfrom=x@example.net", Standing::Fact)]), Vouched::Nobody);
    }
}
