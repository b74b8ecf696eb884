//! Every reason that the desk knows, by what it is about.

use super::{Said, Why};

/// One function for each reason, and the list of all.
macro_rules! reasons {
    ($($name:ident($($said:ident),*);)+) => {
        $(
            #[doc = concat!("The reason `", stringify!($name), "` of the catalogue.")]
            pub fn $name($($said: impl Into<Said>),*) -> Why {
                Why { name: stringify!($name), said: vec![$((stringify!($said), $said.into())),*] }
            }
        )+

        /// Every reason with the names of what it speaks of.
        #[cfg(test)]
        const ALL: &[(&str, &[&str])] = &[$((stringify!($name), &[$(stringify!($said)),*])),+];
    };
}

// Who may.
reasons! {
    role_may_not(who, role, what);
    same_person(who);
    no_basis(lacks);
    not_a_person(who, kind);

    // Cases.
    case_closed(case);
    case_closed_since(case);
    case_not_closed(case);
    case_merged_away(case);
    case_not_in_triage(case);
    case_of_other_contract(case);
    choose_contract();
    no_such_contract(contract);
    moment_passed();
    category_of_other_desk(category, lane, own);
    confidence_out_of_range();
    closing_lacks(case, lacks);
    cannot_end(case, exit, why);
    exit_by_merging();
    exit_without_contract();
    exit_without_clause();
    exit_not_deliberate();
    exit_not_told();
    words_missing();
    words_too_long(limit);
    cannot_merge(case, into, why);
    merge_same_case();
    merge_other_desk();
    merge_closed();
    merge_other_contract();
    observations_each_once();
    nothing_left_to_split();
    name_observations(limit);
    only_seen();

    // Taking back.
    undone_already(entry);
    entry_of_other_case(entry, case);
    entry_stays(what);
    changed_since(case, field);
    entry_tells_nothing(entry);
    entry_does_not_fit(error);
    not_merged_any_more(case, into);

    // Statistics.
    year_out_of_range(year);
    day_out_of_range(day);
    days_reversed(first, last);

    // Measures.
    measure_without_contract();
    measure_customer_unknown(case);
    measure_case_closed(case);
    measure_state(measure, state, step);
    step_justified();
    step_approved();
    step_refused();
    step_carried_out();
    step_undone();
    measure_taken(measure);
    measure_limit(limit);
    target_unreadable(target);
    target_of_other_contract(contract);
    target_not_held(target);
    justification_too_long(limit);
    parameters_wrong(limit);
    refusal_without_reason();
    no_connector_for(kind);
    connector_wrong(connector, why);
    connector_type(given, known);
    connector_name();

    // Reports.
    say_why();
    report_state(report, state, from, to);
    job_without_report(job, payload);
    reading_broke_off(report, error);
    value_wrong(field, value);
    accuses_nobody();
    nothing_accused();
    too_many_accused(limit);
    not_corrected(report);
    rule_wrong(field, value);
    rule_not_in_force(name);

    // Mails.
    mail_state(mail, state, why);
    mail_not_draft();
    mail_of_dry_run();
    mail_not_sendable();
    mail_not_uncertain_or_failed();
    mail_not_uncertain();
    mail_gone();
    mail_deadline_passed();
    mail_case_closed();
    mail_incomplete();
    mail_names_customer();
    mail_names_reporter();
    mail_to_reporter(kind);
    mail_written_already(kind, case);
    mail_cannot_be_written(kind, case, why);
    withheld_no_contract();
    withheld_no_address();
    withheld_no_evidence();
    withheld_not_deliberate();
    mail_cannot_be_composed(error);
    mail_head_damaged(mail, error);
    mail_files_damaged(mail, error);
    file_type_wrong(file, error);
    address_wrong(address, error);
    mail_key_damaged(error);
    desk_mail_wrong(address);
    mail_folder_empty();
    mail_channel_unknown(channel, known);
    mail_login_halved();

    // Registers.
    field_too_long(field, limit);
    instrument_incomplete();
    instrument_answered(number);
    instrument_without_case(number);
    answer_missing(limit);
    nothing_disclosed(kind);
    field_not_looked_at(field, number);
    look_without_fields(limit);
    source_is_ours();
    no_xarf();
    not_reported_outside(category, known);
    outbound_lacks(lacks);
    operator_address_wrong();
    unknown_question(key, known);

    // The machine.
    record_unreadable(error);
    no_randomness(error);
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use model::Lang;

    use super::*;
    use crate::why::key;

    /// Key → variables of every text of a reason in the catalogue, read without the library that shows it.
    fn catalogued(lang: Lang) -> BTreeMap<String, BTreeSet<String>> {
        let (_, source) = text::catalogue::files(lang).iter().find(|(name, _)| *name == "desk.ftl").unwrap();
        let lines = source.lines().filter(|line| line.starts_with("why-") && !line.starts_with("why-field "));
        let variables = |text: &str| {
            text.split("{ $")
                .skip(1)
                .filter_map(|rest| rest.split_once(" }"))
                .map(|(name, _)| name.to_owned())
                .collect()
        };
        lines.filter_map(|line| line.split_once(" = ")).map(|(key, text)| (key.to_owned(), variables(text))).collect()
    }

    #[test]
    fn every_reason_stands_in_both_catalogues_with_just_its_arguments_and_no_other_does() {
        let known: BTreeMap<String, BTreeSet<String>> =
            ALL.iter().map(|(name, said)| (key(name), said.iter().map(|&said| said.to_owned()).collect())).collect();
        assert_eq!(known.len(), ALL.len(), "two reasons of one name");
        for lang in Lang::ALL {
            assert_eq!(catalogued(lang), known, "{}", lang.tag());
        }
    }

    #[test]
    fn every_reason_is_whole_in_both_languages_and_japanese_is_japanese() {
        for (name, said) in ALL {
            let why = Why { name, said: said.iter().map(|&name| (name, Said::from("x1"))).collect() };
            let (en, ja) = (why.text(Lang::En), why.text(Lang::Ja));
            assert!(text::catalogue::is_complete(&en) && text::catalogue::is_complete(&ja), "{en} {ja}");
            assert!(en.is_ascii() || en.contains('“') || en.contains("捜査"), "{en}");
            assert!(ja.chars().any(|c| ('ぁ'..='ヿ').contains(&c) || ('一'..='龠').contains(&c)), "{ja}");
            assert_eq!(en.matches("x1").count(), said.len(), "each once: {en}");
            assert_eq!(ja.matches("x1").count(), said.len(), "each once: {ja}");
        }
    }

    #[test]
    fn words_are_those_of_the_language_and_names_stay() {
        let why = measure_state(model::MeasureId(7), model::MeasureState::Proposed, step_undone());
        assert_eq!(why.to_string(), "measure 7 is “Proposed” and cannot be undone");
        let ja = why.text(Lang::Ja);
        assert!(ja.contains(&text::t(Lang::Ja, "measure-state-proposed")) && !ja.contains("Proposed"), "{ja}");
        let lacks = outbound_lacks(Said::fields("form-lack", ["source-port", "log"]));
        assert!(lacks.to_string().ends_with("(`source-port`), log lines that name the source (`log`)"), "{lacks}");
        assert!(lacks.text(Lang::Ja).contains("発信元のポート（`source-port`）、"), "{}", lacks.text(Lang::Ja));
        // A kind that the catalogue does not know is shown by its name.
        assert!(entry_stays(Said::term("event", "no-such-kind")).text(Lang::Ja).contains("no-such-kind"));
    }
}
