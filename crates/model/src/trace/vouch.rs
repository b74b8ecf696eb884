//! Whom the results of our own servers vouch for: the domains that a mail surely comes from.

use super::{Standing, Trace};

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

impl Trace {
    /// Whom the believed results of SPF, DKIM and DMARC vouch for.
    pub fn vouched(&self) -> Vouched {
        let believed = self.results.iter().filter(|one| one.standing == Standing::Fact && one.arc.is_none());
        let (mut domains, mut failed) = (Vec::new(), false);
        for one in believed.filter(|one| matches!(one.method.as_str(), "spf" | "dkim" | "dmarc")) {
            match one.result.as_str() {
                "pass" => domains.extend(one.about.iter().filter_map(|about| domain_of(about))),
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
    use crate::trace::{AuthResult, Basis, Ground, Responsible};

    fn found(results: &[(&str, &str, &str, Standing)]) -> Vouched {
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
        Trace {
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
        }
        .vouched()
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
