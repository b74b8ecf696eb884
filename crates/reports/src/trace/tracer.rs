//! The tracer that desk and console use: a report and the mail in it, for somebody who believes the configured hosts.

use jiff::Timestamp;
use model::trace::{Carried, CarriedMail, HeaderTracer, Trace, Traces, TrustedHost};
use serde::{Deserialize, Serialize};

use super::{Believed, evidence, trace_for};
use crate::input::Input;
use crate::mime;

/// The `[trace]` section of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Our own mail servers: hosts, domains with their hosts, addresses, prefixes. Empty: the house of the topmost hop is
    /// assumed to write the truth.
    pub trusted_hosts: Vec<TrustedHost>,
    /// Names under which our mail servers write `Authentication-Results`.
    pub authserv_ids: Vec<String>,
}

/// Traces reports as configured.
#[derive(Debug, Clone, Default)]
pub struct Tracer {
    settings: Settings,
}

impl Tracer {
    /// A tracer that believes the hosts of `settings`.
    pub const fn new(settings: Settings) -> Self {
        Self { settings }
    }

    fn believed<'t>(&'t self, hosts: &'t [TrustedHost], receiver: bool) -> Believed<'t> {
        Believed { hosts, receiver, authserv_ids: &self.settings.authserv_ids }
    }
}

impl HeaderTracer for Tracer {
    fn trace(&self, raw: &[u8], received: Timestamp, trusted: &[TrustedHost]) -> Option<Traces> {
        let hosts: Vec<TrustedHost> = self.settings.trusted_hosts.iter().chain(trusted).cloned().collect();
        let outer = mime::parse(raw)?;
        // We received the report ourselves: what our own servers wrote is known if they are named.
        let mut report = trace_for(&outer, &self.believed(&hosts, hosts.is_empty()), received);
        if let Some(top) = report.hops.iter_mut().find(|hop| hop.received.at.is_some()) {
            top.lag_s = top.received.at.map(|at| received.as_second() - at.as_second());
        }
        // The mail complained about came to somebody else: his house is taken at its word, and so are hosts of ours that it
        // names as its clients.
        let evidence = inner(raw, received, |mail| trace_for(mail, &self.believed(&hosts, true), received));
        Some(Traces { report, evidence })
    }
}

fn inner(raw: &[u8], received: Timestamp, trace: impl Fn(&mime::Mail<'_>) -> Trace) -> Option<CarriedMail> {
    let input = Input::open(raw, received);
    let mail = input.mail.as_ref()?;
    let (carried, mail) = evidence(mail);
    let of = match carried {
        // The report itself, unless somebody passed it on.
        Carried::Whole if input.wrapped.is_none() => return None,
        Carried::Whole => Carried::Attached,
        carried => carried,
    };
    Some(CarriedMail { of, trace: trace(&mail) }).filter(|inner| !inner.trace.hops.is_empty())
}
