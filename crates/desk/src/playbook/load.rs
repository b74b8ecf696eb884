//! Reading and checking a playbook: what is wrong, where, and how to mend it.

use std::collections::BTreeSet;

use model::calendar::Calendar;
use model::{CaseState, CauseClass, Exit, MeasureKind};

use super::rule::{Playbook, Rule, When};
use crate::DeskError;

/// The playbook that the program brings.
pub const DEFAULT: &str = include_str!("../../playbooks/default.toml");

/// Most rules of one playbook; each decision walks them.
const MAX_RULES: usize = 500;
/// Longest text.
const MAX_BYTES: usize = 1 << 20;

impl Playbook {
    /// Reads and checks a playbook. `name` is for the error alone.
    pub fn parse(name: &str, body: &str) -> Result<Self, DeskError> {
        let fail = |place: String, why: String| DeskError::Playbook { name: name.to_owned(), place, why };
        if body.len() > MAX_BYTES {
            return Err(fail("the whole text".to_owned(), format!("it is longer than {MAX_BYTES} bytes; shorten it")));
        }
        let playbook: Self = toml::from_str(body).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(body, span.start));
            fail(
                format!("line {line}"),
                format!("{}; see the reference of playbooks for the words that it knows", error.message()),
            )
        })?;
        let mut seen = BTreeSet::new();
        for (index, rule) in playbook.rule.iter().enumerate() {
            let last = index + 1 == playbook.rule.len();
            let problem = problem_of(rule, last).or_else(|| {
                (!seen.insert(rule.id.clone())).then(|| "another rule has this id; give each its own".to_owned())
            });
            if let Some(why) = problem {
                let line = line_of_rule(body, index);
                return Err(fail(format!("rule `{}` (line {line})", rule.id), why));
            }
        }
        let whole = if playbook.rule.is_empty() {
            Some("it has no rule; end with one that has no `when`, so that every case is decided".to_owned())
        } else if playbook.rule.len() > MAX_RULES {
            Some(format!("it has more than {MAX_RULES} rules; join some"))
        } else {
            playbook.calendar().err()
        };
        whole.map_or(Ok(playbook), |why| Err(fail("the whole text".to_owned(), why)))
    }

    /// The playbook that the program brings.
    pub fn built_in() -> Result<Self, DeskError> {
        Self::parse("default", DEFAULT)
    }

    /// [`Playbook::calendar`] of a playbook that was checked.
    pub(crate) fn working_days(&self) -> Result<Calendar, DeskError> {
        self.calendar().map_err(|why| DeskError::Playbook { name: self.name.clone(), place: "closed".to_owned(), why })
    }

    /// The calendar by which its deadlines are counted.
    pub fn calendar(&self) -> Result<Calendar, String> {
        if let Some((month, day)) =
            self.closed.iter().find(|(month, day)| !(1..=12).contains(month) || !(1..=31).contains(day))
        {
            return Err(format!("`closed` names month {month}, day {day}, which is no day; write [month, day]"));
        }
        if self.closed.len() > 120 {
            return Err("`closed` names more than 120 days; a desk that is never open has no deadlines".to_owned());
        }
        Calendar::new("Asia/Tokyo", &self.closed).map_err(|error| error.to_string())
    }
}

/// What is wrong with one rule.
fn problem_of(rule: &Rule, last: bool) -> Option<String> {
    let then = &rule.then;
    let id_fits = !rule.id.is_empty()
        && rule.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    let catches_all = rule.when == When::default();
    let closes = then.state == CaseState::Closed;
    let only_deliberate = rule.when.cause.as_deref() == Some(&[CauseClass::Deliberate]);
    let problems = [
        (!id_fits, "its id may hold lower case letters, digits and hyphens only".to_owned()),
        (catches_all && !last, "it has no `when`, so no rule after it can ever decide; move it to the end".to_owned()),
        (!catches_all && last, "the last rule must have no `when`, so that every case is decided; add one".to_owned()),
        (closes && then.exit.is_none(), "it closes the case without `exit`; say how it ended".to_owned()),
        (!closes && then.exit.is_some(), "`exit` needs `state = \"closed\"`".to_owned()),
        (then.exit == Some(Exit::Merged), "no rule can merge cases; take another exit".to_owned()),
        (
            closes && (then.notice.is_some() || !then.measures.is_empty()),
            "a closed case has no notices and no measures; leave them out or leave it open".to_owned(),
        ),
        (then.days.is_some() && then.business_days.is_some(), "take either `days` or `business-days`".to_owned()),
        (
            then.severity_at_least.zip(then.severity_at_most).is_some_and(|(least, most)| least > most),
            "`severity-at-least` is graver than `severity-at-most`; swap them".to_owned(),
        ),
        (
            then.notice.is_some_and(|kind| kind.audience() == text::mail::Audience::Reporter),
            "`notice` is a mail to the customer; reporters are told with `receipt`, `ask` and `outcome`".to_owned(),
        ),
        (
            then.notice.is_some_and(text::mail::MailKind::judges) && !only_deliberate,
            "this notice accuses; it needs `cause = [\"deliberate\"]` in `when`".to_owned(),
        ),
        (
            then.measures.contains(&MeasureKind::Cancel) && !only_deliberate && !then.contract_step,
            "`cancel` needs `cause = [\"deliberate\"]` in `when`, or `contract-step = true`".to_owned(),
        ),
        (then.outcome && !closes, "`outcome` needs `state = \"closed\"`".to_owned()),
        (rule.why.ja.trim().is_empty() || rule.why.en.trim().is_empty(), "`why` needs ja and en".to_owned()),
    ];
    problems.into_iter().find_map(|(wrong, why)| wrong.then_some(why)).or_else(|| problem_of_range(&rule.when))
}

fn problem_of_range(when: &When) -> Option<String> {
    let sure = (when.reading_confidence_at_least, when.reading_confidence_below);
    let share = [when.trust_at_least, when.trust_below, when.cause_confidence_at_least, sure.0, sure.1];
    if share.into_iter().flatten().any(|value| !(0.0..=1.0).contains(&value)) {
        return Some("trust and confidence lie between 0 and 1".to_owned());
    }
    let empty = [
        ("rate", when.rate_at_least.zip(when.rate_below).is_some_and(|(least, limit)| least >= limit)),
        ("reading confidence", sure.0.zip(sure.1).is_some_and(|(least, limit)| least >= limit)),
        ("trust", when.trust_at_least.zip(when.trust_below).is_some_and(|(least, limit)| least >= limit)),
        ("events", when.events_at_least.zip(when.events_below).is_some_and(|(least, limit)| least >= limit)),
        ("grade", when.grade_at_least.zip(when.grade_at_most).is_some_and(|(least, most)| least > most)),
    ];
    let name = empty.into_iter().find_map(|(name, is)| is.then_some(name))?;
    Some(format!("no {name} can lie between its two limits; swap them"))
}

fn line_of(body: &str, byte: usize) -> usize {
    1 + body.as_bytes().iter().take(byte).filter(|byte| **byte == b'\n').count()
}

/// Line of the `index`-th rule's table.
fn line_of_rule(body: &str, index: usize) -> usize {
    let starts = body.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with("[[rule]]"));
    starts.map(|(line, _)| line + 1).nth(index).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAST: &str = "[[rule]]\nid = \"rest\"\nwhy = { ja = \"他\", en = \"rest\" }\n";

    fn error(body: &str) -> String {
        Playbook::parse("test", body).unwrap_err().to_string()
    }

    #[test]
    fn the_built_in_playbook_is_whole() {
        let playbook = Playbook::built_in().unwrap();
        assert!(playbook.rule.len() >= 20);
        // Where no playbook is in force, mails count by the default calendar.
        assert_eq!(playbook.calendar().unwrap(), Calendar::default());
    }

    #[test]
    fn a_mistake_is_named_with_place_and_remedy() {
        assert!(Playbook::parse("test", &format!("name = \"t\"\n{LAST}")).is_ok());
        let unknown = error(&format!(
            "name = \"t\"\n[[rule]]\nid = \"a\"\nwhy = {{ ja = \"x\", en = \"x\" }}\nwhen = {{ colour = 1 }}\n{LAST}"
        ));
        assert!(unknown.contains("line 5") && unknown.contains("colour"), "{unknown}");
        for (rule, said) in [
            ("id = \"A b\"", "lower case"),
            ("id = \"a\"\nwhen = { spoofable = true }\nthen = { state = \"closed\" }", "without `exit`"),
            ("id = \"a\"\nwhen = { spoofable = true }\nthen = { exit = \"fixed\" }", "state = \"closed\""),
            ("id = \"a\"\nwhen = { spoofable = true }\nthen = { notice = \"customer-cancel\" }", "accuses"),
            ("id = \"a\"\nwhen = { spoofable = true }\nthen = { measures = [\"cancel\"] }", "deliberate"),
            ("id = \"a\"\nwhen = { rate-at-least = 2.0, rate-below = 1.0 }", "no rate can lie"),
            ("id = \"a\"", "no rule after it"),
            ("id = \"rest\"\nwhen = { spoofable = true }", "another rule"),
            ("id = \"a\"\nwhen = { trust-below = 7.0 }", "between 0 and 1"),
        ] {
            let said_is = error(&format!("name = \"t\"\n[[rule]]\n{rule}\nwhy = {{ ja = \"x\", en = \"x\" }}\n{LAST}"));
            let inline = said_is.contains(said);
            assert!(inline, "{rule}: {said_is}");
        }
        assert!(error("name = \"t\"\nrule = []").contains("no rule"));
        assert!(error(&format!("name = \"t\"\nclosed = [[13, 1]]\n{LAST}")).contains("month 13"));
    }
}
