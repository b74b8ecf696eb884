//! What rules would have done: old logs once through several rule sets, beside what is known to have been stolen. A threshold is
//! chosen because one sees what it costs.

use std::collections::BTreeMap;

use hashbrown::{HashMap, HashSet};
use jiff::Timestamp;
use serde::Serialize;
use toml::{Table, Value};

use crate::alert::Action;
use crate::event::{Event, What};
use crate::history::Position;
use crate::join::Join;
use crate::place::Places;
use crate::{Guard, MailguardError, Rules};

/// A time in which an account is known to have been in strange hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theft {
    /// The account, of either case.
    pub account: String,
    /// Its first moment.
    pub from: Timestamp,
    /// Its last moment.
    pub to: Timestamp,
}

/// A lock so many seconds after the last moment of a theft still meets it: the bill of a botnet comes late.
const GRACE: i64 = 7 * 86_400;

impl Theft {
    /// Reads a list of thefts: a line `account,from,to` for each, with moments of RFC 3339; empty lines and those that begin
    /// with `#` are passed over. The error names the line.
    pub fn list(text: &str) -> Result<Vec<Self>, MailguardError> {
        let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty() && !line.starts_with('#'));
        let theft = |line: &str| {
            let mut fields = line.split(',').map(str::trim);
            let (account, from, to) = (fields.next()?, fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
            (fields.next().is_none() && !account.is_empty() && from <= to).then(|| Self {
                account: account.to_lowercase(),
                from,
                to,
            })
        };
        let problem = || "write account,from,to with moments such as 2026-02-03T04:05:06Z".to_owned();
        let read =
            |(text, line)| theft(text).ok_or_else(|| MailguardError::Rules { line, column: 1, problem: problem() });
        lines.map(read).collect()
    }
}

/// One rule set, and what it is called in the table.
pub struct Variant {
    /// Its name.
    pub name: String,
    /// Its rules.
    pub rules: Rules,
    /// Whether every finding about an account is taken for a lock; without it, those that ask for one.
    pub every: bool,
}

impl Variant {
    /// Rule sets of one rule alone, one for each value of a number: `countries.distinct=5,10,15`.
    pub fn vary(rules: &str, wish: &str) -> Result<Vec<Self>, MailguardError> {
        let wrong = |problem: String| MailguardError::Rules { line: 1, column: 1, problem };
        let parts = wish.split_once('=').and_then(|(what, values)| Some((what.split_once('.')?, values)));
        let Some(((rule, key), values)) = parts else {
            return Err(wrong(format!("`{wish}` names no rule and number; write countries.distinct=5,10,15")));
        };
        let tables: Table = toml::from_str(rules).map_err(|error| wrong(error.message().to_owned()))?;
        let found = tables.iter().find_map(|(detector, rules)| {
            let own = |table: &&Value| {
                table.get("name").map_or(detector.as_str(), |name| name.as_str().unwrap_or("")) == rule
            };
            Some((detector, rules.as_array()?.iter().find(own)?.as_table()?))
        });
        let Some((detector, table)) = found.filter(|(_, table)| table.contains_key(key)) else {
            return Err(wrong(format!("no rule `{rule}` has a number `{key}`")));
        };
        let variant = |value: &str| {
            let value = value.trim();
            let parsed = toml::from_str::<Table>(&format!("v = {value}")).ok().and_then(|mut table| table.remove("v"));
            let mut table = table.clone();
            table.insert(key.to_owned(), parsed.unwrap_or_else(|| Value::String(value.to_owned())));
            let alone = Table::from_iter([(detector.clone(), Value::Array(vec![Value::Table(table)]))]);
            let rules = Rules::parse(&alone.to_string())?;
            Ok(Self { name: format!("{rule}.{key}={value}"), rules, every: true })
        };
        values.split(',').map(variant).collect()
    }
}

/// What a rule set would have done.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The rule set.
    pub name: String,
    /// Accounts that it would have locked.
    pub locked: usize,
    /// Thefts that it would have ended.
    pub confirmed: usize,
    /// All thefts.
    pub thefts: usize,
    /// Accounts locked outside of any theft.
    pub innocent: usize,
    /// Recipients that would not have been written to.
    pub stopped: u64,
    /// Recipients written to during all thefts.
    pub spam: u64,
    /// Minutes from the beginning of a theft to the lock, in the middle of those that were ended; nothing if none was.
    pub minutes: Option<u64>,
}

/// One rule set at work.
struct Lane {
    name: String,
    every: bool,
    guard: Guard,
    /// First lock of each theft, in seconds since 1970.
    ended: HashMap<usize, i64>,
    locked: HashSet<String>,
    innocent: HashSet<String>,
}

/// The rule sets beside each other.
pub struct Replay {
    lanes: Vec<Lane>,
    thefts: Vec<Theft>,
    /// Thefts of each account.
    of: HashMap<String, Vec<usize>>,
    /// Recipients during each theft, by the minute.
    spam: Vec<BTreeMap<i64, u64>>,
    join: Join,
    /// Accounts of thefts have numbers for the join; others have none.
    accounts: crate::accounts::Accounts,
}

impl Replay {
    /// Rule sets and thefts; `places` is asked for once for each rule set.
    pub fn new<E>(
        variants: Vec<Variant>,
        thefts: Vec<Theft>,
        places: impl Fn() -> Result<Box<dyn Places>, E>,
    ) -> Result<Self, E> {
        let lane = |variant: Variant| {
            let Variant { name, rules, every } = variant;
            let guard = Guard::new(rules, places()?);
            let (ended, locked, innocent) = (HashMap::new(), HashSet::new(), HashSet::new());
            Ok(Lane { name, every, guard, ended, locked, innocent })
        };
        let lanes = variants.into_iter().map(lane).collect::<Result<_, E>>()?;
        let (mut of, mut accounts) = (HashMap::<String, Vec<usize>>::new(), crate::accounts::Accounts::default());
        for (number, theft) in thefts.iter().enumerate() {
            of.entry(theft.account.to_lowercase()).or_default().push(number);
            accounts.id(theft.account.as_bytes());
        }
        let spam = vec![BTreeMap::new(); thefts.len()];
        Ok(Self { lanes, thefts, of, spam, join: Join::default(), accounts })
    }

    /// Shows an event to all.
    pub fn see(&mut self, event: &Event<'_>) {
        self.weigh(event);
        for lane in &mut self.lanes {
            for alert in lane.guard.see(event, Position::default()) {
                let Some(account) = alert.account.as_ref().filter(|_| lane.every || alert.action == Action::Lock)
                else {
                    continue;
                };
                lane.locked.insert(account.clone());
                let at = alert.at.at.as_second();
                let met = |number: &&usize| {
                    let theft = &self.thefts[**number];
                    (theft.from.as_second()..=theft.to.as_second() + GRACE).contains(&at)
                };
                match self.of.get(account).and_then(|numbers| numbers.iter().find(met)) {
                    Some(number) => drop(lane.ended.entry(*number).or_insert(at)),
                    None => drop(lane.innocent.insert(account.clone())),
                }
            }
        }
    }

    /// Counts the recipients of mails that stolen accounts send.
    fn weigh(&mut self, event: &Event<'_>) {
        let known = |name: Option<&[u8]>| name.and_then(|name| self.accounts.find(name));
        let (account, recipients) = match event.what {
            What::Submitted { envelope: Some(envelope) } => (known(event.account), envelope.recipients.max(1)),
            What::Submitted { envelope: None } => {
                if let (Some(account), Some(id)) = (known(event.account), event.queue_id) {
                    self.join.message(event.host, id).account = Some(account);
                }
                return;
            }
            What::Queued(envelope) => {
                let Some(id) = event.queue_id.filter(|id| self.join.find(event.host, id).is_some()) else { return };
                let message = self.join.message(event.host, id);
                let again = std::mem::replace(&mut message.queued, true);
                (message.account.filter(|_| !again), envelope.recipients.max(1))
            }
            What::ApiCall { recipients } => (known(event.account), recipients),
            _ => return,
        };
        let Some(account) = account else { return };
        let at = event.at.as_second();
        for number in self.of.get(&self.accounts.name(account)).into_iter().flatten() {
            let theft = &self.thefts[*number];
            if (theft.from.as_second()..=theft.to.as_second()).contains(&at) {
                *self.spam[*number].entry(at.div_euclid(60)).or_default() += u64::from(recipients);
            }
        }
    }

    /// The table.
    pub fn rows(&self) -> Vec<Row> {
        self.lanes.iter().map(|lane| self.row(lane)).collect()
    }

    fn row(&self, lane: &Lane) -> Row {
        let stopped = |(number, at): (&usize, &i64)| {
            // What left in the minute of the lock has left.
            self.spam[*number].range(at.div_euclid(60) + 1..).map(|(_, count)| count).sum::<u64>()
        };
        let minutes = |(number, at): (&usize, &i64)| {
            u64::try_from((at - self.thefts[*number].from.as_second()).max(0) / 60).unwrap_or(0)
        };
        let mut waits: Vec<u64> = lane.ended.iter().map(minutes).collect();
        waits.sort_unstable();
        Row {
            name: lane.name.clone(),
            locked: lane.locked.len(),
            confirmed: lane.ended.len(),
            thefts: self.thefts.len(),
            innocent: lane.innocent.len(),
            stopped: lane.ended.iter().map(stopped).sum(),
            spam: self.spam.iter().flat_map(BTreeMap::values).sum(),
            minutes: waits.get(waits.len() / 2).copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DEFAULT;

    #[test]
    fn a_number_of_a_rule_is_varied_and_a_mistake_is_named() {
        let variants = Variant::vary(DEFAULT, "countries.distinct=5, 10").unwrap();
        let names: Vec<&str> = variants.iter().map(|variant| variant.name.as_str()).collect();
        assert_eq!(names, ["countries.distinct=5", "countries.distinct=10"]);
        assert_eq!(variants[0].rules.names().collect::<Vec<_>>(), ["countries"]);
        assert_eq!(Variant::vary(DEFAULT, "sending-stolen.window=30m,2h").unwrap().len(), 2);
        for wish in
            ["countries", "countries.distinct", "nothing.distinct=1", "countries.speed=1", "countries.distinct=1"]
        {
            assert!(Variant::vary(DEFAULT, wish).is_err(), "{wish}");
        }
    }

    #[test]
    fn thefts_are_read_line_by_line() {
        let text = "# known\n\nTaro@example.com,2026-02-03T00:00:00Z,2026-02-04T00:00:00Z\n";
        assert_eq!(Theft::list(text).unwrap()[0].account, "taro@example.com");
        for wrong in ["a,b,c", "a,2026-02-04T00:00:00Z,2026-02-03T00:00:00Z", "a,2026-02-03T00:00:00Z"] {
            let error = Theft::list(&format!("# x\n{wrong}\n")).unwrap_err();
            assert!(error.to_string().contains("line 2"), "{error}");
        }
    }
}
