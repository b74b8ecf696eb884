//! Attribution from the provider's inventory: who held it, by the rows that were imported or written through the API.

use std::collections::{HashMap, HashSet};

use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};
use model::{SubjectKey, TimeSpan};
use serde::{Deserialize, Serialize};
use store::Store;
use store::inventory::{Held, read};

use crate::chain::{Chain, Lengths, canonical, chains};
use crate::resolve::{Evidence, resolve};
use crate::{Answer, Asked, AskedAll, AttributionError, Attributor, Question, Reason, Verdict};

/// Most subjects in one question.
pub const MAX_SUBJECTS: usize = 64;
/// Most holdings that are looked through for one question; beyond that nobody is named as the only one.
const MAX_ROWS: usize = 2_000;
/// Questions that share a statement.
const TOGETHER: usize = 64;
/// Keys in one statement, unless one question has more; few, because SQLite's cost of binding is the square of their number.
const MAX_KEYS: usize = 256;

/// How the inventory is asked; the `[attribution]` section of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Seconds by which a reporter's clock may be ahead of ours before an event lies in the future.
    pub future_skew_seconds: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { future_skew_seconds: 600 }
    }
}

/// Answers from the tables of the inventory. Cheap to clone.
#[derive(Clone)]
pub struct InventoryAttributor {
    store: Store,
    settings: Settings,
}

/// A question on its way to an answer.
struct Open<'q> {
    index: usize,
    question: &'q Question,
    chains: Vec<Chain>,
}

impl Open<'_> {
    fn keys(&self) -> impl Iterator<Item = &SubjectKey> {
        self.chains.iter().flat_map(|chain| &chain.levels)
    }
}

impl InventoryAttributor {
    /// An attributor that asks `store`.
    pub const fn new(store: Store, settings: Settings) -> Self {
        Self { store, settings }
    }

    /// Answers many questions with few statements; the answers stand in the order of the questions.
    pub async fn attribute_many(&self, questions: &[Question]) -> Result<Vec<Answer>, AttributionError> {
        let (v4, v6) = read::prefix_lengths(&mut &self.store).await?;
        let lengths = Lengths { v4, v6 };
        let mut answers: Vec<Option<Answer>> = vec![None; questions.len()];
        let mut open = Vec::with_capacity(questions.len());
        for (index, question) in questions.iter().enumerate() {
            check(question)?;
            if self.is_future(question) {
                answers[index] = Some(nobody(vec![Reason::InFuture], question.span()));
            } else {
                open.push(Open { index, question, chains: chains(&question.subjects, &lengths) });
            }
        }
        // Neighbours in time share a statement, so that its window of time stays narrow.
        open.sort_by_key(|open| open.question.span().earliest);
        let mut unknown = Vec::new();
        for together in groups(&open) {
            unknown.extend(self.answer_group(together, &mut answers).await?);
        }
        self.answer_unknown(&unknown, &mut answers).await?;
        Ok(answers.into_iter().flatten().collect())
    }

    fn is_future(&self, question: &Question) -> bool {
        let skew = SignedDuration::from_secs(self.settings.future_skew_seconds.into());
        let latest = question.now.saturating_add(skew).unwrap_or(Timestamp::MAX);
        question.at.is_some() && question.span().earliest > latest
    }

    /// Answers what the holdings answer; returns the questions about which they say nothing.
    async fn answer_group<'o, 'q>(
        &self,
        group: &'o [Open<'q>],
        answers: &mut [Option<Answer>],
    ) -> Result<Vec<&'o Open<'q>>, AttributionError> {
        let mut unknown = Vec::new();
        // A group that finds too much is asked again in halves: a stack, not recursion, because the functions are async.
        let mut stack = vec![group];
        while let Some(group) = stack.pop() {
            let (held, is_cut) = self.held_in(group).await?;
            if is_cut && group.len() > 1 {
                stack.extend(<[_; 2]>::from(group.split_at(group.len() / 2)));
                continue;
            }
            for open in group {
                let keys: HashSet<&SubjectKey> = open.keys().collect();
                let held = keys.into_iter().filter_map(|key| held.get(key)).flatten().collect();
                let evidence = Evidence { chains: &open.chains, held, is_cut };
                match resolve(open.question, &evidence) {
                    Some(answer) => answers[open.index] = Some(answer),
                    None => unknown.push(open),
                }
            }
        }
        Ok(unknown)
    }

    /// The holdings of all keys of a group within the window of all its spans and ports.
    async fn held_in(&self, group: &[Open<'_>]) -> Result<(HashMap<SubjectKey, Vec<Held>>, bool), AttributionError> {
        let spans = || group.iter().map(|open| open.question.span());
        let window = TimeSpan {
            earliest: spans().map(|span| span.earliest).min().unwrap_or(Timestamp::MIN),
            latest: spans().map(|span| span.latest).max().unwrap_or(Timestamp::MAX),
        };
        let ports = || group.iter().map(|open| open.question.port);
        let ports = (ports().map(|port| port.unwrap_or(0)).min(), ports().map(|port| port.unwrap_or(u16::MAX)).max());
        let ports = (ports.0.unwrap_or(0), ports.1.unwrap_or(u16::MAX));
        let keys: HashSet<String> = group.iter().flat_map(Open::keys).map(ToString::to_string).collect();
        let keys: Vec<String> = keys.into_iter().collect();
        let most = MAX_ROWS + 16 * group.len();
        let limit = i64::try_from(most + 1).unwrap_or(i64::MAX);
        let mut rows = read::holdings_for(&mut &self.store, &keys, window, ports, limit).await?;
        let is_cut = rows.len() > most;
        rows.truncate(most);
        let mut held: HashMap<SubjectKey, Vec<Held>> = HashMap::new();
        for row in rows {
            held.entry(row.holding.subject.clone()).or_default().push(row);
        }
        Ok((held, is_cut))
    }

    /// Tells "nobody held it then" from "it was never ours".
    async fn answer_unknown(
        &self,
        unknown: &[&Open<'_>],
        answers: &mut [Option<Answer>],
    ) -> Result<(), AttributionError> {
        if unknown.is_empty() {
            return Ok(());
        }
        let own = read::own_prefixes(&mut &self.store).await?;
        for group in unknown.chunks(TOGETHER / 4) {
            let keys: HashSet<String> = group.iter().flat_map(|open| open.keys()).map(ToString::to_string).collect();
            let keys: Vec<String> = keys.into_iter().collect();
            let known: HashSet<String> = read::ever_held(&mut &self.store, &keys).await?.into_iter().collect();
            for open in group {
                let is_ours = open.keys().any(|key| known.contains(&key.to_string()))
                    || open.question.subjects.iter().any(|subject| is_inside(subject, &own));
                let reasons = match (is_ours, &open.question.at) {
                    (false, _) => vec![Reason::NotOurs],
                    (true, None) => vec![Reason::TimeNeeded, Reason::NotHeld],
                    (true, Some(_)) => vec![Reason::NotHeld],
                };
                answers[open.index] = Some(nobody(reasons, open.question.span()));
            }
        }
        Ok(())
    }
}

impl Attributor for InventoryAttributor {
    fn attribute<'a>(&'a self, question: &'a Question) -> Asked<'a> {
        Box::pin(async move {
            let mut answers = self.attribute_many(std::slice::from_ref(question)).await?;
            answers.pop().ok_or_else(|| AttributionError::BadInput("a question without an answer".to_owned()))
        })
    }

    fn attribute_all<'a>(&'a self, questions: &'a [Question]) -> AskedAll<'a> {
        Box::pin(self.attribute_many(questions))
    }
}

fn check(question: &Question) -> Result<(), AttributionError> {
    match question.subjects.len() {
        0 => {
            Err(AttributionError::BadInput("a question needs an address, a domain, a mailbox or an account".to_owned()))
        }
        1..=MAX_SUBJECTS => Ok(()),
        many => Err(AttributionError::BadInput(format!("{many} subjects in one question; at most {MAX_SUBJECTS}"))),
    }
}

/// Cuts the questions into groups that share a statement.
fn groups<'o, 'q>(open: &'o [Open<'q>]) -> Vec<&'o [Open<'q>]> {
    let mut groups = Vec::new();
    let mut rest = open;
    while !rest.is_empty() {
        let mut keys = 0;
        let fitting = rest.iter().take(TOGETHER).take_while(|open| {
            keys += open.keys().count();
            keys <= MAX_KEYS
        });
        let (group, left) = rest.split_at(fitting.count().max(1));
        groups.push(group);
        rest = left;
    }
    groups
}

fn is_inside(subject: &SubjectKey, own: &[(IpNet, Option<i64>)]) -> bool {
    matches!(canonical(subject), SubjectKey::Ip(net) if own.iter().any(|(prefix, _)| prefix.contains(&net)))
}

const fn nobody(reasons: Vec<Reason>, span: TimeSpan) -> Answer {
    Answer { verdict: Verdict::Nobody, reasons, span }
}
