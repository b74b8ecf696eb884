//! The tracer that desk and console use: a report and the mail in it, for somebody who believes the configured hosts.

use jiff::Timestamp;
use model::trace::{Carried, CarriedMail, HeaderTracer, Traces, TrustedHost};
use serde::{Deserialize, Serialize};

use super::{Believed, evidence, trace_for};
use crate::input::Input;
use crate::mime::{self, Mail};

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
        let way =
            |of, mail: &Mail<'_>| CarriedMail { of, trace: trace_for(mail, &self.believed(&hosts, true), received) };
        let evidence = inner(raw, received, way).filter(|inner| !inner.trace.hops.is_empty());
        Some(Traces { report, evidence, checks: None })
    }

    fn attached(&self, raw: &[u8], received: Timestamp) -> Option<Vec<u8>> {
        let whole = |of, mail: &Mail<'_>| (of == Carried::Attached).then(|| mail.raw.as_ref().map(|raw| raw.to_vec()));
        inner(raw, received, whole)??
    }
}

/// The mail that a report complains about, for `look`.
fn inner<T>(raw: &[u8], received: Timestamp, look: impl FnOnce(Carried, &Mail<'_>) -> T) -> Option<T> {
    let input = Input::open(raw, received);
    let (carried, mail) = evidence(input.mail.as_ref()?);
    let of = match carried {
        // The report itself, unless somebody passed it on.
        Carried::Whole if input.wrapped.is_none() => return None,
        Carried::Whole => Carried::Attached,
        carried => carried,
    };
    Some(look(of, &mail))
}
