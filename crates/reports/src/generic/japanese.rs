//! Japanese beside a value: words in front of it, and, as the language puts it, what stands behind it.

use super::columns::Column;
use super::cue_words::Says::{self, Accused, Noun, Other, Weak};

/// Words in front of an address.
#[rustfmt::skip] // Words side by side can be read; one a line cannot.
pub(super) const IP_WORDS: &[(Says, &[&str])] = &[
    (
        Other,
        &[
            "弊社", "当社", "弊行", "当行", "当方", "当院", "当校", "本学", "当庫", "自宅", "接続先", "受信サーバ", "受信側",
            "受信者", "受信したサーバ", "対象機器", "対象サーバ", "転送元", "誤:", "訂正前", "シンクホール", "観測点", "観測装置", "センサ", "ハニーポット", "に対し", "<sip:", "アドレスブロック", "ターゲット", "相手先",
            "投稿先", "閲覧先", "ログイン先", "調査元", "観測元", "監視元", "検査元", "問い合わせ元", "問合せ元", "出口", "lb:", "ロードバランサ", "リバースプロキシ",
        ],
    ),
    (
        Accused,
        &[
            "発 信 元", "ログイン元", "投稿元", "書き込み元", "書込み元", "反射元", "送信サーバ", "発信者", "投稿者", "攻撃者",
            "通信先", "転送先", "c2サーバ", "c&cサーバ", "指令サーバ", "設置サーバ", "感染", "踏み台", "遮断した", "貴組織",
            "貴ネットワーク", "貴as", "正:", "訂正後", "不正アクセス元", "投稿時ip", "ログイン時ip", "直接受け取ったのは",
            "アタッカー", "通信元", "failed for", "貴機関", "貴校", "貴院", "貴行", "貴法人", "貴大学",
        ],
    ),
    // What a server does says nothing of whose it is: `貴社のメールサーバ`.
    (Weak, &["メールサーバ", "電話サーバ", "ftpサーバ", "webサーバ", "ウェブサーバ", "ゲームサーバ", "鯖"]),
    (Noun, &["ip　", "ホスト", "サーバのip"]),
];

/// Words in front of a URL or a name.
#[rustfmt::skip] // As above.
pub(super) const URL_WORDS: &[(Says, &[&str])] = &[
    (
        Other,
        &[
            "真正", "正しい", "詳細は", "詳細:", "参考", "問い合わせ先", "連絡先", "関連情報", "ガイドライン", "権利者", "依頼者url",
            "申出者", "当社サイト", "弊社サイト", "当社ページ", "弊社ページ", "当社ドメイン", "弊社ドメイン", "当社url", "弊社url",
            "当社ir", "製品情報", "元の写真", "元の記事", "元記事", "元画像", "原作", "オリジナル", "証拠", "スクリーンショット",
            "鑑定書", "委任状", "原簿", "著作物", "許諾の", "手続き", "解析結果", "ポータル", "閲覧は", "チケットの", "接続先", "投稿先",
            "申し込み", "お申込", "配信停止", "法人のサイト", "私のブログ", "当店の", "当館の", "通報フォーム", "リダイレクト",
            "転載元", "騙られている", "偽装対象", "攻撃先", "貴社利用規約", "メーカー", "書誌", "商品ページ（", "当事務所", "本物の", "口コミがのっている", "口コミサイト", "同じような口コミ",
        ],
    ),
    (
        Accused,
        &[
            "詐欺", "悪質", "模倣", "海賊版", "無断", "不正", "悪用", "騙", "かた", "なりすま", "中傷", "名誉", "悪口", "投稿", "書き込み",
            "書込", "誘導", "改ざん", "マルウェア", "ウイルス", "配布", "公開され", "さらされ", "転送元", "停止", "閉鎖", "盗", "通報",
            "冠した", "開示", "公開場所", "公開先", "許諾なく", "許諾を得", "販売して",
        ],
    ),
    (Noun, &["ドメイン", "ホームページ", "以下", "下記", "次の"]),
];

/// What to the sentence a value is, by the particle behind it: `…から` comes from it, `…宛` goes to it.
const IP_SOURCE_AFTER: &[&str] = &["から", "より", "を送信元", "を発信元", "（貴社", "（貴組織", "(貴社"];
#[rustfmt::skip] // As above.
const IP_TARGET_AFTER: &[&str] = &[
    "宛", "に対", "へ", "あて", "（弊社", "（当社", "（当方", "（本学", "（当院", "(弊社", "(当社", "(当方", "は弊社", "は当社",
    "は当方", "は本学", "は当会", "を狙", "が攻撃", "が何者か", "を攻撃",
];
/// A sentence that takes the accusation back.
const DENIED_AFTER: &[&str] = &["無関係", "ではございません", "ではありません", "関係ありません", "関係ございません"];

/// What stands behind an address says of it, if anything: true for the accused.
pub(super) fn address_before(behind: &str) -> Option<bool> {
    if behind.is_ascii() {
        return None;
    }
    let behind = behind.trim_start_matches([' ', '\u{3000}', '）', ')', '」', ']']);
    let starts = |words: &[&str]| words.iter().any(|word| behind.starts_with(word));
    let own = behind.split(['。', '、']).next().unwrap_or(behind);
    // `… より送信`, and nothing else: the machine that wrote the mail.
    let whole = ["より", "から"].iter().find_map(|word| behind.trim_end().strip_prefix(word));
    if whole.is_some_and(|rest| {
        ["送信", "自動送信", "配信", "送信しています", "送信しました"].contains(&rest.trim_end_matches('。'))
    }) {
        return Some(false);
    }
    if starts(IP_TARGET_AFTER) || DENIED_AFTER.iter().any(|word| behind.contains(word)) {
        return Some(false);
    }
    (starts(IP_SOURCE_AFTER) || own.starts_with('の') && own.contains("から")).then_some(true)
}

#[rustfmt::skip] // As above.
const URL_ACCUSED_AFTER: &[&str] = &[
    "詐欺", "偽", "フィッシング", "無断", "違法", "侵害", "模倣", "許諾なく", "誘導", "改ざん", "止めて", "消して", "停止", "閉鎖",
    "削除", "名誉", "中傷", "でした", "配布", "不正", "虚偽",
];
const URL_OTHER_AFTER: &[&str] = &["公式", "正規", "本物", "のみです", "からのみ"];

/// Whether what stands behind a URL accuses it: the predicate comes last.
pub(super) fn accuses_url_before(behind: &str) -> bool {
    let says = |words: &[&str]| words.iter().any(|word| behind.contains(word));
    !behind.is_ascii() && says(URL_ACCUSED_AFTER) && !says(URL_OTHER_AFTER) && !says(DENIED_AFTER)
}

/// What a column or a labelled line of this name, written together, holds: whose (`送信元…`), then what (`…ポート`).
pub(super) fn column(name: &str) -> Option<Column> {
    if name.is_ascii() {
        return None;
    }
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    let ends = |words: &[&str]| words.iter().any(|word| name.ends_with(word));
    let target = has(&[
        "宛先",
        "接続先",
        "攻撃先",
        "送信先",
        "通信先",
        "投稿先",
        "閲覧先",
        "ログイン先",
        "アクセス先",
        "被害",
        "標的",
        "弊社",
        "当社",
        "自社",
        "当方",
    ]);
    let source = has(&[
        "送信元",
        "接続元",
        "攻撃元",
        "発信元",
        "通信元",
        "投稿元",
        "アクセス元",
        "ログイン元",
        "書込元",
        "書き込み元",
        "ソース",
        "発信",
        "投稿時",
        "ログイン時",
        "クライアント",
    ]);
    if has(&["ポート"]) && !has(&["レポート", "サポート"]) {
        Some(if target {
            Column::TargetPort
        } else if source {
            Column::SourcePort
        } else {
            Column::Port
        })
    } else if ends(&["日時", "時刻", "日付", "年月日", "タイムスタンプ", "日", "検知", "検出", "観測", "発生"])
        || ends(&["時間"]) && !has(&["継続", "接続時", "所要", "滞在", "経過"])
    {
        Some(Column::Time)
    } else if has(&["メールアドレス", "macアドレス", "帯域", "範囲", "ブロック"]) {
        Some(Column::Other)
    } else if ends(&["回数", "件数", "試行数", "検知数"]) {
        Some(Column::Count)
    } else if has(&["ip", "アドレス", "アイピー", "アイ・ピー"]) || source && ends(&["元", "クライアント"])
    {
        Some(if target { Column::Target } else { Column::Source })
    } else if has(&["url", "リンク", "ページ"]) {
        let own = target || has(&["正規", "公式", "参考", "証拠", "オリジナル", "原", "権利者", "本物", "参照", "元"]);
        Some(if own { Column::Other } else { Column::Url })
    } else if has(&["ドメイン", "ホスト名"]) {
        Some(if target || has(&["対象"]) { Column::Other } else { Column::Host })
    } else {
        None
    }
}

/// Whether a text asks to take something down.
pub(super) fn asks_removal(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "消して",
        "けして",
        "消し去",
        "削除",
        "止めて",
        "とめて",
        "停止",
        "閉鎖",
        "閉じて",
        "取り下げて",
        "下ろして",
        "やめさせ",
    ];
    !text.is_ascii() && WORDS.iter().any(|word| text.contains(word))
}

/// What is behind the last full stop: what a sentence before said is no adjective of the value.
pub(super) fn sentence(text: &str) -> &str {
    text.rfind('。').map_or(text, |at| &text[at + '。'.len_utf8()..])
}

/// A heading without the aside in brackets that it ends with.
pub(super) fn without_aside(heading: &str) -> &str {
    let whole = heading.trim_end_matches(['。', ':', ' ']);
    if !whole.ends_with('）') {
        return heading;
    }
    whole.rfind('（').map_or(heading, |at| &heading[..at]).trim_end()
}

/// The last sentence of a heading.
pub(super) fn last_sentence(heading: &str) -> &str {
    sentence(heading.trim_end_matches(['。', ' ']))
}

/// Whether a heading is a sentence in which the writer names himself, and no label of what stands under it.
pub(super) fn is_sentence(heading: &str) -> bool {
    !heading.is_ascii() && !heading.ends_with(':') && heading.chars().count() > 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn particles_tell_source_from_target() {
        for (behind, says) in [
            ("から不正アクセスがありました。", Some(true)),
            ("（貴社割当）です。", Some(true)),
            ("）に対し、攻撃がありました", Some(false)),
            ("は弊社の設備です。", Some(false)),
            (" は当会の会員で、無関係でした。", Some(false)),
            (" です。", None),
            (" was attacked", None),
        ] {
            assert_eq!(address_before(behind), says, "{behind}");
        }
        assert!(accuses_url_before("というサイトは詐欺です。"));
        assert!(!accuses_url_before(" のみです。偽サイトにご注意ください。"));
    }

    #[test]
    fn columns() {
        for (name, holds) in [
            ("アクセス元ipアドレス", Some(Column::Source)),
            ("ログイン元", Some(Column::Source)),
            ("攻撃元国", None),
            ("ddos攻撃の送信元について", None),
            ("最終検知", Some(Column::Time)),
            ("宛先ipアドレス", Some(Column::Target)),
            ("アクセス元ポート番号", Some(Column::SourcePort)),
            ("通信先ポート", Some(Column::TargetPort)),
            ("ポート番号", Some(Column::Port)),
            ("レポート名", None),
            ("遮断日時", Some(Column::Time)),
            ("注文日", Some(Column::Time)),
            ("接続時間", None),
            ("メールアドレス", Some(Column::Other)),
            ("正規ページ", Some(Column::Other)),
            ("掲載ページ", Some(Column::Url)),
            ("接続元試行回数", Some(Column::Count)),
        ] {
            assert_eq!(column(name), holds, "{name}");
        }
    }

    #[test]
    fn headings() {
        assert_eq!(without_aside("次のページです（かっこ内は元記事です）。"), "次のページです");
        assert_eq!(without_aside("攻撃先:"), "攻撃先:");
        assert!(is_sentence("弊社運営サイトのログに、以下の記録がありました。"));
        assert!(!is_sentence("攻撃先（弊社）"));
        assert_eq!(sentence("割り当てです。なお"), "なお");
        assert_eq!(last_sentence("権利を有します。次の店舗です。"), "次の店舗です");
    }
}
