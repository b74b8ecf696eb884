//! Rule files: TOML tables `[[detector]]`, one a rule, checked to the last key; a mistake is told with its line and column.

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Error, ValueDeserializer};

use crate::MailguardError;
use crate::alert::Action;
use crate::detectors::{ALL, Detector, Entry};
use crate::window::Window;

/// The rules that are used when none are given; also what is copied to begin a file of one's own.
pub const DEFAULT: &str = include_str!("../rules/default.toml");

/// Most rules of a file.
const MAX_RULES: usize = 64;

/// A rule at work.
pub(crate) struct Rule {
    pub(crate) name: String,
    pub(crate) action: Action,
    pub(crate) window: Window,
    /// The same account is not reported again within this time.
    pub(crate) quiet: Window,
}

/// A detector with all its rules: what they count is counted once.
pub(crate) struct Team {
    pub(crate) entry: &'static Entry,
    pub(crate) detector: Box<dyn Detector>,
    /// Its first rule; the others follow.
    pub(crate) first: usize,
}

/// The rules of a file, ready to be handed to a guard.
pub struct Rules {
    pub(crate) rules: Vec<Rule>,
    pub(crate) teams: Vec<Team>,
}

impl std::fmt::Debug for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.rules.iter().map(|rule| &rule.name)).finish()
    }
}

impl Rules {
    /// Reads a rule file.
    pub fn parse(text: &str) -> Result<Self, MailguardError> {
        let said = |error: &Error| wrong(text, error.span().map_or(0, |span| span.start), error.message());
        let table = DeTable::parse(text).map_err(|error| said(&error))?;
        let (mut rules, mut teams) = (Vec::new(), Vec::new());
        for (key, value) in table.into_inner() {
            let at = key.span().start;
            let name = key.into_inner();
            let Some(entry) = ALL.iter().find(|entry| entry.name == name) else {
                let names: Vec<&str> = ALL.iter().map(|entry| entry.name).collect();
                return Err(wrong(text, at, &format!("there is no detector `{name}`; there are {}", names.join(", "))));
            };
            let DeValue::Array(tables) = value.into_inner() else {
                return Err(wrong(text, at, &format!("write [[{name}]] with two brackets: there may be several")));
            };
            let mut team = Team { entry, detector: (entry.new)(), first: rules.len() };
            for table in tables {
                let at = table.span().start;
                rules.push(rule(&mut team, table).map_err(|problem| match problem {
                    Problem::Toml(error) => said(&error),
                    Problem::Numbers(problem) => wrong(text, at, &problem),
                })?);
            }
            teams.push(team);
        }
        let mut names: Vec<&str> = rules.iter().map(|rule| rule.name.as_str()).collect();
        names.sort_unstable();
        if let Some((name, _)) = names.iter().zip(names.iter().skip(1)).find(|(name, next)| name == next) {
            return Err(wrong(text, 0, &format!("two rules have the name `{name}`")));
        }
        if rules.len() > MAX_RULES {
            return Err(wrong(text, 0, &format!("there are {} rules; {MAX_RULES} is the limit", rules.len())));
        }
        Ok(Self { rules, teams })
    }

    /// The names of the rules.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| rule.name.as_str())
    }
}

enum Problem {
    Toml(Error),
    Numbers(String),
}

fn rule(team: &mut Team, table: Spanned<DeValue<'_>>) -> Result<Rule, Problem> {
    let span = table.span();
    let DeValue::Table(mut table) = table.into_inner() else {
        return Err(Problem::Numbers(format!("write [[{}]] and its keys below", team.entry.name)));
    };
    // What every rule has is taken out; the rest is the detector's.
    let mut take = |key: &'static str| table.remove(key).map(ValueDeserializer::from);
    let name = take("name").map(String::deserialize).transpose().map_err(Problem::Toml)?;
    let action = take("action").map(Action::deserialize).transpose().map_err(Problem::Toml)?;
    let quiet = take("quiet").map(Window::deserialize).transpose().map_err(Problem::Toml)?;
    let rest = Spanned::new(span, DeValue::Table(table));
    let added = team.detector.add(ValueDeserializer::from(rest)).map_err(Problem::Toml)?;
    if let Some(problem) = added.problem {
        return Err(Problem::Numbers(problem));
    }
    Ok(Rule {
        name: name.unwrap_or_else(|| team.entry.name.to_owned()),
        action: action.unwrap_or(team.entry.action),
        window: added.window,
        quiet: quiet.unwrap_or(added.window),
    })
}

/// A mistake at a byte of a file.
pub(crate) fn wrong(text: &str, at: usize, problem: &str) -> MailguardError {
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    MailguardError::Rules { line, column, problem: problem.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_rules_hold_and_use_every_detector() {
        let rules = Rules::parse(DEFAULT).unwrap();
        for entry in ALL {
            assert!(rules.teams.iter().any(|team| team.entry.name == entry.name), "{}", entry.name);
        }
    }

    #[test]
    fn a_mistake_is_told_with_its_place() {
        for (text, line, column, said) in [
            (
                "[[countries]]\nof = \"country\"\ndistinct = 10\nwindow = \"1 day\"\nwindoww = 3\n",
                5,
                1,
                "unknown field",
            ),
            ("[[countries]]\nof = \"country\"\ndistinct = \"10\"\nwindow = \"1d\"\n", 3, 12, "invalid type"),
            ("\n[[countries]]\nof = \"country\"\ndistinct = 1\nwindow = \"1d\"\n", 2, 1, "from 2 to 64"),
            ("[[countries]]\nof = \"country\"\ndistinct = 9\nwindow = \"1y\"\n", 4, 10, "no length of time"),
            ("[[countries]]\nof = \"continent\"\ndistinct = 9\nwindow = \"1d\"\n", 2, 6, "unknown variant"),
            (
                "[[countries]]\nof = \"as\"\ndistinct = 9\nwindow = \"1d\"\naction = \"jail\"\n",
                5,
                10,
                "unknown variant",
            ),
            ("[[cuontries]]\n", 1, 3, "there is no detector"),
            ("[countries]\n", 1, 2, "two brackets"),
            ("[[countries]]\nof = \n", 2, 6, ""),
        ] {
            let Err(MailguardError::Rules { line: l, column: c, problem }) = Rules::parse(text) else {
                panic!("{text}");
            };
            assert!(problem.contains(said), "{problem}");
            assert_eq!((l, c), (line, column), "{text}{problem}");
        }
        let rule = "[[countries]]\nof = \"as\"\ndistinct = 9\nwindow = \"1d\"\n";
        assert!(Rules::parse(&rule.repeat(2)).unwrap_err().to_string().contains("two rules have the name"));
    }
}
