//! A rule for the reports of one sender: data that a person of the desk writes and the generic reader follows.

use serde::{Deserialize, Serialize};

use crate::category::Category;

/// How to read what one sender writes. It changes how his prose and tables are read; formats that say themselves what they
/// are (XARF, ARF …) are read as they stand, unless the rule says that he never reports anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SenderRule {
    /// Its name: lower case letters, digits and hyphens.
    pub name: String,
    /// Its version; the store counts them.
    #[serde(skip_serializing_if = "is_zero")]
    pub version: i64,
    /// Whose mails: an address, or a domain with everything below it.
    pub from: String,
    /// Only those whose subject fits this regular expression, without regard to case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Only those with this header field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<HeaderMatch>,
    /// Nothing that this sender writes is a report.
    #[serde(skip_serializing_if = "is_false")]
    pub never: bool,
    /// What stands behind these labels, or in columns of these names, is accused, and nothing else.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accuse: Vec<String>,
    /// Lines that begin so are not looked at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<String>,
    /// From a line that begins so to the end of its text nothing is looked at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<String>,
    /// Zone of times that name none: `+09:00`, `JST`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// What this sender reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// A person's words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A header field that a mail must have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeaderMatch {
    /// Its name.
    pub name: String,
    /// What its value holds, without regard to case; empty for any value.
    #[serde(default)]
    pub value: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_zero(version: &i64) -> bool {
    *version == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_false(never: &bool) -> bool {
    !*never
}

/// Which rule a report was read by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRef {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: i64,
}

/// Why a rule cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFault {
    /// The field: `name`, `from`, `subject`, `header`, `accuse`, `ignore`, `stop`, `zone`, `rule`.
    pub field: &'static str,
    /// What stands there, cut.
    pub value: String,
}

impl RuleFault {
    /// A fault in `field`.
    pub fn new(field: &'static str, value: &str) -> Self {
        Self { field, value: value.chars().take(100).collect() }
    }
}

impl SenderRule {
    /// Most rules in force.
    pub const MAX_RULES: usize = 500;
    /// Longest name, in characters.
    pub const MAX_NAME: usize = 60;
    /// Longest regular expression, label or field, in characters.
    pub const MAX_TEXT: usize = 200;
    /// Most labels of a kind.
    pub const MAX_LABELS: usize = 20;

    /// What is wrong with it by itself, without the reader.
    pub fn fault(&self) -> Option<RuleFault> {
        let plain = |text: &str| text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if self.name.is_empty() || self.name.len() > Self::MAX_NAME || !plain(&self.name) {
            return Some(RuleFault::new("name", &self.name));
        }
        let host = self.from.rsplit_once('@').map_or(self.from.as_str(), |(_, host)| host);
        let sender = self.from.len() <= 320 && !self.from.contains(char::is_whitespace) && !self.from.starts_with('@');
        if !sender || !host.contains('.') || host.starts_with('.') || host.ends_with('.') {
            return Some(RuleFault::new("from", &self.from));
        }
        let long = |text: &str| text.chars().count() > Self::MAX_TEXT;
        let (subject, note) = (self.subject.as_deref().unwrap_or_default(), self.note.as_str());
        if let Some(header) = &self.header
            && (header.name.is_empty() || long(&header.name) || long(&header.value))
        {
            return Some(RuleFault::new("header", &header.name));
        }
        for (field, text) in [("subject", subject), ("note", note)] {
            if text.chars().count() > Self::MAX_TEXT * if field == "note" { 10 } else { 1 } {
                return Some(RuleFault::new(field, text));
            }
        }
        for (field, labels) in [("accuse", &self.accuse), ("ignore", &self.ignore), ("stop", &self.stop)] {
            let wrong = labels.iter().find(|label| label.trim().is_empty() || long(label));
            if let Some(label) = wrong.or_else(|| labels.get(Self::MAX_LABELS)) {
                return Some(RuleFault::new(field, label));
            }
        }
        let lists = [&self.accuse, &self.ignore, &self.stop];
        let does =
            self.never || self.zone.is_some() || self.category.is_some() || lists.iter().any(|list| !list.is_empty());
        (!does).then(|| RuleFault::new("rule", &self.name))
    }

    /// Whether it speaks of mails from `address`.
    pub fn is_about(&self, address: &str) -> bool {
        let (from, address) = (self.from.to_ascii_lowercase(), address.trim().to_ascii_lowercase());
        if from.contains('@') {
            return from == address;
        }
        let host = address.rsplit_once('@').map_or("", |(_, host)| host);
        host == from || host.strip_suffix(from.as_str()).is_some_and(|rest| rest.ends_with('.'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(change: impl FnOnce(&mut SenderRule)) -> SenderRule {
        let mut rule = SenderRule {
            name: "noc".to_owned(),
            from: "example.org".to_owned(),
            accuse: vec!["Offender".to_owned()],
            ..SenderRule::default()
        };
        change(&mut rule);
        rule
    }

    #[test]
    fn a_rule_that_cannot_be_meant_is_named_by_its_field() {
        assert_eq!(rule(|_| {}).fault(), None);
        for (change, field) in [
            (Box::new(|r: &mut SenderRule| r.name = "No C".to_owned()) as Box<dyn FnOnce(&mut SenderRule)>, "name"),
            (Box::new(|r: &mut SenderRule| r.from = "@example.org".to_owned()), "from"),
            (Box::new(|r: &mut SenderRule| r.from = "org".to_owned()), "from"),
            (Box::new(|r: &mut SenderRule| r.accuse = vec![" ".to_owned()]), "accuse"),
            (Box::new(|r: &mut SenderRule| r.ignore = vec!["x".to_owned(); 21]), "ignore"),
            (Box::new(|r: &mut SenderRule| r.subject = Some("x".repeat(201))), "subject"),
            (Box::new(|r: &mut SenderRule| r.accuse.clear()), "rule"),
        ] {
            assert_eq!(rule(change).fault().map(|fault| fault.field), Some(field));
        }
    }

    #[test]
    fn a_domain_means_all_below_it_and_an_address_itself() {
        let domain = rule(|_| {});
        assert!(domain.is_about("NOC@Example.org") && domain.is_about("x@mail.example.org"));
        assert!(!domain.is_about("x@badexample.org") && !domain.is_about("example.org"));
        let address = rule(|r| r.from = "noc@example.org".to_owned());
        assert!(address.is_about("noc@EXAMPLE.org") && !address.is_about("soc@example.org"));
    }
}
