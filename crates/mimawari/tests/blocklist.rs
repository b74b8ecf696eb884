//! `mimawari blocklist …` as a user meets it: the real binary on files and folders.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

/// A folder with two lists, an own space and what lies beside lists.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in [
        ("lists/one.ipset", "# one\n192.0.2.1\n192.0.2.1\n192.0.2.7\n2001:db8::1\n"),
        ("lists/two.netset", "192.0.2.0/29 ; net\n198.51.100.5\noops\n"),
        ("lists/README.md", "no list\n"),
        ("own.txt", "192.0.2.0/30\n2001:db8::/126\n"),
        ("new/one.ipset", "192.0.2.1\n192.0.2.8-192.0.2.11\n"),
        ("page.html", "<!doctype html>\n<p>No such list</p>\n"),
    ] {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mimawari"));
    command.current_dir(folder).env("LC_ALL", "C.UTF-8").env_remove("MIMAWARI_CONFIG").arg("blocklist").args(arguments);
    command.output().expect("the binary runs")
}

/// The JSON lines of a run that did what it was told.
fn lines(folder: &Path, arguments: &[&str]) -> Vec<Value> {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn match_tells_own_addresses_of_each_list() {
    let folder = folder();
    let found = lines(folder.path(), &["match", "--json", "--own", "own.txt", "lists"]);
    let expected = [
        json!({"list": "one.ipset", "entries": 4, "addresses": 3, "own": 2, "hits": ["192.0.2.1/32", "2001:db8::1/128"], "junk": 0}),
        json!({"list": "two.netset", "entries": 2, "addresses": 9, "own": 4, "hits": ["192.0.2.0/30"], "junk": 1}),
    ];
    assert_eq!(found, expected);
    let table = run(folder.path(), &["match", "--own", "own.txt", "lists"]);
    let (shown, told) = (String::from_utf8_lossy(&table.stdout), String::from_utf8_lossy(&table.stderr));
    assert!(shown.contains("two.netset") && shown.contains("192.0.2.0/30"), "{shown}");
    assert!(told.contains("two.netset, line 3: `oops` is no address"), "{told}");
}

#[test]
fn overlap_tells_each_pair_and_what_only_one_has() {
    let folder = folder();
    assert_eq!(
        lines(folder.path(), &["overlap", "--json", "lists"]),
        [json!({"a": "one.ipset", "b": "two.netset", "common": 2})]
    );
    let alone = lines(folder.path(), &["overlap", "--json", "--exclusive", "lists/one.ipset", "lists/two.netset"]);
    assert_eq!(alone[0], json!({"list": "one.ipset", "addresses": 3, "exclusive": 1}));
    assert_eq!(alone[1], json!({"list": "two.netset", "addresses": 9, "exclusive": 7}));
}

#[test]
fn diff_names_what_came_and_went() {
    let folder = folder();
    let changes = lines(folder.path(), &["diff", "--json", "lists/one.ipset", "new/one.ipset"]);
    let expected = json!({"list": "one.ipset", "added": 4, "removed": 2, "kept": 1, "added_addresses": ["192.0.2.8/30"],
        "removed_addresses": ["192.0.2.7", "2001:db8::1"]});
    assert_eq!(changes, [expected.clone()]);
    let folders = lines(folder.path(), &["diff", "--json", "lists", "new"]);
    assert_eq!(folders.len(), 2);
    assert_eq!(folders[0], expected);
    assert_eq!(folders[1]["removed"], 9, "a list that is no longer there went as a whole");
}

#[test]
fn optimise_writes_the_fewest_prefixes() {
    let folder = folder();
    let output = run(folder.path(), &["optimise", "lists", "--except", "own.txt"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "192.0.2.4/30\n198.51.100.5\n");
    let all = lines(folder.path(), &["optimise", "--json", "lists"]);
    let prefixes = json!(["192.0.2.0/29", "198.51.100.5", "2001:db8::1"]);
    assert_eq!(all, [json!({"lists": 2, "entries": 6, "addresses": 10, "prefixes": prefixes})]);
}

/// Every refusal names the file and what to do, in both languages where it has a code.
#[test]
fn refusals_name_file_line_and_remedy() {
    let folder = folder();
    for (arguments, named) in [
        (
            &["match", "--own", "page.html", "lists"][..],
            "page.html, line 1: `<!doctype html>` is no address; write one",
        ),
        (&["match", "--own", "own.txt", "absent"], "the list absent cannot be read"),
        (&["overlap", "absent/"], "absent/"),
    ] {
        let output = run(folder.path(), arguments);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains(named), "{told}");
    }
    let output = run(folder.path(), &["match", "lists"]);
    assert_eq!(output.status.code(), Some(2));
    let help = run(folder.path(), &["overlap", "--help"]);
    assert!(String::from_utf8_lossy(&help.stdout).contains("Examples:"));
}
