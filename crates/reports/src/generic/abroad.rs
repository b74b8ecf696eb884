//! Names of columns and labels in the languages of the neighbours.

use super::columns::Column;

/// English words, each with the words that mean the same.
#[rustfmt::skip] // Words side by side can be read; one a line cannot.
pub(super) const WORDS: &[(&str, &[&str])] = &[
    ("address", &["adresse", "dirección", "endereço", "indirizzo", "adres", "адрес"]),
    ("attacker", &["angreifer", "atacante", "attaquant", "aanvaller", "aggressore"]),
    ("source", &["quell", "quelle", "origen", "origine", "origem", "sorgente", "bron", "źródłowy", "źródło", "źródłowe", "источника", "источник", "отправителя"]),
    ("target", &["ziel", "cible", "destino", "destinataire", "destinazione", "doel", "docelowy", "назначения", "sonda", "sensor"]),
    ("victim", &["opfer", "víctima", "vítima", "vittima"]),
    ("port", &["puerto", "porta", "poort", "порт"]),
    ("time", &["zeit", "zeitstempel", "zeitpunkt", "uhrzeit", "heure", "horodatage", "hora", "ora", "orario", "tijd", "tijdstip", "czas", "godzina", "время"]),
    ("date", &["datum", "fecha", "data", "дата"]),
];

/// Names in Chinese and Korean, written together: `源端口`, `출발지포트`.
pub(super) fn compound(word: &str) -> Option<Column> {
    // Only such languages write without blanks: `descripción` holds no address.
    if !word.contains(|c: char| c >= '\u{2e80}') {
        return None;
    }
    let has = |known: &[&str]| known.iter().any(|known| word.contains(known));
    let target = has(&["目的", "目标", "目標", "受害", "목적지", "대상", "피해"]);
    if has(&["端口", "포트", "通訊埠"]) {
        let source = has(&["源", "来源", "來源", "출발지", "발신", "송신"]);
        return Some(match (target, source) {
            (true, _) => Column::TargetPort,
            (_, true) => Column::SourcePort,
            _ => Column::Port,
        });
    }
    if has(&["时间", "時間", "日期", "일시", "시간", "시각", "날짜"]) {
        return Some(Column::Time);
    }
    let address = word.contains("ip") || has(&["地址", "주소"]);
    (address && !has(&["邮", "이메일", "메일"])).then_some(if target { Column::Target } else { Column::Source })
}
