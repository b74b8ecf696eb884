//! Names of months, in English and in the languages of the neighbours.

use super::tokens::Token;

/// The month that a word names.
pub(super) fn month_name(token: &Token<'_>) -> Option<i8> {
    let word = token.text.as_bytes();
    let [first, second, third, ..] = word else { return None };
    let (month, name) = match &[*first, *second, *third].map(|letter| letter.to_ascii_lowercase()) {
        b"jan" => (1, "january"),
        b"feb" => (2, "february"),
        b"mar" => (3, "march"),
        b"apr" => (4, "april"),
        b"may" => (5, "may"),
        b"jun" => (6, "june"),
        b"jul" => (7, "july"),
        b"aug" => (8, "august"),
        b"sep" => (9, "september"),
        b"oct" => (10, "october"),
        b"nov" => (11, "november"),
        b"dec" => (12, "december"),
        _ => (0, ""),
    };
    let begins = name.as_bytes().get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    if begins || word.eq_ignore_ascii_case(b"sept") {
        return Some(month);
    }
    foreign(&token.text.to_lowercase())
}

/// Whole names, and of the abbreviations those that mean nothing else in English.
#[rustfmt::skip] // A month a line.
fn foreign(word: &str) -> Option<i8> {
    Some(match word {
        "januar" | "jänner" | "janvier" | "janv" | "enero" | "ene" | "janeiro" | "gennaio" | "januari" | "stycznia" | "января" | "leden" | "ledna" => 1,
        "februar" | "février" | "févr" | "fév" | "febrero" | "fevereiro" | "febbraio" | "februari" | "lutego" | "февраля" | "února" => 2,
        "märz" | "mär" | "mrz" | "mars" | "marzo" | "março" | "maart" | "mrt" | "marca" | "марта" | "března" => 3,
        "avril" | "avr" | "abril" | "abr" | "aprile" | "kwietnia" | "апреля" | "dubna" => 4,
        "mai" | "mayo" | "maio" | "maggio" | "mei" | "maja" | "мая" | "května" => 5,
        "juni" | "juin" | "junio" | "junho" | "giugno" | "czerwca" | "июня" | "června" => 6,
        "juli" | "juillet" | "juil" | "julio" | "julho" | "luglio" | "lipca" | "июля" | "července" => 7,
        "août" | "agosto" | "augustus" | "sierpnia" | "августа" | "srpna" => 8,
        "septembre" | "septiembre" | "setembro" | "settembre" | "września" | "сентября" | "září" => 9,
        "oktober" | "okt" | "octobre" | "octubre" | "outubro" | "ottobre" | "października" | "октября" | "října" => 10,
        "novembre" | "noviembre" | "novembro" | "listopada" | "ноября" | "listopadu" => 11,
        "dezember" | "dez" | "décembre" | "déc" | "diciembre" | "dezembro" | "dicembre" | "grudnia" | "декабря" | "prosince" => 12,
        _ => return None,
    })
}
