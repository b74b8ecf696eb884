//! Names of people, companies and sites, all invented by combination.

use crate::rng::Rng;

/// Surnames, as written and in Latin letters.
pub(crate) const SURNAMES: &[(&str, &str)] = &[
    ("佐藤", "sato"),
    ("鈴木", "suzuki"),
    ("高橋", "takahashi"),
    ("田中", "tanaka"),
    ("伊藤", "ito"),
    ("渡辺", "watanabe"),
    ("山本", "yamamoto"),
    ("中村", "nakamura"),
    ("小林", "kobayashi"),
    ("加藤", "kato"),
    ("吉田", "yoshida"),
    ("山田", "yamada"),
    ("松本", "matsumoto"),
    ("井上", "inoue"),
    ("木村", "kimura"),
    ("清水", "shimizu"),
    ("斎藤", "saito"),
    ("森", "mori"),
    ("池田", "ikeda"),
    ("橋本", "hashimoto"),
    ("石川", "ishikawa"),
    ("前田", "maeda"),
    ("藤田", "fujita"),
    ("岡田", "okada"),
    ("長谷川", "hasegawa"),
    ("村上", "murakami"),
    ("近藤", "kondo"),
    ("遠藤", "endo"),
    ("青木", "aoki"),
    ("坂本", "sakamoto"),
];

/// Given names, as written and in Latin letters.
pub(crate) const GIVEN: &[(&str, &str)] = &[
    ("太郎", "taro"),
    ("花子", "hanako"),
    ("一郎", "ichiro"),
    ("健二", "kenji"),
    ("美咲", "misaki"),
    ("陽子", "yoko"),
    ("大輔", "daisuke"),
    ("翔太", "shota"),
    ("由美", "yumi"),
    ("直樹", "naoki"),
    ("恵子", "keiko"),
    ("拓也", "takuya"),
    ("真由美", "mayumi"),
    ("誠", "makoto"),
    ("久美子", "kumiko"),
    ("さくら", "sakura"),
    ("蓮", "ren"),
    ("結衣", "yui"),
    ("悠真", "yuma"),
    ("葵", "aoi"),
];

const COMPANY_WORDS: &[(&str, &str)] = &[
    ("やまびこ", "yamabiko"),
    ("ひなた", "hinata"),
    ("あさつゆ", "asatsuyu"),
    ("つきみ", "tsukimi"),
    ("かわせみ", "kawasemi"),
    ("そよかぜ", "soyokaze"),
    ("わかたけ", "wakatake"),
    ("こもれび", "komorebi"),
    ("うみねこ", "umineko"),
    ("ゆきわり", "yukiwari"),
    ("はなみずき", "hanamizuki"),
    ("いわしぐも", "iwashigumo"),
];

const COMPANY_KINDS: &[(&str, &str)] = &[
    ("商店", "shoten"),
    ("工務店", "komuten"),
    ("歯科医院", "dental"),
    ("製作所", "works"),
    ("企画", "kikaku"),
    ("印刷", "insatsu"),
    ("旅館", "ryokan"),
    ("システム", "systems"),
    ("食堂", "shokudo"),
    ("運輸", "unyu"),
];

const TLDS: &[&str] = &["jp", "jp", "jp", "com", "net", "org"];

/// A person: (surname and given name as written, in Latin letters, local part of an address).
pub(crate) fn person(rng: &mut Rng) -> (String, String, String) {
    let (surname, surname_latin) = rng.pick(SURNAMES);
    let (given, given_latin) = rng.pick(GIVEN);
    (
        format!("{surname} {given}"),
        format!("{} {}", capital(surname_latin), capital(given_latin)),
        format!("{given_latin}.{surname_latin}"),
    )
}

/// A company: (Japanese name, English name, local part of an address).
pub(crate) fn company(rng: &mut Rng) -> (String, String, String) {
    let (word, latin) = rng.pick(COMPANY_WORDS);
    let (kind, kind_latin) = rng.pick(COMPANY_KINDS);
    let ja = if rng.chance(600) { format!("株式会社{word}{kind}") } else { format!("有限会社{word}{kind}") };
    (ja, format!("{} {} Co., Ltd.", capital(latin), capital(kind_latin)), format!("info.{latin}-{kind_latin}"))
}

/// A domain name below a documentation domain; `tag` keeps names of different kinds apart, `number` within a kind.
pub(crate) fn domain(rng: &mut Rng, tag: &str, number: u32) -> String {
    let word = rng.pick(COMPANY_WORDS).1;
    let kind = rng.pick(COMPANY_KINDS).1;
    format!("{word}-{kind}-{tag}{number:06}.example.{}", rng.pick(TLDS))
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
