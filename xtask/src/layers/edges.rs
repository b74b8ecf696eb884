//! The rules for one edge between two crates, on plain data.

use std::collections::BTreeSet;

use super::table::Rooms;

/// The one crate that may speak to a database.
const STORE: &str = "store";
/// Crates that speak SQL; `store` alone may depend on one.
const DRIVERS: [&str; 8] =
    ["diesel", "libsqlite3-sys", "postgres", "rusqlite", "sea-orm", "sqlx", "sqlx-core", "tokio-postgres"];

/// One dependency as written in a `Cargo.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edge {
    /// The crate that depends.
    pub(crate) from: String,
    /// The crate it depends on.
    pub(crate) to: String,
    /// Whether only its tests, examples and benches do.
    pub(crate) dev: bool,
    /// Whether it is a crate of this workspace.
    pub(crate) ours: bool,
}

/// Every breach, one sentence each, sorted.
pub(crate) fn check(rooms: &Rooms, members: &[String], edges: &[Edge]) -> Vec<String> {
    let members: BTreeSet<&str> = members.iter().map(String::as_str).collect();
    let mut problems = Vec::new();
    for member in &members {
        if !rooms.by_name.contains_key(*member) {
            problems.push(format!("crate `{member}` is not in the table of ARCHITECTURE.md"));
        }
    }
    for (name, room) in &rooms.by_name {
        if !members.contains(name.as_str()) {
            problems.push(format!("the table of ARCHITECTURE.md names `{name}`, which is no crate of the workspace"));
        }
        for used in room.uses.iter().flatten().filter(|used| !rooms.by_name.contains_key(*used)) {
            problems.push(format!("the row of `{name}` may use `{used}`, which has no row of its own"));
        }
    }
    for used in rooms.in_tests.iter().filter(|used| !rooms.by_name.contains_key(*used)) {
        problems.push(format!("tests may use `{used}`, which has no row in the table"));
    }
    problems.extend(edges.iter().filter_map(|edge| breach(rooms, edge)));
    problems.sort();
    problems.dedup();
    problems
}

/// What is wrong with `edge`, if anything.
fn breach(rooms: &Rooms, edge: &Edge) -> Option<String> {
    let Edge { from, to, dev, ours } = edge;
    if !ours {
        return (from != STORE && DRIVERS.contains(&to.as_str()))
            .then(|| format!("`{from}` depends on `{to}`; SQL lives in `{STORE}` alone"));
    }
    let room = rooms.by_name.get(from)?;
    let target = rooms.by_name.get(to)?;
    if target.dev_only && !dev {
        return Some(format!("`{from}` → `{to}`: `{to}` may be a dev-dependency only"));
    }
    let listed = room.uses.as_ref().is_none_or(|uses| uses.contains(to));
    if listed || (*dev && rooms.in_tests.contains(to)) {
        return None;
    }
    let what = if *dev { "dev-dependency" } else { "dependency" };
    Some(format!("`{from}` → `{to}`: this {what} is not in the table of ARCHITECTURE.md"))
}

#[cfg(test)]
mod tests {
    use super::super::table::{self, Rooms};
    use super::*;

    fn rooms() -> Rooms {
        table::parse(
            "## The rooms\n| crate | one line | may use |\n| --- | --- | --- |\n| `model` | a | - |\n\
             | `store` | b | model |\n| `desk` | c | model, store |\n| `app` | d | everything |\n\
             | `testkit` | e | model, store (dev only) |\n| `demo` | f | model |\n\nTests may also use `testkit` and `demo`.\n",
        )
        .unwrap()
    }

    fn members() -> Vec<String> {
        ["app", "demo", "desk", "model", "store", "testkit"].map(str::to_owned).to_vec()
    }

    fn edge(from: &str, to: &str, dev: bool) -> Edge {
        let ours = members().iter().any(|member| member == to);
        Edge { from: from.to_owned(), to: to.to_owned(), dev, ours }
    }

    #[test]
    fn a_house_in_order_has_no_problems() {
        let edges = [
            edge("store", "model", false),
            edge("desk", "store", false),
            edge("app", "desk", false),
            edge("app", "demo", false),
            edge("desk", "testkit", true),
            edge("desk", "demo", true),
            edge("app", "testkit", true),
            edge("testkit", "store", false),
            edge("store", "sqlx", false),
        ];
        assert_eq!(check(&rooms(), &members(), &edges), Vec::<String>::new());
    }

    #[test]
    fn every_forbidden_edge_is_named() {
        for (from, to, dev, names) in [
            ("model", "store", false, "`model` → `store`: this dependency"),
            ("store", "desk", false, "`store` → `desk`: this dependency"),
            ("store", "desk", true, "`store` → `desk`: this dev-dependency"),
            ("desk", "demo", false, "`desk` → `demo`: this dependency"),
            ("desk", "testkit", false, "may be a dev-dependency only"),
            ("app", "testkit", false, "may be a dev-dependency only"),
            ("desk", "sqlx", false, "SQL lives in `store` alone"),
            ("testkit", "sqlx", true, "SQL lives in `store` alone"),
        ] {
            let problems = check(&rooms(), &members(), &[edge(from, to, dev)]);
            assert_eq!(problems.len(), 1, "{from} -> {to}: {problems:?}");
            assert!(problems[0].contains(names), "{problems:?}");
        }
    }

    #[test]
    fn table_and_workspace_name_the_same_crates() {
        let mut more = members();
        more.push("attic".to_owned());
        assert!(check(&rooms(), &more, &[])[0].contains("crate `attic` is not in the table"));
        let fewer: Vec<String> = members().into_iter().filter(|name| name != "desk").collect();
        assert!(check(&rooms(), &fewer, &[])[0].contains("names `desk`, which is no crate"));
    }
}
