//! Reads the table "The rooms" of `ARCHITECTURE.md`, so that the rules are written down once, where people read them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, bail};

/// What one crate may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Room {
    /// Crates it may depend on; `None` is everything.
    pub(crate) uses: Option<BTreeSet<String>>,
    /// Whether others may take it as a dev-dependency only.
    pub(crate) dev_only: bool,
}

/// The rules of the house for dependencies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rooms {
    /// By name of the crate.
    pub(crate) by_name: BTreeMap<String, Room>,
    /// What dev-dependencies may use besides the table.
    pub(crate) in_tests: BTreeSet<String>,
}

const HEADING: &str = "## The rooms";
/// Begins the sentence that names the crates which every crate's tests may use.
const TESTS: &str = "Tests may also use ";

/// Parses the section "The rooms" of `plan`.
pub(crate) fn parse(plan: &str) -> anyhow::Result<Rooms> {
    let mut section =
        plan.lines().skip_while(|line| line.trim_end() != HEADING).skip(1).take_while(|line| !line.starts_with("## "));
    let mut by_name = BTreeMap::new();
    let mut in_tests = BTreeSet::new();
    let header = section.by_ref().find(|line| line.starts_with('|'));
    let header = header.with_context(|| format!("ARCHITECTURE.md has no table below `{HEADING}`"))?;
    if cells(header).first().map(String::as_str) != Some("crate") || !header.contains("may use") {
        bail!("the table below `{HEADING}` must have the columns `crate`, `one line`, `may use`");
    }
    for line in section {
        if line.starts_with("| ---") {
            continue;
        }
        if line.starts_with('|') {
            let (name, room) = row(line).with_context(|| format!("row `{line}`"))?;
            if by_name.insert(name.clone(), room).is_some() {
                bail!("the table names `{name}` twice");
            }
        } else if let Some(rest) = line.strip_prefix(TESTS) {
            in_tests.extend(quoted(rest));
        }
    }
    Ok(Rooms { by_name, in_tests })
}

fn cells(line: &str) -> Vec<String> {
    line.trim().trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
}

fn row(line: &str) -> anyhow::Result<(String, Room)> {
    let cells = cells(line);
    let [name, _, uses] = cells.as_slice() else {
        bail!("expected three columns, found {}", cells.len());
    };
    let names: Vec<String> = quoted(name).collect();
    let [name] = names.as_slice() else {
        bail!("the first column must hold one crate in backticks");
    };
    let dev_only = uses.contains("dev only");
    let rest = uses.replace("(dev only)", "").replace("dev only", "");
    let uses = match rest.trim() {
        "everything" => None,
        "" | "-" => Some(BTreeSet::new()),
        list => Some(list.split(',').map(|name| name.trim().trim_matches('`').to_owned()).collect()),
    };
    Ok((name.clone(), Room { uses, dev_only }))
}

/// The words in backticks up to the end of the sentence.
fn quoted(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split('`').skip(1).step_by(2).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = "# House\n## The rooms\n| crate | one line | may use |\n| --- | --- | --- |\n\
        | `model` | words | - |\n| `store` | SQL | model |\n| `app` | all | everything |\n\
        | `kit` | tests | model, store (dev only) |\n| `xtask` | checks | dev only |\n\n\
        Tests may also use `kit` and `model`.\n## Next\n| `ghost` | no | - |\n";

    #[test]
    fn reads_every_way_of_writing_a_row() {
        let rooms = parse(PLAN).unwrap();
        let names: Vec<&str> = rooms.by_name.keys().map(String::as_str).collect();
        assert_eq!(names, ["app", "kit", "model", "store", "xtask"]);
        assert_eq!(rooms.by_name["app"].uses, None);
        assert!(rooms.by_name["model"].uses.as_ref().unwrap().is_empty());
        assert_eq!(rooms.by_name["kit"].uses.as_ref().unwrap().len(), 2);
        assert!(rooms.by_name["kit"].dev_only && rooms.by_name["xtask"].dev_only && !rooms.by_name["store"].dev_only);
        assert_eq!(rooms.in_tests, BTreeSet::from(["kit".to_owned(), "model".to_owned()]));
    }

    #[test]
    fn a_plan_without_its_table_is_an_error_and_not_an_empty_rule() {
        assert!(parse("# House\nNothing here.\n").is_err());
        assert!(parse("## The rooms\n| a | b |\n").is_err());
        assert!(parse(&PLAN.replace("| `store` | SQL | model |", "| `store` | model |")).is_err());
        assert!(parse(&PLAN.replace("`app`", "`store`")).is_err());
    }
}
