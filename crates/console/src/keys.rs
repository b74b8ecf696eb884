//! The one table of keys: which key does what, on which screen, under which name.
//!
//! The key sheet, the attributes `data-key` and `aria-keyshortcuts` and the tests are made from it; the script only presses
//! what is on the page, so a key never does what a click could not.

/// Where a key works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// On every page.
    Everywhere,
    /// In a list of rows.
    List,
    /// In triage.
    Triage,
    /// In the queue.
    Queue,
    /// On one case.
    Case,
    /// While a mail is written.
    Compose,
    /// While a reading is corrected.
    Correct,
}

impl Scope {
    /// Every scope, in the order of the sheet.
    pub(crate) const ALL: [Self; 7] =
        [Self::Triage, Self::Queue, Self::Case, Self::Compose, Self::Correct, Self::List, Self::Everywhere];

    /// The name in catalogue keys (`key-scope-<name>`).
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Everywhere => "everywhere",
            Self::List => "list",
            Self::Triage => "triage",
            Self::Queue => "queue",
            Self::Case => "case",
            Self::Compose => "compose",
            Self::Correct => "correct",
        }
    }
}

/// One key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    /// Its action: `key-<action>` in the catalogue.
    pub(crate) action: &'static str,
    /// What is pressed: one key, two after each other (`g q`) or with Control (`Control+Enter`).
    pub(crate) press: &'static str,
    /// Where.
    pub(crate) scope: Scope,
    /// Whether it presses an element of the page; the others move between rows.
    pub(crate) element: bool,
}

macro_rules! keys {
    ($($scope:ident $press:literal $action:literal $element:literal;)+) => {
        /// Every key.
        pub(crate) const ALL: &[Key] = &[$(
            Key { action: $action, press: $press, scope: Scope::$scope, element: $element },
        )+];
    };
}

keys! {
    Everywhere "?" "help" true;
    Everywhere "/" "search" true;
    Everywhere "g d" "go-home" true;
    Everywhere "g t" "go-triage" true;
    Everywhere "g q" "go-queue" true;
    Everywhere "g m" "go-measures" true;
    Everywhere "g i" "go-registers" true;
    Everywhere "g r" "go-statistics" true;
    Everywhere "g j" "go-journal" true;
    Everywhere "g ," "go-settings" true;
    Everywhere "z" "undo" true;
    Everywhere "Escape" "escape" false;
    List "j" "row-next" false;
    List "k" "row-previous" false;
    List "x" "row-select" false;
    List "J" "row-select-next" false;
    List "K" "row-select-previous" false;
    List "Enter" "row-preview" false;
    List "o" "row-open" false;
    Triage "1" "triage-accept" true;
    Triage "2" "triage-duplicate" true;
    Triage "3" "triage-reject" true;
    Triage "h" "snooze" true;
    Triage "t" "correct" true;
    Triage "f" "mark-fixture" true;
    Queue "a" "assign-me" true;
    Queue "c" "close" true;
    Queue "n" "page-next" true;
    Case "a" "assign-me" true;
    Case "c" "close" true;
    Case "i" "note" true;
    Case "r" "write-mail" true;
    Case "s" "set-facts" true;
    Case "m" "merge" true;
    Case "e" "propose-measure" true;
    Case "p" "make-pack" true;
    Case "h" "snooze" true;
    Case "n" "case-next" true;
    Case "[" "report-previous" true;
    Case "]" "report-next" true;
    Case "v" "evidence-raw" true;
    Case "t" "correct" true;
    Case "f" "mark-fixture" true;
    Compose "Control+Enter" "send" true;
    Correct "Control+Enter" "correction-save" true;
    Correct "n" "correction-none" true;
    Correct "f" "mark-fixture" true;
}

/// The key of `action` in `scope`, or the one that works everywhere.
pub(crate) fn of(scope: Scope, action: &str) -> Option<Key> {
    let find = |scope| ALL.iter().copied().find(|key| key.action == action && key.scope == scope);
    find(scope).or_else(|| find(Scope::List)).or_else(|| find(Scope::Everywhere))
}

/// The attributes by which an element takes part. Sequences have no notation in `aria-keyshortcuts`.
pub(crate) fn attributes(scope: Scope, action: &str) -> String {
    let Some(key) = of(scope, action) else { return String::new() };
    let aria = match key.press {
        press if press.contains(' ') => String::new(),
        press => format!(" aria-keyshortcuts=\"{press}\""),
    };
    format!("data-key=\"{}\"{aria}", key.press)
}

/// The keys that work on a page of `scope`, by group, for the sheet.
pub(crate) fn sheet(scope: Scope) -> Vec<(Scope, Vec<Key>)> {
    let here = |group: &Scope| match group {
        Scope::Everywhere => true,
        Scope::List => matches!(scope, Scope::Triage | Scope::Queue),
        group => *group == scope,
    };
    let keys = |group: Scope| ALL.iter().copied().filter(|key| key.scope == group).collect();
    Scope::ALL.into_iter().filter(here).map(|group| (group, keys(group))).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use model::Lang;

    use super::*;

    #[test]
    fn no_two_actions_of_one_page_share_a_key() {
        for scope in Scope::ALL {
            let mut seen = BTreeSet::new();
            for (_, keys) in sheet(scope) {
                for key in keys {
                    assert!(seen.insert(key.press), "{} twice on {}", key.press, scope.name());
                }
            }
        }
        let first: BTreeSet<_> =
            ALL.iter().filter_map(|key| key.press.split_once(' ')).map(|(first, _)| first).collect();
        assert!(ALL.iter().all(|key| !first.contains(key.press)), "the first of two keys must not act alone");
    }

    #[test]
    fn every_key_and_scope_has_a_name_in_both_languages() {
        for lang in Lang::ALL {
            for key in ALL {
                assert!(text::has(lang, &format!("key-{}", key.action)), "key-{} in {lang:?}", key.action);
            }
            for scope in Scope::ALL {
                assert!(text::has(lang, &format!("key-scope-{}", scope.name())), "{}", scope.name());
            }
        }
    }

    /// A key that presses something must find it: each action stands in a template, and each action in a template exists.
    #[test]
    fn templates_and_table_agree() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        let mut used = BTreeSet::new();
        for file in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            for part in text.split("page.key(\"").skip(1) {
                used.insert(part.split('"').next().unwrap().to_owned());
            }
        }
        let goes = crate::screens::ALL.iter().filter_map(|screen| screen.entry).filter_map(|entry| entry.key);
        used.extend(goes.map(str::to_owned));
        let table: BTreeSet<_> = ALL.iter().filter(|key| key.element).map(|key| key.action.to_owned()).collect();
        assert_eq!(used, table);
    }
}
