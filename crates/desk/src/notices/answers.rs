//! The questions that every customer is asked (D52), and what can be read from the answer.
//!
//! A line begins with `Q1` to `Q6`; the answer stands behind the colon or below. People answer inside the quoted question,
//! below it, in full-width letters: all of that is understood. What is not recognised stays readable in the message.

use std::collections::BTreeMap;

use model::Lang;
use serde::{Deserialize, Serialize};
use text::t;
use text::wording::clean;

/// The questions in their order: `Q1` is the first.
pub const QUESTIONS: [&str; 6] = ["up", "ongoing", "logs", "who", "mistake", "stepping-stone"];

/// Longest answer that is kept, characters.
const MAX_ANSWER: usize = 500;
/// Lines that are looked at.
const MAX_LINES: usize = 2000;

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// What was written.
    pub text: String,
    /// Yes or no, where it begins with one of them.
    pub yes: Option<bool>,
}

/// The questions as they stand below a notice.
pub(super) fn questionnaire(lang: Lang) -> String {
    let heading = t(lang, "mail-questions");
    let heading = match lang {
        Lang::Ja => format!("■ {heading}"),
        Lang::En => format!("{heading}\n{}", "-".repeat(heading.chars().count())),
    };
    let mut lines = vec![heading, t(lang, "mail-questions-how")];
    let asked = |(index, question)| format!("Q{} {}:", index + 1, t(lang, &format!("mail-question-{question}")));
    lines.extend(QUESTIONS.iter().enumerate().map(asked));
    lines.push(String::new());
    lines.join("\n")
}

/// The answers in the text of a reply, by question; the first answer to a question counts, an empty one does not.
pub fn parse_answers(text: &str) -> BTreeMap<&'static str, Answered> {
    let mut found: BTreeMap<&'static str, Answered> = BTreeMap::new();
    let mut open: Option<&'static str> = None;
    for line in text.lines().take(MAX_LINES) {
        let quoted = line.trim_start().starts_with(['>', '|', '＞']);
        let line = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '>' | '|' | '＞')).trim();
        if let Some((question, rest)) = question(line) {
            open = None;
            if rest.is_empty() {
                open = Some(question);
            } else {
                keep(&mut found, question, rest);
            }
        } else if let Some(question) = open.filter(|_| !line.is_empty() && !quoted) {
            keep(&mut found, question, line);
            open = None;
        }
    }
    found
}

fn keep(found: &mut BTreeMap<&'static str, Answered>, question: &'static str, text: &str) {
    let text = clean(text, MAX_ANSWER);
    found.entry(question).or_insert_with(|| Answered { yes: yes_or_no(&text), text });
}

/// The question that a line begins with, and what stands behind its colon.
fn question(line: &str) -> Option<(&'static str, &str)> {
    let rest = line.strip_prefix(['Q', 'q', 'Ｑ', 'A', 'a', 'Ａ'])?;
    let number = rest.chars().next()?;
    let digit = match number {
        '1'..='6' => number as usize - '1' as usize,
        '１'..='６' => number as usize - '１' as usize,
        _ => return None,
    };
    let rest = &rest[number.len_utf8()..];
    if rest.starts_with(|c: char| c.is_alphanumeric() && c.is_ascii()) {
        return None;
    }
    let answer = rest.find([':', '：']).map_or(rest, |at| rest[at..].trim_start_matches([':', '：']));
    // Without a colon everything behind the number is the answer, if there is no question any more.
    let answer = answer.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ')' | '．' | '）' | '、'));
    Some((QUESTIONS[digit], answer.trim()))
}

fn yes_or_no(text: &str) -> Option<bool> {
    let text = text.to_lowercase();
    let begins = |words: &[&str]| {
        words.iter().any(|word| {
            text.strip_prefix(word)
                .is_some_and(|rest| !word.is_ascii() || !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
        })
    };
    // "No" first: いいえ and 稼働していません begin with neither yes.
    if begins(&["いいえ", "無", "なし", "ない", "ありません", "続いていません", "no", "not", "none", "never"])
    {
        return Some(false);
    }
    if begins(&["はい", "有", "あり", "ある", "続いて", "稼働して", "yes", "y"]) {
        return Some(true);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_wherever_people_write_them() {
        let reply = "お世話になっております。\n\
            > Q1 記載の日時に、該当の機器・サービスは稼働していましたか: はい\n\
            > Q2 現在も同じ事象が続いていますか:\n> \n\nいいえ、停止しました\n\
            Ｑ３：ログに残っていました\n\
            Q4) 退職者のアカウント\n\
            Q7 x\nQuestion: no\n\
            >> Q5 操作や設定の誤りによるものですか: \n> Q6 第三者に踏み台として利用された可能性はありますか: あります\n";
        let found = parse_answers(reply);
        let text = |question: &str| found.get(question).map(|answer| (answer.text.as_str(), answer.yes));
        assert_eq!(text("up"), Some(("はい", Some(true))));
        assert_eq!(text("ongoing"), Some(("いいえ、停止しました", Some(false))));
        assert_eq!(text("logs"), Some(("ログに残っていました", None)));
        assert_eq!(text("who"), Some(("退職者のアカウント", None)));
        assert_eq!(text("mistake"), None);
        assert_eq!(text("stepping-stone"), Some(("あります", Some(true))));
    }

    #[test]
    fn an_unanswered_questionnaire_has_no_answers() {
        for lang in Lang::ALL {
            let asked = questionnaire(lang);
            assert_eq!(asked.matches("\nQ").count(), 6, "{asked}");
            let quoted = format!("> {}", asked.replace('\n', "\n> "));
            assert!(parse_answers(&quoted).is_empty(), "{:?}", parse_answers(&quoted));
            assert!(text::is_complete(&asked), "{asked}");
        }
    }

    #[test]
    fn english_yes_and_no_are_words_of_their_own() {
        let found =
            parse_answers("Q1: Yes, it was\nQ2: not any more\nQ3: Nothing found\nQ4: yesterday's intern\nQ5: no");
        let yes = |question: &str| found[question].yes;
        assert_eq!(
            (yes("up"), yes("ongoing"), yes("logs"), yes("who"), yes("mistake")),
            (Some(true), Some(false), None, None, Some(false))
        );
    }
}
