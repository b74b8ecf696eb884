//! The policy as data: one TOML file, checked to the last key; a mistake is told with its line and column.

use hashbrown::HashMap;
use jiff::Timestamp;
use model::Lang;
use serde::{Deserialize, Deserializer};

use crate::MailguardError;
use crate::place::Country;
use crate::rules::wrong;
use crate::window::Window;

/// What happens to a mail that a rule stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Refused for good (5xx).
    Refuse,
    /// To be tried again later (4xx).
    Defer,
    /// Taken and kept in the queue until a person lets it go.
    Hold,
}

/// What happens when a mail cannot be counted durably.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Fail {
    /// It passes.
    #[default]
    Open,
    /// It is put off.
    Closed,
}

/// What a quota counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Of {
    /// Mails.
    Mails,
    /// Recipients.
    Recipients,
}

/// When a mail is counted: at each recipient, or once for the whole mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// `smtpd_recipient_restrictions`: each recipient; those of a mail that is then not sent count, too.
    Rcpt,
    /// `smtpd_data_restrictions`.
    #[default]
    Data,
    /// `smtpd_end_of_data_restrictions`.
    EndOfMessage,
}

/// So many in a length of time.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// Its name in answers and logs.
    pub name: String,
    /// What is counted.
    pub of: Of,
    /// So many are allowed.
    pub most: u32,
    /// Within this time.
    pub window: Window,
    /// What happens to the next one.
    #[serde(default = "defer")]
    pub action: Verdict,
    /// What happens when it cannot be counted.
    #[serde(default)]
    pub fail: Fail,
}

/// What a customer has bought.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Its name.
    pub name: String,
    /// Its quotas.
    #[serde(default, rename = "quota")]
    pub quotas: Vec<Quota>,
    /// So many different addresses may use an account within `concurrent_window`.
    pub concurrent: Option<u32>,
    /// The time in which addresses count as being there at once.
    #[serde(default = "minutes")]
    pub concurrent_window: Window,
    /// What happens to uses from one address more.
    #[serde(default = "defer")]
    pub concurrent_action: Verdict,
}

/// A time in which the owner wants to send from abroad.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// From this moment.
    pub from: Timestamp,
    /// Up to this moment.
    pub until: Timestamp,
    /// In these countries; in all if there are none.
    #[serde(default, deserialize_with = "countries")]
    pub countries: Vec<Country>,
}

/// What is said about one account.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Its name, of either case.
    pub name: String,
    /// Its plan; without one, the service's.
    pub plan: Option<String>,
    /// Whether it is locked.
    #[serde(default)]
    pub locked: bool,
    /// What rules locked up to this moment is free again.
    pub released: Option<Timestamp>,
    /// The end of a trial; afterwards nothing can be sent.
    pub trial_until: Option<Timestamp>,
    /// When its owner is abroad.
    #[serde(default, rename = "opening")]
    pub openings: Vec<Opening>,
    /// Language of its owner.
    pub lang: Option<Lang>,
}

/// Uses from some countries or networks are stopped for a while.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceRule {
    /// Its name in answers and logs.
    pub name: String,
    /// These countries.
    #[serde(default, deserialize_with = "countries")]
    pub countries: Vec<Country>,
    /// These networks (AS).
    #[serde(default)]
    pub networks: Vec<u32>,
    /// Up to this moment.
    pub until: Timestamp,
    /// What happens to the mail.
    #[serde(default = "refuse")]
    pub action: Verdict,
}

/// Addresses that are wrong again and again are answered slowly, then not at all. Accounts are never locked by failures.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tarpit {
    /// From so many wrong passwords on, an address waits.
    pub failures: u32,
    /// From so many on, it is refused.
    pub refuse: u32,
    /// Within this time.
    pub window: Window,
    /// So many seconds.
    pub seconds: u8,
}

/// What holds for all.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The plan of accounts that name none; without it, these have no quotas.
    pub plan: Option<String>,
    /// When mails are counted.
    #[serde(default)]
    pub count_at: Stage,
    /// Countries that are not abroad.
    #[serde(default, deserialize_with = "countries")]
    pub home: Vec<Country>,
    /// What happens to mails from abroad without an opening; without it, they pass.
    pub abroad: Option<Verdict>,
    /// A page that explains the answer: `{rule}` and `{lang}` are put in.
    pub link: Option<String>,
    /// Language of accounts that name none.
    #[serde(default)]
    pub lang: Lang,
    /// Whether Japanese answers are written in Japanese: RFC 6531 lets a server do so only where the client speaks SMTPUTF8,
    /// and many clients show rubbish. Without it, they are English with the link in Japanese.
    #[serde(default)]
    pub utf8_answers: bool,
    /// Whether detectors that ask for a lock lock the account on the very request.
    #[serde(default)]
    pub lock_by_rules: bool,
    /// What Dovecot sends as `X-API-Key`; without it, nothing is asked for.
    pub dovecot_key: Option<String>,
    /// How wrong passwords are slowed down.
    pub tarpit: Option<Tarpit>,
}

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What holds for all.
    pub service: Service,
    /// The plans.
    #[serde(default, rename = "plan")]
    pub plans: Vec<Plan>,
    /// Accounts of which something is said.
    #[serde(default, rename = "account")]
    pub accounts: Vec<Account>,
    /// Rules about countries and networks.
    #[serde(default, rename = "place")]
    pub places: Vec<PlaceRule>,
    /// Accounts by name in lower case.
    #[serde(skip)]
    by_name: HashMap<String, usize>,
}

/// Highest number of a quota: every mail of a window is remembered, 16 bytes each.
const MOST: u32 = 100_000;

impl Settings {
    /// Reads a policy file.
    pub fn parse(text: &str) -> Result<Self, MailguardError> {
        let mut settings: Self = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            wrong(text, at, error.message())
        })?;
        if let Some(problem) = settings.problem() {
            return Err(wrong(text, 0, &problem));
        }
        let names = settings.accounts.iter().enumerate().map(|(at, account)| (account.name.to_lowercase(), at));
        settings.by_name = names.collect();
        if settings.by_name.len() < settings.accounts.len() {
            return Err(wrong(text, 0, "two accounts have the same name"));
        }
        Ok(settings)
    }

    fn problem(&self) -> Option<String> {
        let is_plan = |name: &str| self.plans.iter().any(|plan| plan.name == name);
        let plans = self.accounts.iter().filter_map(|account| account.plan.as_ref()).chain(&self.service.plan);
        if let Some(name) = plans.into_iter().find(|name| !is_plan(name)) {
            return Some(format!("there is no plan `{name}`"));
        }
        let mut quotas = self.plans.iter().flat_map(|plan| &plan.quotas);
        if let Some(quota) = quotas.find(|quota| quota.most > MOST) {
            return Some(format!("`most` of `{}` is {}; {MOST} is the limit", quota.name, quota.most));
        }
        if self.plans.iter().any(|plan| plan.quotas.len() > 16 || plan.concurrent.is_some_and(|most| most > 1000)) {
            return Some("a plan has at most 16 quotas, and `concurrent` is at most 1000".to_owned());
        }
        let names = self.plans.iter().flat_map(|plan| &plan.quotas).map(|quota| &quota.name);
        let names = names.chain(self.places.iter().map(|rule| &rule.name));
        let plain =
            |name: &String| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if let Some(name) = names.into_iter().find(|name| !plain(name)) {
            return Some(format!("the name `{name}` is to be made of letters, digits and `-`"));
        }
        (self.service.abroad.is_some() && self.service.home.is_empty())
            .then(|| "with `abroad`, `home` names the countries that are not".to_owned())
    }

    /// What is said about an account, by its name in lower case.
    pub fn account(&self, name: &str) -> Option<&Account> {
        self.by_name.get(name).and_then(|at| self.accounts.get(*at))
    }

    /// The plan of an account.
    pub fn plan(&self, account: Option<&Account>) -> Option<&Plan> {
        let name = account.and_then(|account| account.plan.as_ref()).or(self.service.plan.as_ref())?;
        self.plans.iter().find(|plan| plan.name == *name)
    }
}

const fn defer() -> Verdict {
    Verdict::Defer
}

const fn refuse() -> Verdict {
    Verdict::Refuse
}

const fn minutes() -> Window {
    Window::minutes(10)
}

fn countries<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Country>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    let country = |name: String| {
        Country::new(&name).ok_or_else(|| serde::de::Error::custom(format!("`{name}` is no country; write JP")))
    };
    names.into_iter().map(country).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_holds_and_mistakes_are_told_with_their_place() {
        let settings = Settings::parse(crate::policy::EXAMPLE).unwrap();
        assert!(settings.plan(None).is_some() && settings.account("taro@example.com").is_some());
        for (text, line, said) in [
            ("[service]\nplan = \"x\"\n", 1, "no plan `x`"),
            ("[service]\nplam = \"x\"\n", 2, "unknown field"),
            ("[service]\nabroad = \"refuse\"\n", 1, "`home`"),
            ("[service]\nhome = [\"Japan\"]\n", 2, "no country"),
            ("[service]\n[[account]]\nname = \"A\"\n[[account]]\nname = \"a\"\n", 1, "two accounts"),
            ("[service]\n[[place]]\nname = \"a b\"\nuntil = \"2026-01-01T00:00:00Z\"\n", 1, "letters"),
        ] {
            let Err(MailguardError::Rules { line: l, problem, .. }) = Settings::parse(text) else { panic!("{text}") };
            assert!(problem.contains(said) && l == line, "{l} {problem}");
        }
    }
}
