//! What the subject of a spam mail is about: a table of words, Japanese and English.

use model::Category;
use serde::{Deserialize, Serialize};

use SubjectClass as S;

model::names! {
    /// What a mail is about, by its subject.
    SubjectClass {
        /// A card company's name or its words.
        CreditCard "credit-card",
        /// A bank, a stockbroker, a wallet.
        Bank "bank",
        /// A shop or an auction on the Internet, a subscription.
        Shop "shop",
        /// A parcel that could not be delivered.
        Delivery "delivery",
        /// Taxes, electricity, tolls, a public office.
        Authority "authority",
        /// A telephone company, a mail or login account.
        Account "account",
        /// An invoice or a document that is malware.
        Attachment "attachment",
        /// Money for an advance: inheritance, lottery, aid.
        AdvanceFee "advance-fee",
        /// "I have filmed you": money for silence.
        Extortion "extortion",
        /// Medicines without a prescription.
        Pharmacy "pharmacy",
        /// Dating.
        Dating "dating",
        /// Investment, casino, side jobs.
        Investment "investment",
        /// Copies of brands, sales to everybody.
        Advertisement "advertisement",
    }
}

impl SubjectClass {
    /// The kind of abuse that it shows by itself, beside that it was spam.
    pub const fn says(self) -> Option<Category> {
        match self {
            S::CreditCard | S::Bank | S::Shop | S::Delivery | S::Authority | S::Account => Some(Category::Phishing),
            S::Attachment => Some(Category::Malware),
            S::AdvanceFee | S::Extortion | S::Dating | S::Investment => Some(Category::Fraud),
            S::Pharmacy | S::Advertisement => None,
        }
    }
}

/// Words in lower case; all that are joined by `+` have to stand in the subject. The first entry that fits decides, so that
/// what names its trade comes before what only asks to log in.
const WORDS: &[(SubjectClass, &[&str])] = &[
    (
        S::Extortion,
        &[
            "あなたの秘密",
            "録画しました",
            "ビットコイン+支払",
            "i recorded you",
            "your device was hacked",
            "hacked+bitcoin",
            "pay+bitcoin",
        ],
    ),
    (
        S::CreditCard,
        &[
            "カード+利用",
            "カード+確認",
            "カード+停止",
            "カード+制限",
            "カード+お支払",
            "カード+会員",
            "クレジットカード",
            "利用のお知らせ+カード",
            "ご請求予定金額",
            "card+suspend",
            "card+verify",
            "card+expired",
            "card+declined",
            "card+unusual",
            "card+block",
            "credit card+update",
        ],
    ),
    (
        S::Bank,
        &[
            "銀行",
            "信用金庫",
            "信金",
            "ネットバンキング",
            "ダイレクト+口座",
            "証券",
            "口座+凍結",
            "口座+制限",
            "口座+確認",
            "お取引+規制",
            "振込+確認",
            "取引目的+確認",
            "ワンタイムパスワード",
            "bank+account",
            "online banking",
            "bank+verify",
            "wallet+verify",
            "wallet+suspend",
            "wire transfer+confirm",
            "paypal",
        ],
    ),
    (
        S::Delivery,
        &[
            "不在通知",
            "お荷物",
            "荷物+お届け",
            "荷物+配送",
            "荷物+保管",
            "配送+問題",
            "再配達",
            "宅急便",
            "宅配+通知",
            "delivery+failed",
            "parcel",
            "your package",
            "package+delivery",
            "shipment+held",
            "redelivery",
            "customs fee",
        ],
    ),
    (
        S::Shop,
        &[
            "amazon",
            "アマゾン",
            "楽天",
            "プライム+会員",
            "メルカリ",
            "注文+確認できません",
            "注文+キャンセル",
            "ご注文+異常",
            "お支払い方法+更新",
            "支払い方法+承認",
            "自動更新+解除",
            "会員資格",
            "netflix",
            "apple id",
            "app store",
            "subscription+suspend",
            "membership+expired",
            "order+cancel",
            "payment method+update",
            "payment+declined",
            "billing+problem",
        ],
    ),
    (
        S::Authority,
        &[
            "国税",
            "還付金",
            "e-tax",
            "未払い+税",
            "マイナポイント",
            "マイナンバー",
            "etc+利用",
            "etc+サービス",
            "えきねっと",
            "電気料金",
            "年金+機構",
            "給付金+申請",
            "国勢調査",
            "tax+refund",
            "unpaid+toll",
            "social security+suspend",
        ],
    ),
    (
        S::AdvanceFee,
        &[
            "当選",
            "支援金",
            "遺産",
            "相続+受け取",
            "寄付+受け取",
            "高額+受取",
            "lottery",
            "you have won",
            "inheritance",
            "next of kin",
            "beneficiary",
            "donation+for you",
            "compensation fund",
            "unclaimed fund",
        ],
    ),
    (
        S::Pharmacy,
        &[
            "バイアグラ",
            "シアリス",
            "ed治療",
            "処方箋なし",
            "精力剤",
            "ダイエット+サプリ",
            "viagra",
            "cialis",
            "pharmacy",
            "meds",
            "prescription",
            "weight loss",
            "pills",
        ],
    ),
    (
        S::Attachment,
        &[
            "請求書+添付",
            "請求書+送付",
            "見積+添付",
            "注文書+添付",
            "支払通知書",
            "invoice+attached",
            "invoice+overdue",
            "purchase order",
            "remittance advice",
            "scanned document",
            "payment advice",
        ],
    ),
    (
        S::Dating,
        &[
            "出会い",
            "逆援",
            "セフレ",
            "人妻",
            "メッセージが届いています+女",
            "lonely",
            "dating",
            "meet singles",
            "hot girls",
        ],
    ),
    (
        S::Investment,
        &[
            "副業",
            "儲か",
            "仮想通貨+投資",
            "不労所得",
            "オンラインカジノ",
            "必ず稼げ",
            "高額報酬",
            "株+推奨銘柄",
            "casino",
            "crypto+profit",
            "earn money",
            "work from home",
            "guaranteed+return",
            "investment+opportunity",
        ],
    ),
    (
        S::Account,
        &[
            "アカウント+停止",
            "アカウント+制限",
            "アカウント+ロック",
            "アカウント+確認",
            "アカウント+凍結",
            "アカウント+更新",
            "アカウント+異常",
            "アカウント+検証",
            "本人確認",
            "ログイン+異常",
            "不正ログイン",
            "不審なログイン",
            "パスワード+期限",
            "パスワード+再設定",
            "パスワード+リセット",
            "メールボックス+容量",
            "セキュリティ+警告",
            "サインイン+検出",
            "緊急+確認+お客様",
            "account+suspend",
            "account+limit",
            "account+lock",
            "account+verif",
            "account+restrict",
            "account+disabl",
            "account+confirm",
            "verify your",
            "confirm your identity",
            "unusual+sign",
            "unusual+activity",
            "suspicious+login",
            "password+expire",
            "password+reset",
            "mailbox+full",
            "mailbox+quota",
            "mailbox+storage",
            "security alert",
        ],
    ),
    (
        S::Advertisement,
        &[
            "激安",
            "スーパーコピー",
            "ブランドコピー",
            "n級品",
            "未承諾広告",
            "今だけ+無料",
            "営業代行",
            "セミナー+ご案内",
            "replica",
            "cheap",
            "% off",
            "limited offer",
            "seo+service",
            "buy now",
            "discount",
        ],
    ),
];

/// What a subject is about; nothing for one that says nothing.
pub fn classify(subject: &str) -> Option<SubjectClass> {
    let folded: String = subject.chars().take(400).map(narrow).collect::<String>().to_lowercase();
    let fits = |entry: &&str| entry.split('+').all(|word| holds(&folded, word));
    WORDS.iter().find(|(_, entries)| entries.iter().any(fits)).map(|(class, _)| *class)
}

/// Whether a word stands in the text; a word of letters begins where no letter stands in front.
fn holds(text: &str, word: &str) -> bool {
    let begins = |at: usize| !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
    if word.starts_with(|c: char| c.is_ascii_alphabetic()) {
        text.match_indices(word).any(|(at, _)| begins(at))
    } else {
        text.contains(word)
    }
}

/// Full-width letters, digits and signs as narrow ones: lures are written in both.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made-up subjects in the manner of those that arrive, with what they are about.
    const LABELLED: &[(&str, Option<SubjectClass>)] = &[
        ("【重要】お客様のアカウントが一時停止されました", Some(S::Account)),
        ("アカウントの利用制限についてのお知らせ", Some(S::Account)),
        ("第三者による不正ログインを検知しました", Some(S::Account)),
        ("【緊急】ご本人確認のお願い", Some(S::Account)),
        ("パスワードの有効期限が切れます", Some(S::Account)),
        ("メールボックスの容量が上限に達しました", Some(S::Account)),
        ("Your account has been suspended", Some(S::Account)),
        ("ACTION REQUIRED: verify your email", Some(S::Account)),
        ("Unusual sign-in activity", Some(S::Account)),
        ("Your password will expire in 24 hours", Some(S::Account)),
        ("【みほん銀行】お取引の確認について", Some(S::Bank)),
        ("見本信用金庫：ワンタイムパスワードの変更手続き", Some(S::Bank)),
        ("お客様の口座が凍結されました", Some(S::Bank)),
        ("【例示証券】取引目的の確認のお願い", Some(S::Bank)),
        ("Example Bank: confirm your bank account", Some(S::Bank)),
        ("Online Banking access restricted", Some(S::Bank)),
        ("【見本カード】ご利用確認のお願い", Some(S::CreditCard)),
        ("クレジットカードの有効期限が切れています", Some(S::CreditCard)),
        ("カードのご利用を一部制限させていただきました", Some(S::CreditCard)),
        ("ご請求予定金額のご案内", Some(S::CreditCard)),
        ("Your card was declined", Some(S::CreditCard)),
        ("Ａｍａｚｏｎプライムの自動更新設定を解除いたしました", Some(S::Shop)),
        ("お支払い方法の情報を更新してください", Some(S::Shop)),
        ("ご注文を確認できませんでした（注文番号 1234）", Some(S::Shop)),
        ("Your subscription is suspended: update payment", Some(S::Shop)),
        ("Billing problem with your membership", Some(S::Shop)),
        ("【重要】お荷物のお届けに関するご案内", Some(S::Delivery)),
        ("不在通知：再配達のお手続き", Some(S::Delivery)),
        ("お客様宛の荷物を保管しています", Some(S::Delivery)),
        ("Your parcel could not be delivered", Some(S::Delivery)),
        ("Delivery failed: pay customs fee", Some(S::Delivery)),
        ("【国税庁】未払い税金のお知らせ", Some(S::Authority)),
        ("ETC利用照会サービス 解約予告", Some(S::Authority)),
        ("電気料金未払いのお知らせ", Some(S::Authority)),
        ("給付金の申請が完了していません", Some(S::Authority)),
        ("You are eligible for a tax refund", Some(S::Authority)),
        ("Unpaid toll notice", Some(S::Authority)),
        ("おめでとうございます！当選のお知らせ", Some(S::AdvanceFee)),
        ("支援金5000万円をお受け取りください", Some(S::AdvanceFee)),
        ("故人の遺産について", Some(S::AdvanceFee)),
        ("You have won 2,000,000 USD", Some(S::AdvanceFee)),
        ("Dear beneficiary", Some(S::AdvanceFee)),
        ("Inheritance: next of kin", Some(S::AdvanceFee)),
        ("Cheap meds without prescription", Some(S::Pharmacy)),
        ("V1AGRA? No: Viagra 50% off", Some(S::Pharmacy)),
        ("処方箋なしで購入できます", Some(S::Pharmacy)),
        ("請求書を添付いたします", Some(S::Attachment)),
        ("Invoice 4711 attached", Some(S::Attachment)),
        ("New purchase order", Some(S::Attachment)),
        ("あなたの秘密を知っています", Some(S::Extortion)),
        ("I recorded you: pay in bitcoin", Some(S::Extortion)),
        ("素敵な出会いがあなたを待っています", Some(S::Dating)),
        ("Meet singles near you", Some(S::Dating)),
        ("スマホだけで稼げる副業のご案内", Some(S::Investment)),
        ("Crypto: 300% profit guaranteed return", Some(S::Investment)),
        ("ブランドコピー専門店", Some(S::Advertisement)),
        ("未承諾広告※ 新サービスのご案内", Some(S::Advertisement)),
        ("Replica watches", Some(S::Advertisement)),
        ("SEO service for your website", Some(S::Advertisement)),
        ("Re: 明日の会議について", None),
        ("Hello", None),
        ("ご無沙汰しております", None),
        ("Minutes of the meeting of April 3", None),
        ("", None),
    ];

    #[test]
    fn subjects_are_classed() {
        let wrong: Vec<_> = LABELLED
            .iter()
            .filter(|(text, label)| classify(text) != *label)
            .map(|(text, label)| (text, label, classify(text)))
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        for class in SubjectClass::ALL {
            assert!(LABELLED.iter().any(|(_, label)| *label == Some(*class)), "{class} has no sample");
        }
    }

    #[test]
    fn words_are_folded_as_the_subjects_are() {
        for word in WORDS.iter().flat_map(|(_, entries)| entries.iter()) {
            assert_eq!(word.chars().map(narrow).collect::<String>().to_lowercase(), **word);
        }
    }
}
