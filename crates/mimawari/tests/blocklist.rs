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
    assert_eq!(changes, std::slice::from_ref(&expected));
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

/// Hourly versions of a list with one that is broken, and a list that copies it.
fn versions(folder: &Path) {
    let write = |name: &str, text: String| std::fs::write(folder.join("versions").join(name), text).expect("written");
    std::fs::create_dir(folder.join("versions")).expect("made");
    for hour in 0..24_u32 {
        // Address n is listed from hour n for six hours; a hundred others are always there.
        let moving = (0..24).filter(|n| (*n..n + 6).contains(&hour)).map(|n| format!("198.51.100.{n}\n"));
        let text: String = (0..100).map(|n| format!("192.0.2.{n}\n")).chain(moving).collect();
        write(
            &format!("slow@2026-01-05T{hour:02}-00-00Z.ipset"),
            if hour == 12 { text[..120].to_owned() } else { text.clone() },
        );
        write(&format!("copy@2026-01-05T{hour:02}-30-00Z.ipset"), text);
    }
    write("other.ipset", "# Source File Date: Mon Jan  5 23:00:00 UTC 2026\n203.0.113.7\n".to_owned());
}

#[test]
fn histories_are_built_asked_and_scored() {
    let folder = folder();
    versions(folder.path());
    let command = ["history", "build", "--json", "--out", "kept", "versions"];
    let built = lines(folder.path(), &command);
    let of = |lines: &[Value], list: &str| lines.iter().find(|line| line["list"] == list).cloned().expect(list);
    let slow = of(&built, "slow");
    assert_eq!((&slow["snapshots"], &slow["taken"]), (&json!(23), &json!(23)));
    assert_eq!(
        (&slow["remarks"][0]["code"], &slow["remarks"][0]["refused"]),
        (&json!("partial"), &json!(true)),
        "{slow}"
    );
    assert_eq!(of(&built, "other")["from"], "2026-01-05T23:00:00Z");
    assert_eq!(of(&lines(folder.path(), &command), "copy")["taken"], 0, "the same snapshots again change nothing");

    let ask =
        |at: &str| lines(folder.path(), &["history", "ask", "--json", "--history", "kept", "--at", at, "198.51.100.9"]);
    assert_eq!(ask("2026-01-05T08:59:59Z"), <[Value; 0]>::default());
    let found = ask("2026-01-05T13:10:00Z");
    let expected = json!({"list": "slow", "address": "198.51.100.9", "since": "2026-01-05T09:00:00Z", "since_or_before": false,
        "last_seen": "2026-01-05T14:00:00Z", "gone": "2026-01-05T15:00:00Z"});
    assert_eq!(of(&found, "slow"), expected, "the broken version closed nothing");

    let scores = lines(folder.path(), &["score", "--json", "--history", "kept"]);
    let slow = of(&scores, "slow");
    assert_eq!((&slow["completed_median_hours"], &slow["km_median_hours"]), (&json!(6.0), &json!(6.0)), "{slow}");
    assert_eq!((&slow["left_out"], &slow["addresses"]), (&json!(101), &json!(124)), "{slow}");
    assert_eq!((&slow["exclusive_share"], &slow["exclusive_share_independent"]), (&json!(0.0), &json!(1.0)), "{slow}");
    assert_eq!(slow["depends"], json!([{"list": "copy", "kind": "copy"}]));
    assert_eq!(of(&scores, "other")["km_median_hours"], Value::Null);
    let table = run(folder.path(), &["score", "--history", "kept"]);
    assert!(String::from_utf8_lossy(&table.stdout).contains("6.0 h"));
}

#[test]
fn a_damaged_history_is_refused_by_name() {
    let folder = folder();
    let kept = folder.path().join("kept");
    std::fs::create_dir(&kept).expect("made");
    std::fs::write(kept.join("one.history"), b"MWBH\x01garbage").expect("written");
    let output = run(folder.path(), &["score", "--history", "kept"]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(told.contains("kept/one.history") && told.contains("blocklists.damaged"), "{told}");
}

#[test]
fn sources_are_listed_shown_and_tried_on_files() {
    let folder = folder();
    let all = lines(folder.path(), &["sources", "list", "--json"]);
    assert!(all.len() >= 150, "{}", all.len());
    let phishing = lines(folder.path(), &["sources", "list", "--json", "--category", "phishing"]);
    assert!(!phishing.is_empty() && phishing.iter().all(|list| list["category"] == "phishing"));
    let shown = lines(folder.path(), &["sources", "show", "--json", "spamhaus_drop"]);
    assert_eq!((&shown[0]["maintainer"], &shown[0]["form"]), (&json!("spamhaus"), &json!("spamhaus")));
    assert_eq!((&shown[0]["showable"], &shown[0]["why_not_showable"]), (&json!(false), &json!("undated")));
    let text =
        "# c\n64500 | EXAMPLE | 192.0.2.1 | 2026-01-05 07:00:00 | sshpwauth\n64500 | EXAMPLE | 198.51.100.1 | x | y\n";
    std::fs::write(folder.path().join("ssh.txt"), text).expect("written");
    let arguments = ["sources", "check", "--json", "--own", "own.txt", "dataplane_sshpwauth", "ssh.txt"];
    let tried = &lines(folder.path(), &arguments)[0];
    assert_eq!((&tried["entries"], &tried["junk"]), (&json!(2), &json!(0)));
    assert_eq!(tried["own"][0]["subject"], "192.0.2.1");
    assert_eq!(tried["own"][0]["last"], "2026-01-05T07:00:00Z");
    let unknown = run(folder.path(), &["sources", "show", "nobody"]);
    assert!(!unknown.status.success());
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("no list is called nobody"));
}

#[test]
fn an_operator_adds_lists_by_a_file() {
    let folder = folder();
    let own = "[[maintainer]]\nid = \"own\"\nname = \"Our own\"\nsite = \"https://lists.example.jp/\"\nlist = [\n\
        { name = \"own_bans\", url = [\"https://lists.example.jp/bans\"], category = \"attacks\", \
        form = { columns = { separator = \";\", what = 2 } } },\n]\n";
    std::fs::write(folder.path().join("mine.toml"), own).expect("written");
    std::fs::write(folder.path().join("config.toml"), "[blocklists]\nsources = \"mine.toml\"\n").expect("written");
    std::fs::write(folder.path().join("bans.txt"), "a;192.0.2.3\n").expect("written");
    let arguments = ["--config", "config.toml", "sources", "check", "--json", "own_bans", "bans.txt"];
    assert_eq!(lines(folder.path(), &arguments)[0]["addresses"], 1);
    std::fs::write(folder.path().join("mine.toml"), own.replace("what", "waht")).expect("written");
    let broken = run(folder.path(), &["--config", "config.toml", "sources", "list"]);
    let told = String::from_utf8_lossy(&broken.stderr);
    assert!(!broken.status.success() && told.contains("blocklists.register") && told.contains("waht"), "{told}");
}
