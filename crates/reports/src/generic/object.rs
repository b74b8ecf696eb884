//! What a rights notice is about: the work, the mark, or the right that is said to be infringed.

use model::Category;

/// Lines that are looked at.
const MAX_LINES: usize = 400;
/// Longest object, in bytes.
const MAX: usize = 200;

/// Labels before the work or the right.
const LABELS: &[&str] = &[
    "work",
    "works",
    "title",
    "original work",
    "copyrighted work",
    "copyrighted works",
    "infringed work",
    "trademark",
    "trademarks",
    "brand",
    "mark",
    "著作物",
    "著作物名",
    "作品",
    "作品名",
    "題名",
    "タイトル",
    "商標",
    "登録商標",
    "ブランド",
    "侵害された権利",
    "侵害されたとする権利",
    "侵害された著作物",
];

/// Words that say how somebody's honour or privacy is touched.
const HONOUR: &[&str] = &[
    "名誉毀損",
    "名誉棄損",
    "名誉権",
    "プライバシー",
    "誹謗中傷",
    "中傷",
    "侮辱",
    "事実無根",
    "肖像権",
    "嘘を書かれ",
    "個人情報",
    "実名",
    "電話番号",
    "defamation",
    "defamatory",
    "libel",
    "slander",
    "privacy",
    "insult",
    "false statement",
    "personal information",
];

/// The object of a notice of `category`; nothing where the text does not name it.
pub(crate) fn find(category: Category, text: &str) -> Option<String> {
    match category {
        Category::Copyright
        | Category::CopyrightP2p
        | Category::CopyrightCyberlocker
        | Category::CopyrightLinkSite
        | Category::CopyrightUgc
        | Category::CopyrightUsenet => labelled(text).or_else(|| quoted(text)),
        Category::BrandInfringement => labelled(text).or_else(|| mark(text)).or_else(|| quoted(text)),
        Category::Defamation => labelled(text).or_else(|| honour(text)),
        _ => None,
    }
}

/// `1. Work: "Night Ferry"`, `３．侵害されたとする権利　名誉権`.
fn labelled(text: &str) -> Option<String> {
    text.lines().take(MAX_LINES).find_map(|line| {
        let line = line.trim_start_matches(|c: char| !c.is_alphabetic());
        let end = line.find([':', '：', '\u{3000}'])?;
        let label = line.get(..end)?.trim().to_lowercase();
        let known = LABELS.contains(&label.as_str());
        let rest = line.get(end..)?.trim_start_matches([':', '：', '\u{3000}', ' ']);
        known.then(|| tidy(rest)).flatten()
    })
}

/// What stands in quotation marks in a line that speaks of rights.
fn quoted(text: &str) -> Option<String> {
    let lines = text.lines().take(MAX_LINES).filter(|line| line.contains(['"', '“', '「', '『'])).filter(|line| {
        let lower = line.to_lowercase();
        ["copyright", "work", "film", "著作", "作品", "商標", "trademark"].iter().any(|word| lower.contains(word))
    });
    lines.flat_map(|line| [('"', '"'), ('“', '”'), ('「', '」'), ('『', '』')].map(|pair| (line, pair))).find_map(
        |(line, (open, close))| {
            let (_, rest) = line.split_once(open)?;
            tidy(rest.split_once(close)?.0)
        },
    )
}

/// `the registered trademark Tsukuyo Bank (No. 5180018)`: the words with a capital behind it.
fn mark(text: &str) -> Option<String> {
    text.lines().take(MAX_LINES).find_map(|line| {
        let lower = line.to_ascii_lowercase();
        let start = ["trademark ", "trade mark "].iter().find_map(|word| Some(lower.find(word)? + word.len()))?;
        let rest = line.get(start..)?;
        let end = rest.find(['(', '.', ',', ';', ':']).unwrap_or(rest.len());
        let words: Vec<&str> = rest
            .get(..end)?
            .split_whitespace()
            .take_while(|word| word.starts_with(|c: char| c.is_uppercase() || !c.is_ascii()))
            .collect();
        tidy(&words.join(" "))
    })
}

/// The first word that says how honour or privacy is touched. Only the word: the sentence may name the one who complains.
fn honour(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    HONOUR.iter().filter_map(|word| Some((lower.find(word)?, *word))).min().map(|(_, word)| word.to_owned())
}

fn tidy(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| crate::charset::prefix(text, MAX).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_work_the_mark_and_the_right_are_found() {
        let found = |category, text| find(category, text);
        let copyright = Category::Copyright;
        assert_eq!(
            found(copyright, "Notice\n1. Work: \"Night Ferry\" (series)").as_deref(),
            Some("\"Night Ferry\" (series)")
        );
        assert_eq!(
            found(copyright, "３．侵害されたとする権利　複製権・公衆送信権").as_deref(),
            Some("複製権・公衆送信権")
        );
        assert_eq!(found(copyright, "弊社の作品「夜の渡し」が転載されています。").as_deref(), Some("夜の渡し"));
        assert_eq!(found(copyright, "You infringe our copyright. Remove it."), None);
        let brand = "we protect the registered trademark Icho Pay (No. 5180018). The web site";
        assert_eq!(found(Category::BrandInfringement, brand).as_deref(), Some("Icho Pay"));
        assert_eq!(found(Category::BrandInfringement, "this is trademark infringement"), None);
        assert_eq!(found(Category::Defamation, "私の実名が書かれ、中傷されています").as_deref(), Some("実名"));
        assert_eq!(found(Category::Defamation, "消してください"), None);
        assert_eq!(found(Category::Spam, "Work: x"), None);
    }
}
