//! A rule made of a correction: what stands in front of the values that a person named, and of those that he crossed out.

use std::collections::BTreeSet;

use model::{Category, Observation, ReportId, SenderRule};
use store::corrections;

use crate::corrections::{machine_of, person_of, place_of};
use crate::{Desk, DeskError};

/// Longest label, in characters; what is longer is a sentence.
const MAX_LABEL: usize = 40;

impl Desk {
    /// A rule for the sender of a report that says what a person's correction of it says; without a correction, a rule with
    /// nothing but its sender.
    pub async fn propose_rule(&self, report: ReportId) -> Result<SenderRule, DeskError> {
        let line = store::screens::report_line(&mut &self.store, report).await?;
        let reading = store::screens::reading(&mut &self.store, report).await?.unwrap_or_default();
        let claimed = reading["reporter"]["address"].as_str().map(str::to_owned);
        let from = line.address.or(claimed).or(line.report.envelope_from).unwrap_or_default().to_lowercase();
        let mut rule = SenderRule { name: name_of(&from), from, ..SenderRule::default() };
        let Some(row) = corrections::in_force(&mut &self.store, report).await? else { return Ok(rule) };
        let (machine, person) = (machine_of(&row)?, person_of(&row)?);
        if !person.report {
            rule.never = true;
            return Ok(rule);
        }
        let text = reading["text"].as_str().unwrap_or_default();
        let mut wrong =
            machine.observations.iter().filter(|seen| !person.observations.iter().any(|one| same(one, seen)));
        rule.accuse = labels(text, &mut person.observations.iter());
        rule.ignore = labels(text, &mut wrong);
        rule.ignore.retain(|label| !rule.accuse.contains(label));
        rule.category = category(&machine.observations, &person.observations);
        rule.zone = zone(&machine.observations, &person.observations);
        Ok(rule)
    }
}

/// `soc@mail.example.org` → `soc-mail-example-org`.
fn name_of(from: &str) -> String {
    let plain = |c: char| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' };
    let name: String = from.chars().map(plain).take(SenderRule::MAX_NAME).collect();
    name.trim_matches('-').to_owned()
}

fn same(one: &Observation, other: &Observation) -> bool {
    (one.ip, &one.url, &one.domain, &one.account) == (other.ip, &other.url, &other.domain, &other.account)
}

/// What stands in front of these values in their lines, each once.
fn labels(text: &str, seen: &mut dyn Iterator<Item = &Observation>) -> Vec<String> {
    let mut found = BTreeSet::new();
    for one in seen.take(SenderRule::MAX_LABELS * 5) {
        let ip = one.ip.map(|ip| ip.to_string());
        for value in [one.url.as_deref().or(one.domain.as_deref()), ip.as_deref(), one.account.as_deref()] {
            let place = value.and_then(|value| place_of(text, value));
            found.extend(place.and_then(|place| label(place.line.get(..place.at)?).or_else(|| heading(&place.above))));
        }
    }
    found.into_iter().take(SenderRule::MAX_LABELS).collect()
}

/// The label that ends in front of a value: `Offender IP: ` → `Offender IP`.
fn label(front: &str) -> Option<String> {
    let text = front.trim().trim_start_matches(['>', '*', '-', '・', '■', '●', ' ']);
    let text =
        text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '：' | '=' | '<' | '"' | '(' | '['));
    let fits = text.chars().count() <= MAX_LABEL && text.chars().any(char::is_alphabetic);
    fits.then(|| text.to_owned())
}

/// The line over a list, if it ends as a label does.
fn heading(above: &str) -> Option<String> {
    label(above).filter(|_| above.trim_end().ends_with([':', '：']))
}

/// The category that a person gave to everything, where the machine had another one.
fn category(machine: &[Observation], person: &[Observation]) -> Option<Category> {
    let first = person.first()?.category;
    let one = person.iter().all(|seen| seen.category == first);
    (one && first != Category::Unknown && machine.iter().all(|seen| seen.category != first)).then_some(first)
}

/// The zone that a person gave to a time, where the machine had found none.
fn zone(machine: &[Observation], person: &[Observation]) -> Option<String> {
    let stated = |all: &[Observation]| all.iter().find_map(|seen| seen.at.as_ref()?.zone.clone());
    if stated(machine).is_some() { None } else { stated(person) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_what_stands_in_front_of_a_value() {
        for (front, wanted) in [
            ("Offender IP: ", Some("Offender IP")),
            ("  > * 攻撃元ホスト：", Some("攻撃元ホスト")),
            ("attacker = <", Some("attacker")),
            ("", None),
            ("12:30 - ", None),
            ("We have seen that a machine in your network, namely this one: ", None),
        ] {
            assert_eq!(label(front).as_deref(), wanted, "{front}");
        }
        assert_eq!(name_of("soc@mail.example.org"), "soc-mail-example-org");
    }
}
