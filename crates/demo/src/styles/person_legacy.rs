//! A complaint in kana from an old mail program: ISO-2022-JP or EUC-JP.
//!
//! Kana need no table: JIS X 0208 has hiragana in row 4 and katakana in row 5 in the order of Unicode.

use model::Category;

use super::Style;
use crate::reporter::Role;
use crate::scene::Scene;
use crate::stamp;
use crate::target::Kind;

pub(crate) const STYLE: Style = Style {
    name: "person_legacy",
    categories: &[Category::Spam],
    targets: &[Kind::Host],
    role: Role::Person,
    precise: true,
    weight: 4,
    write,
    ..Style::MAIL
};

fn write(scene: &mut Scene<'_>) -> Vec<u8> {
    let text = format!(
        "ごたんとうしゃさま\r\n\r\nおんしゃの {} から めいわくメールが とどきます。\r\nうけとったのは {} です。\r\n\
         やめるように つたえてください。おへんじを おねがいします。\r\n",
        scene.ip(),
        stamp::JST.slashed(scene.event),
    );
    let mail = scene.mail("meiwaku mail");
    if scene.rng.chance(600) {
        mail.bytes("ISO-2022-JP", "7bit", &iso_2022_jp(&text))
    } else {
        mail.bytes("EUC-JP", "8bit", &euc_jp(&text))
    }
}

/// The two bytes of JIS X 0208, or `None` for ASCII and whatever else.
fn jis(letter: char) -> Option<[u8; 2]> {
    let code = u32::from(letter);
    let cell = |base: u32| u8::try_from(code - base + 0x21).ok();
    match letter {
        'ぁ'..='ん' => Some([0x24, cell(0x3041)?]),
        'ァ'..='ヶ' => Some([0x25, cell(0x30A1)?]),
        '、' => Some([0x21, 0x22]),
        '。' => Some([0x21, 0x23]),
        'ー' => Some([0x21, 0x3C]),
        _ => None,
    }
}

/// RFC 1468: back to ASCII before every end of line.
fn iso_2022_jp(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut wide = false;
    for letter in text.chars() {
        let code = jis(letter);
        if code.is_some() != wide {
            wide = code.is_some();
            out.extend_from_slice(if wide { b"\x1b$B" } else { b"\x1b(B" });
        }
        match code {
            Some(bytes) => out.extend_from_slice(&bytes),
            None => out.extend(u8::try_from(letter)),
        }
    }
    out
}

fn euc_jp(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for letter in text.chars() {
        match jis(letter) {
            Some(bytes) => out.extend(bytes.map(|byte| byte | 0x80)),
            None => out.extend(u8::try_from(letter)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kana_have_their_jis_codes() {
        // あ 04-02, メ 05-65, ー 01-28.
        assert_eq!(iso_2022_jp("あa\r\n"), b"\x1b$B\x24\x22\x1b(Ba\r\n");
        assert_eq!(euc_jp("メー"), [0xA5, 0xE1, 0xA1, 0xBC]);
    }
}
