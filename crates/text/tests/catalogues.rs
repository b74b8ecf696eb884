//! The two catalogues say the same things: same keys, same variables, every word of the vocabulary.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement};
use model::{
    CaseState, Category, CauseClass, Code, Control, DeskGroup, Exit, Grade, Lane, Lang, LegalBasis, MeasureKind,
    MeasureState, Role, ServiceKind, Severity, taxonomy,
};
use text::catalogue::{files, problems};
use text::mail::{InfoReason, Missing, Part};
use text::{error, has, is_complete, t, ta};

/// Key (or key.attribute) → variables, and in which file it stands.
type Keys = BTreeMap<String, (BTreeSet<String>, &'static str)>;

fn keys(lang: Lang) -> Keys {
    let mut keys = Keys::new();
    for (file, source) in files(lang) {
        let resource = fluent_syntax::parser::parse(*source).unwrap_or_else(|(_, errors)| panic!("{file}: {errors:?}"));
        for entry in &resource.body {
            let Entry::Message(message) = entry else { continue };
            let mut put = |key: String, pattern: &Pattern<&str>| {
                let mut names = BTreeSet::new();
                variables(pattern, &mut names);
                assert!(keys.insert(key.clone(), (names, *file)).is_none(), "{file}: `{key}` is there twice");
            };
            if let Some(value) = &message.value {
                put(message.id.name.to_owned(), value);
            }
            for attribute in &message.attributes {
                put(format!("{}.{}", message.id.name, attribute.id.name), &attribute.value);
            }
        }
    }
    keys
}

fn variables(pattern: &Pattern<&str>, names: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        match element {
            PatternElement::Placeable { expression: Expression::Inline(inline) } => inline_variables(inline, names),
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                inline_variables(selector, names);
                for variant in variants {
                    variables(&variant.value, names);
                }
            }
            PatternElement::TextElement { .. } => {}
        }
    }
}

fn inline_variables(inline: &InlineExpression<&str>, names: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => {
            names.insert(id.name.to_owned());
        }
        InlineExpression::FunctionReference { arguments: CallArguments { positional, .. }, .. } => {
            for argument in positional {
                inline_variables(argument, names);
            }
        }
        _ => {}
    }
}

#[test]
fn the_files_are_well_formed() {
    for lang in Lang::ALL {
        assert_eq!(problems(lang), [] as [&str; 0], "{}", lang.tag());
    }
}

#[test]
fn both_languages_have_the_same_keys_variables_and_files() {
    let (ja, en) = (keys(Lang::Ja), keys(Lang::En));
    let names = |keys: &Keys| keys.keys().cloned().collect::<BTreeSet<_>>();
    let only_one: Vec<_> = names(&ja).symmetric_difference(&names(&en)).cloned().collect();
    assert!(only_one.is_empty(), "in one language only: {only_one:?}");
    for (key, value) in &ja {
        assert_eq!(value, &en[key], "`{key}` has other variables or stands in another file");
    }
    assert!(ja.len() > 250, "{}", ja.len());
}

#[test]
fn every_key_renders_with_its_variables() {
    for lang in Lang::ALL {
        for (key, (variables, file)) in keys(lang) {
            let values: Vec<_> = variables.iter().map(|name| (name.as_str(), 3.into())).collect();
            let text = ta(lang, &key, &values);
            assert!(is_complete(&text) && !text.is_empty(), "{file}: `{key}` gives `{text}`");
        }
    }
}

/// A prefix, the names below it, and whether the words must fit into narrow columns.
fn vocabulary() -> Vec<(&'static str, Vec<&'static str>, bool)> {
    macro_rules! row {
        ($prefix:literal, $enum:ty, $narrow:literal) => {
            ($prefix, <$enum>::ALL.iter().map(|value| value.name()).collect(), $narrow)
        };
    }
    let listed = |prefix, names: &[&'static str], narrow| (prefix, names.to_vec(), narrow);
    vec![
        row!("category", Category, false),
        row!("group", DeskGroup, false),
        row!("severity", Severity, true),
        row!("lane", Lane, true),
        row!("case-state", CaseState, true),
        row!("exit", Exit, true),
        row!("cause", CauseClass, true),
        row!("grade", Grade, true),
        row!("basis", LegalBasis, false),
        row!("mail-basis", LegalBasis, false),
        row!("measure-kind", MeasureKind, false),
        row!("mail-measure", MeasureKind, false),
        row!("measure-state", MeasureState, true),
        row!("service", ServiceKind, true),
        row!("control", Control, true),
        row!("role", Role, true),
        row!("mail-part", Part, false),
        row!("missing", Missing, false),
        row!("info-reason", InfoReason, false),
        listed("request", &["stop", "identify", "stop-and-identify"], true),
        listed("noise", &["bounce", "auto-reply", "marketing", "housekeeping", "reply"], true),
        listed("format", &["xarf-v4", "xarf-v3", "x-arf", "arf", "fail2ban", "form", "generic"], false),
        ("threat", taxonomy::NAMED.iter().map(|threat| threat.key).collect(), false),
    ]
}

#[test]
fn every_word_of_the_vocabulary_has_a_name_of_its_own() {
    for lang in Lang::ALL {
        for (prefix, names, narrow) in vocabulary() {
            let mut seen = BTreeSet::new();
            for name in names {
                let key = format!("{prefix}-{name}");
                assert!(has(lang, &key), "{}: `{key}` is missing", lang.tag());
                let text = t(lang, &key);
                assert!(seen.insert(text.clone()), "{}: two of {prefix} are called `{text}`", lang.tag());
                let limit = if lang == Lang::Ja { 6 } else { 16 };
                assert!(!narrow || width(&text) <= limit * 2, "{}: `{key}` = `{text}` is too long", lang.tag());
            }
        }
    }
}

/// Columns in a terminal: a full-width character takes two. The limit of six characters is one of columns.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

#[test]
fn named_threats_agree_with_the_taxonomy() {
    for threat in taxonomy::NAMED {
        assert_eq!(t(Lang::Ja, &format!("threat-{}", threat.key)), threat.ja);
        let english = t(Lang::En, &format!("threat-{}", threat.key));
        assert_eq!(english.to_lowercase(), threat.en.to_lowercase());
    }
}

#[test]
fn the_states_are_called_as_the_glossary_says() {
    let states: Vec<_> = CaseState::ALL.iter().map(|state| t(Lang::Ja, &format!("case-state-{state}"))).collect();
    assert_eq!(states, ["受付", "対応待ち", "顧客回答待ち", "回答あり", "停止", "終了"]);
    assert_eq!(t(Lang::Ja, "case-state-waiting.done"), "通知済み");
    assert_eq!((t(Lang::Ja, "exit-fixed"), t(Lang::Ja, "exit-rejected")), ("解決".to_owned(), "却下".to_owned()));
}

#[test]
fn every_error_says_what_to_do() {
    for lang in Lang::ALL {
        for key in keys(lang).keys().filter(|key| key.starts_with("error-") && !key.contains('.')) {
            assert!(has(lang, &format!("{key}.todo")), "{}: `{key}.todo` is missing", lang.tag());
        }
    }
    let (what, todo) = error(Lang::En, Code("store.full"));
    assert!(what.starts_with("The database has no room") && todo.starts_with("Free some disk space"));
    let (_, example) = error(Lang::Ja, Code("attribution.bad-input"));
    assert!(example.contains(r#"{"ip":"192.0.2.1","#), "{example}");
    assert_eq!(error(Lang::Ja, Code("no.such-code")), error(Lang::Ja, Code("unknown")));
}

#[test]
fn what_is_missing_shows() {
    assert_eq!(t(Lang::Ja, "no-such-key"), "⟦no-such-key⟧");
    assert!(!is_complete(&t(Lang::En, "case-state-open.no-such-attribute")));
    assert!(!is_complete(&t(Lang::Ja, "time-left")), "a missing variable");
    assert!(!has(Lang::Ja, "no-such-key"));
}

#[test]
fn numbers_are_grouped_and_texts_hold_no_isolation_marks() {
    let text = ta(Lang::Ja, "log-count", &[("n", 1_234_567.into())]);
    assert_eq!(text, "（1,234,567回）");
}
