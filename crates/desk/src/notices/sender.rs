//! To whom an answer may go by itself: somebody may write anything into a mail, and whoever answers what he wrote sends mail
//! to people who never asked for it (backscatter).
//!
//! A mail that was passed on says who first reported it; that is a claim of the one who passed it on, who gets the answer.
//! Where our own mail servers say whom a mail comes from, only that domain is answered. Where they say nothing, the reporter
//! is answered as he names himself.

use model::trace::{Traces, Vouched};

use super::policy::Silence;

/// Doors through which mails of strangers come.
const MAIL_DOORS: &[&str] = &["lmtp", "smtp", "maildir", "mbox", "file", "stdin"];

/// Where an answer goes instead of to the reporter, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Instead {
    /// The address.
    pub(super) to: String,
    /// `answer-forwarder` or `answer-author`: a word of the catalogue (`reason-…`).
    pub(super) why: &'static str,
}

/// Why nobody is answered, as a word of the catalogue.
pub(super) const UNVOUCHED: &str = "answer-unvouched";

/// Decides who is answered for a report that came through `door`: the reporter, somebody else, or nobody. `forwarder` passed
/// the report on.
pub(super) fn whom(
    door: &str,
    traces: Option<&Traces>,
    reporter: &str,
    forwarder: Option<&str>,
) -> Result<Option<Instead>, Silence> {
    let Some(traces) = traces.filter(|_| MAIL_DOORS.contains(&door)) else { return Ok(None) };
    let vouched = traces.vouched();
    let forwarder = forwarder.filter(|address| !address.eq_ignore_ascii_case(reporter));
    let passed_on = forwarder.map(|to| Instead { to: to.to_owned(), why: "answer-forwarder" });
    match (&vouched, passed_on) {
        (Vouched::Unknown, passed_on) => Ok(passed_on),
        (Vouched::For(_), Some(instead)) if vouched.covers(&instead.to) => Ok(Some(instead)),
        (Vouched::Nobody, _) | (Vouched::For(_), Some(_)) => Err(Silence::Unvouched),
        (Vouched::For(_), None) if vouched.covers(reporter) => Ok(None),
        (Vouched::For(_), None) => {
            // Answers were to go elsewhere (Reply-To, a field of the report): only who surely wrote is answered.
            let author = traces.report.from.as_deref().map(bare).filter(|author| vouched.covers(author));
            author.map(|to| Some(Instead { to, why: "answer-author" })).ok_or(Silence::Unvouched)
        }
    }
}

/// The address in a From field.
fn bare(from: &str) -> String {
    let inner = from.rsplit_once('<').map_or(from, |(_, rest)| rest.split('>').next().unwrap_or(rest));
    inner.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use model::trace::HeaderTracer;

    use super::*;

    fn decide(results: &str, from: &str, reporter: &str, forwarder: Option<&str>) -> Result<Option<Instead>, Silence> {
        let mail = format!(
            "Authentication-Results: mx.example.jp; {results}\r\n\
             Received: from a.example.net (a.example.net [198.51.100.7]) by mx.example.jp (Postfix) with ESMTP id 1; \
             Sun, 22 Nov 2026 12:00:00 +0900\r\n\
             Authentication-Results: mx.example.jp; dkim=pass header.d=victim.example\r\nFrom: {from}\r\n\r\nx\r\n"
        );
        let way = reports::trace::Tracer::default().trace(mail.as_bytes(), jiff::Timestamp::UNIX_EPOCH, &[]);
        whom("lmtp", way.as_ref(), reporter, forwarder)
    }

    fn to(address: &str, why: &'static str) -> Instead {
        Instead { to: address.to_owned(), why }
    }

    #[test]
    fn only_those_who_surely_wrote_are_answered() {
        let pass = "dkim=pass header.d=example.net; spf=pass smtp.mailfrom=x@example.net";
        for (results, reporter, forwarder, wanted) in [
            (pass, "taro@example.net", None, Ok(None)),
            (pass, "taro@mail.example.net", None, Ok(None)),
            // Answers were to go to somebody who did not write.
            (pass, "victim@victim.example", None, Ok(Some(to("taro@example.net", "answer-author")))),
            // Passed on: the first reporter is a claim, even if his name is right.
            (
                pass,
                "victim@victim.example",
                Some("taro@example.net"),
                Ok(Some(to("taro@example.net", "answer-forwarder"))),
            ),
            (pass, "hana@example.net", Some("taro@example.net"), Ok(Some(to("taro@example.net", "answer-forwarder")))),
            (pass, "taro@example.net", Some("victim@victim.example"), Err(Silence::Unvouched)),
            ("spf=fail smtp.mailfrom=x@example.net", "taro@example.net", None, Err(Silence::Unvouched)),
            ("spf=softfail; dkim=none", "taro@example.net", Some("x@example.net"), Err(Silence::Unvouched)),
            // Nothing to hold on to: as he names himself, or the one who passed it on.
            ("spf=none; dkim=none", "taro@example.net", None, Ok(None)),
            ("none", "taro@example.net", None, Ok(None)),
            ("none", "victim@victim.example", Some("x@example.net"), Ok(Some(to("x@example.net", "answer-forwarder")))),
        ] {
            assert_eq!(decide(results, "Taro <taro@example.net>", reporter, forwarder), wanted, "{results} {reporter}");
        }
        let elsewhere = decide("dkim=pass header.d=mailer.example", "taro@example.net", "taro@example.net", None);
        assert_eq!(elsewhere, Err(Silence::Unvouched), "somebody else's signature");
    }

    #[test]
    fn reports_that_are_no_mails_of_strangers_are_answered_as_before() {
        assert_eq!(whom("form", None, "taro@example.net", None), Ok(None));
        assert_eq!(whom("lmtp", None, "taro@example.net", Some("x@example.net")), Ok(None));
    }
}
