//! Words that accuse. The customer is usually the victim of somebody else, so no mail says otherwise before the cause is
//! known (D02). Checked over all templates by a test, and over every replacement when it is loaded.

use model::Lang;

/// An accusing phrase found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accusation {
    /// The phrase as listed.
    pub phrase: &'static str,
    /// The line, from 1.
    pub line: usize,
}

const JA: &[&str] = &[
    "あなたが行",
    "あなたの攻撃",
    "お客様が攻撃",
    "お客様の攻撃",
    "お客様による攻撃",
    "お客様が行った不正",
    "お客様の不正行為",
    "お客様による不正",
    "お客様が送信した迷惑",
    "お客様が侵害",
    "違反者",
    "犯人",
    "加害者",
    "犯罪者",
    "悪質なお客様",
    "故意に",
    "罪に問われ",
    "厳重に抗議",
    "看過できません",
    "言い逃れ",
];

const EN: &[&str] = &[
    "you attacked",
    "you have attacked",
    "you are attacking",
    "your attack",
    "you sent spam",
    "you have sent spam",
    "you are sending spam",
    "your spam",
    "your crime",
    "you hacked",
    "you violated",
    "you have violated",
    "your violation",
    "your illegal",
    "your abuse",
    "you are guilty",
    "you infringed",
    "offender",
    "culprit",
    "violator",
    "perpetrator",
    "criminal",
    "deliberately",
    "stop attacking",
    "no excuse",
];

/// The accusing phrases of `lang` in `text`; letter case does not matter, nor do line breaks inside an English phrase.
pub fn accusations(lang: Lang, text: &str) -> Vec<Accusation> {
    let folded = text.to_lowercase();
    // A break is a space between English words and nothing between Japanese ones.
    let (phrases, gap) = match lang {
        Lang::Ja => (JA, ""),
        Lang::En => (EN, " "),
    };
    let plain = folded.replace('\n', gap);
    phrases
        .iter()
        .filter_map(|phrase| {
            let at = plain.find(phrase)?;
            Some(Accusation { phrase, line: line_of(&folded, gap.len(), at) })
        })
        .collect()
}

/// The line of `text` in which byte `at` of its plain form lies, where each line break has become `gap` bytes.
fn line_of(text: &str, gap: usize, at: usize) -> usize {
    let mut passed = 0;
    let mut line = 1;
    for content in text.split('\n') {
        passed += content.len();
        if at < passed {
            return line;
        }
        passed += gap;
        line += 1;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accusing_words_are_found_with_their_line() {
        let found = accusations(Lang::En, "Dear customer,\nWe saw that You\nattacked others.");
        assert_eq!(found, [Accusation { phrase: "you attacked", line: 2 }]);
        let found = accusations(Lang::Ja, "一行目\n二行目は違反\n者です");
        assert_eq!(found, [Accusation { phrase: "違反者", line: 2 }]);
        assert_eq!(accusations(Lang::Ja, "お客様のサイトが悪用されている可能性がございます。"), []);
    }
}
