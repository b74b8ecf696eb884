//! What a reader remarks about a report, in the language of whoever looks. A reading keeps its remarks as English sentences,
//! since it is data that programs get too; here stands the Japanese of each. The gate fails on a sentence that is not here.

use std::borrow::Cow;

use model::Lang;

/// Each sentence of the readers, `{}` where it has a word or number of its own, and its Japanese with the same words in order.
const JA: &[(&str, &str)] = &[
    (
        "A DMARC aggregate report on {} with {} sources: statistics, nobody is accused.",
        "{} に関するDMARC集計レポート（送信元{}件）。統計であり、指摘ではない。",
    ),
    ("A ZIP archive is damaged and was not opened.", "ZIPファイルが壊れていて開けなかった。"),
    ("A file in a ZIP archive is damaged and was not read.", "ZIPファイルの中に、壊れていて読めないファイルがある。"),
    (
        "A file in a ZIP archive is encrypted or packed in an unknown way: a person must open it.",
        "ZIPファイルの中に、暗号化または未対応の方式のファイルがある。人が開いて確認する。",
    ),
    (
        "A log line has no year and does not fit the 31 days before the report: ask for the year.",
        "ログの行に年がなく、通報前の31日間にも合わない。年を問い合わせる。",
    ),
    ("A mail nested deeper than {} was not read.", "{}段より深く入れ子になったメールは読んでいない。"),
    (
        "A packed file is larger than may be unpacked; only its start was read.",
        "圧縮ファイルが展開の上限を超えるため、先頭だけを読んだ。",
    ),
    (
        "A part is encrypted with PGP: somebody with the key must open it.",
        "PGPで暗号化された部分がある。鍵を持つ人が開いて確認する。",
    ),
    (
        "A part is encrypted with S/MIME: somebody with the key must open it.",
        "S/MIMEで暗号化された部分がある。鍵を持つ人が開いて確認する。",
    ),
    (
        "A report of SMTP TLS with {} failed sessions: statistics, nobody is accused.",
        "SMTP TLSレポート（失敗{}件）。統計であり、指摘ではない。",
    ),
    (
        "A workbook holds more text than is read; only its start was read.",
        "ワークブックの文字数が上限を超えるため、先頭だけを読んだ。",
    ),
    ("A workbook is damaged and was not opened.", "ワークブックが壊れていて開けなかった。"),
    ("More than {} nested parts; the rest was not read.", "入れ子の部分が{}を超えるため、残りは読んでいない。"),
    ("More than {} packed files; the rest was not read.", "圧縮されたファイルが{}個を超えるため、残りは読んでいない。"),
    ("More than {} parts; the rest was not read.", "部分が{}個を超えるため、残りは読んでいない。"),
    (
        "No QR code was read in these pictures, and no text is read from pictures: a person must look at {}.",
        "画像からQRコードは読み取れず、画像内の文字は読まない。人が確認する：{}",
    ),
    ("No accused address, URL or domain was found.", "指摘されているIPアドレス、URL、ドメインが見つからない。"),
    ("Of {} only the first {} connections were read.", "{} は最初の{}件の通信だけを読んだ。"),
    ("Only the first {} KiB of the header were read.", "ヘッダーは先頭の{} KiBだけを読んだ。"),
    ("Only the first {} MiB were read.", "先頭の{} MiBだけを読んだ。"),
    (
        "Packed more than {} times; the innermost was not opened.",
        "{}回を超えて重ねて圧縮されているため、最も内側は開いていない。",
    ),
    (
        "The MIME structure could not be read; the mail was read as plain text.",
        "MIMEの構造を読めないため、プレーンテキストとして読んだ。",
    ),
    ("The QR code in {} is no link: {}", "{} のQRコードはリンクではない：{}"),
    ("The XARF document names no source.", "XARF文書に対象（source）がない。"),
    ("The address `{}` could not be read.", "アドレス「{}」を読み取れない。"),
    ("The form's data is damaged: {}.", "フォームのデータが壊れている：{}"),
    ("The notice names no address that could be read.", "通知に読み取れるIPアドレスがない。"),
    ("The reader failed on this report: a person must read it.", "この通報の読み取りに失敗した。人が読む必要がある。"),
    (
        "The report has no Source-IP; the first hop from outside in the reported mail was taken.",
        "通報にSource-IPがないため、通報されたメールの、外部からの最初の経由を採った。",
    ),
    ("The report was passed on as an attached mail by {}.", "添付メールとして転送された通報。転送者：{}"),
    ("The report was passed on in the text of a mail by {}.", "本文に引用して転送された通報。転送者：{}"),
    ("The report was passed on through a ticket system by {}.", "チケットシステムを経て転送された通報。転送者：{}"),
    (
        "The reporter says that the mail is not spam (RFC 6430): nobody is accused.",
        "通報者は、このメールは迷惑メールではないとしている（RFC 6430）。指摘ではない。",
    ),
    ("The reporter says that this case is closed.", "通報者は、この件は終了したとしている。"),
    (
        "The rows of this Shadowserver report are behind its link: fetch the file and submit it.",
        "このShadowserverレポートの明細はリンク先にある。ファイルを取得して投入する。",
    ),
    (
        "The rule for this sender names labels that this report does not have.",
        "この送信元の規則にある見出しが、この通報にはない。",
    ),
    ("The source `{}` could not be read.", "対象「{}」を読み取れない。"),
    ("The summary lists no address.", "集計にIPアドレスが載っていない。"),
    ("The table has no rows: nothing was seen.", "表に行がない。検知はなかった。"),
    ("The time of the event could not be read.", "発生日時を読み取れない。"),
    (
        "This is neither a mail nor a known JSON report; it was read as plain text.",
        "メールでも既知のJSON形式でもないため、プレーンテキストとして読んだ。",
    ),
    ("XARF v3: {}.", "XARF v3：{}"),
    ("XARF v4: {}.", "XARF v4：{}"),
    (
        "{} links were left out: the report says that their owner has no part in it.",
        "{}件のリンクを除いた。通報に、その所有者は無関係とある。",
    ),
    ("{} more observations were left out.", "残り{}件の観測は省いた。"),
    ("{} observations so far; {} more are being read.", "これまでに観測{}件。残り{}件を読み取り中。"),
];

/// A remark for somebody who reads `lang`. One that nobody knows stays as it is.
pub fn remark(lang: Lang, english: &str) -> Cow<'_, str> {
    let translated = match lang {
        Lang::En => None,
        Lang::Ja => JA.iter().find_map(|(pattern, japanese)| Some(filled(japanese, &words(pattern, english)?))),
    };
    translated.map_or(Cow::Borrowed(english), Cow::Owned)
}

/// What stands in the places of `pattern`, if `text` is such a sentence.
fn words<'t>(pattern: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let mut pieces = pattern.split("{}");
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut words = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        // The last piece has to stand at the end, whatever the word before it holds.
        let word = if pieces.peek().is_none() { rest.strip_suffix(piece)? } else { rest.split_once(piece)?.0 };
        words.push(word);
        rest = &rest[word.len() + piece.len()..];
    }
    rest.is_empty().then_some(words)
}

fn filled(pattern: &str, words: &[&str]) -> String {
    let mut words = words.iter();
    let pieces = pattern.split("{}").enumerate();
    pieces
        .map(
            |(place, piece)| {
                if place == 0 { piece.to_owned() } else { words.next().map_or("", |word| *word).to_owned() + piece }
            },
        )
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_of_the_reader_is_told_with_its_own_words() {
        for (english, japanese) in [
            ("The table has no rows: nothing was seen.", "表に行がない。検知はなかった。"),
            ("Of 192.0.2.1 only the first 50 connections were read.", "192.0.2.1 は最初の50件の通信だけを読んだ。"),
            ("The form's data is damaged: a. b..", "フォームのデータが壊れている：a. b."),
            ("The QR code in a is no link: in b", "a のQRコードはリンクではない：in b"),
            ("Nobody knows this.", "Nobody knows this."),
            ("", ""),
        ] {
            assert_eq!(remark(Lang::Ja, english), japanese);
            assert_eq!(remark(Lang::En, english), english);
        }
    }

    #[test]
    fn each_sentence_is_found_by_itself_and_keeps_every_word() {
        for (pattern, japanese) in JA {
            let places = pattern.matches("{}").count();
            assert_eq!(places, japanese.matches("{}").count(), "{pattern}");
            let english = filled(pattern, &["一", "二"][..places]);
            assert_eq!(remark(Lang::Ja, &english), filled(japanese, &["一", "二"][..places]), "{pattern}");
        }
    }
}
