//! Every mail in both languages: its text (snapshots), its parts (A41), what it must never say.

#![expect(clippy::unwrap_used, reason = "helpers of tests stand outside of the test functions")]

use model::{Category, CauseClass, Control, Exit, Lang, RequestKind};
use text::mail::{
    Audience, InfoReason, MailContext, MailKind, Missing, Part, Templates, accusations, source, template_names,
};
use text::{TextError, is_complete};

fn builtin() -> Templates {
    Templates::builtin().unwrap()
}

/// The category that shows a kind of mail best.
fn usual(kind: MailKind) -> Category {
    match kind {
        MailKind::CustomerNoticeRights => Category::Copyright,
        MailKind::CustomerNoticeRoot | MailKind::ResellerForward | MailKind::ReporterAsk => Category::LoginAttack,
        MailKind::CustomerCancel => Category::Fraud,
        MailKind::CustomerMeasure | MailKind::CustomerReminder => Category::CompromisedAccount,
        _ => Category::Phishing,
    }
}

#[test]
fn each_mail_reads_like_this() {
    let templates = builtin();
    for lang in Lang::ALL {
        for kind in MailKind::ALL {
            let control = if *kind == MailKind::CustomerNoticeRoot { Control::Root } else { Control::Managed };
            let context = MailContext::sample(lang, *kind, usual(*kind), control);
            let mail = templates.render(*kind, lang, &context).unwrap();
            insta::assert_snapshot!(format!("{}-{kind}", lang.tag()), format!("{}\n\n{}", mail.subject, mail.body));
        }
    }
}

#[test]
fn each_mail_renders_for_every_category_control_and_exit() {
    let templates = builtin();
    let mut rendered = 0;
    for lang in Lang::ALL {
        for kind in MailKind::ALL {
            for context in contexts(lang, *kind) {
                let mail = templates.render(*kind, lang, &context).unwrap();
                let whole = format!("{}\n{}", mail.subject, mail.body);
                assert!(is_complete(&whole), "{kind} {}: {whole}", lang.tag());
                assert!(!mail.subject.contains('\n') && mail.subject.chars().count() <= 151, "{}", mail.subject);
                assert!(mail.subject.contains("M-2026-000123"), "the number threads the answer: {}", mail.subject);
                for line in mail.body.lines() {
                    assert!(line.len() <= 998 && line == line.trim_end(), "{kind}: `{line}`");
                    assert!(!line.contains("{{") && !line.contains("{%") && !line.contains("none"), "{kind}: `{line}`");
                }
                assert!(!mail.body.contains("\n\n\n"), "{kind} {}", lang.tag());
                rendered += 1;
            }
        }
    }
    assert!(rendered > 2_000, "{rendered}");
}

fn contexts(lang: Lang, kind: MailKind) -> Vec<MailContext> {
    let mut contexts = Vec::new();
    for category in Category::ALL {
        for control in Control::ALL {
            contexts.push(MailContext::sample(lang, kind, *category, *control));
            contexts.push(MailContext::sample_minimal(lang, kind, *category, *control));
        }
    }
    for exit in Exit::ALL {
        let mut context = MailContext::sample(lang, kind, Category::PortScan, Control::Managed);
        match &mut context {
            MailContext::Customer(facts) | MailContext::Reseller(facts) => facts.exit = Some(*exit),
            MailContext::Reporter(facts) => facts.exit = Some(*exit),
        }
        contexts.push(context);
    }
    contexts
}

#[test]
fn each_notice_has_each_part_once() {
    let templates = builtin();
    for lang in Lang::ALL {
        for kind in MailKind::ALL.iter().filter(|kind| kind.is_notice()) {
            for context in contexts(lang, *kind) {
                let body = templates.render(*kind, lang, &context).unwrap().body;
                for part in Part::ALL {
                    let heading = part.heading(lang);
                    let count = body.lines().filter(|line| line.trim_start_matches("■ ") == heading).count();
                    assert_eq!(count, 1, "{kind} {}: `{heading}`\n{body}", lang.tag());
                }
                assert!(body.contains("abuse+m-2026-000123.k7f3@example.jp"), "where to answer");
                let until = match (lang, kind) {
                    (Lang::Ja, MailKind::CustomerNoticeRights) => "2026年11月29日（日）14時05分（日本時間）",
                    (Lang::En, MailKind::CustomerNoticeRights) => "29 November 2026, 14:05 JST (UTC+9)",
                    (Lang::Ja, _) => "2026年11月26日（木）18時00分（日本時間）",
                    (Lang::En, _) => "26 November 2026, 18:00 JST (UTC+9)",
                };
                assert!(body.contains(until), "by when");
            }
        }
    }
}

/// Words without which the notes of A41 would not be said.
#[test]
fn the_notes_name_relapse_spread_targeted_mail_and_planted_files() {
    let (ja, en) = (source(Lang::Ja, "parts/notes").unwrap(), source(Lang::En, "parts/notes").unwrap());
    for word in ["再び悪用", "ご家族", "ご友人", "お勤め先", "なりすましたメール", "すべて見つけ出して", "すべてを削除"]
    {
        assert!(ja.contains(word), "{word}");
    }
    for word in ["come back", "family", "friends", "workplace", "targeted mails", "every file", "delete everything"] {
        assert!(en.contains(word), "{word}");
    }
}

#[test]
fn no_template_accuses() {
    for lang in Lang::ALL {
        for name in template_names() {
            assert_eq!(accusations(lang, source(lang, name).unwrap()), [], "{}/{name}", lang.tag());
        }
        for (file, text) in text::catalogue::files(lang).iter().filter(|(file, _)| *file == "mail.ftl") {
            assert_eq!(accusations(lang, text), [], "{file}");
        }
    }
}

#[test]
fn no_mail_to_a_reporter_names_the_customer_and_none_to_a_customer_the_reporter() {
    let templates = builtin();
    for lang in Lang::ALL {
        for kind in MailKind::ALL {
            let context = MailContext::sample(lang, *kind, Category::LoginAttack, Control::Managed);
            let mail = templates.render(*kind, lang, &context).unwrap();
            let others: &[&str] = match kind.audience() {
                Audience::Reporter => &["山田", "Yamada", "C-100200", "スタンダード", "Standard"],
                Audience::Customer | Audience::Reseller => {
                    &["セキュリティ対応チーム", "Security Response", "REP-2026-4711", "Abuse report"]
                }
            };
            assert!(others.iter().all(|other| !mail.body.contains(other) && !mail.subject.contains(other)), "{kind}");
        }
    }
}

#[test]
fn a_port_is_never_grouped_and_a_count_is() {
    let context = MailContext::sample(Lang::Ja, MailKind::CustomerNoticeRoot, Category::LoginAttack, Control::Root);
    let body = builtin().render(MailKind::CustomerNoticeRoot, Lang::Ja, &context).unwrap().body;
    assert!(body.contains("203.0.113.7（ポート 50025）") && body.contains("回数: 1,200回"), "{body}");
    assert!(body.contains("報告者の時刻表記: 22/Nov/2026:05:05:08 +0000（タイムゾーン +0000）、誤差 ±5秒"), "{body}");
}

#[test]
fn each_outcome_has_a_text_of_its_own_and_never_tells_who() {
    let templates = builtin();
    for lang in Lang::ALL {
        let mut bodies = Vec::new();
        for exit in Exit::ALL {
            for reason in InfoReason::ALL.iter().take(if *exit == Exit::InfoOnly { 5 } else { 1 }) {
                let mut context =
                    MailContext::sample(lang, MailKind::ReporterOutcome, Category::PortScan, Control::Managed);
                let MailContext::Reporter(facts) = &mut context else { panic!("a reporter's mail") };
                facts.exit = Some(*exit);
                facts.info_reason = Some(*reason);
                let body = templates.render(MailKind::ReporterOutcome, lang, &context).unwrap().body;
                assert!(body.contains(&text::t(lang, "mail-part-identity")), "{exit}");
                if *exit == Exit::ReferredOut {
                    assert!(body.contains("#9110"), "{body}");
                }
                bodies.push(body);
            }
        }
        let count = bodies.len();
        bodies.sort();
        bodies.dedup();
        assert_eq!((bodies.len(), count), (14, 14), "{}", lang.tag());
    }
}

#[test]
fn the_question_back_names_what_is_missing_and_why_a_port_is_needed() {
    let mut context = MailContext::sample(Lang::Ja, MailKind::ReporterAsk, Category::Spam, Control::Managed);
    let MailContext::Reporter(facts) = &mut context else { panic!("a reporter's mail") };
    facts.missing = vec![Missing::Port, Missing::Zone];
    facts.request = RequestKind::Stop;
    let body = builtin().render(MailKind::ReporterAsk, Lang::En, &context).unwrap().body;
    assert!(body.contains("1. The source port number\n   Many customers may share one IP address"), "{body}");
    assert!(body.contains("2. The time zone") && !body.contains("3. "), "{body}");
}

#[test]
fn hostile_facts_stay_where_they_belong() {
    let (lang, kind) = (Lang::Ja, MailKind::CustomerNoticeManaged);
    let mut context = MailContext::sample(lang, kind, Category::Spam, Control::Managed);
    let MailContext::Customer(facts) = &mut context else { panic!("a customer's mail") };
    facts.customer.name = "A\r\nBcc: b@example.com\r\n\r\n{{ 7 * 7 }}".to_owned();
    facts.case_number = "M-1\r\nTo: x@example.com".to_owned();
    facts.events[0].log_excerpt = Some("\u{1b}[31mred\u{202e}\n".repeat(10_000) + &"x".repeat(1_000_000));
    facts.events = vec![facts.events[0].clone(); 100];
    facts.event_count = 1_000;
    let mail = builtin().render(kind, Lang::Ja, &context).unwrap();
    assert!(
        !mail.subject.contains(['\r', '\n']) && mail.subject.ends_with("[M-1 To: x@example.com]"),
        "{}",
        mail.subject
    );
    assert!(mail.body.starts_with("A Bcc: b@example.com {{ 7 * 7 }} 様\n"), "{}", &mail.body[..100]);
    assert!(!mail.body.contains(['\u{1b}', '\u{202e}']) && mail.body.len() < 64 * 1024);
    assert!(mail.body.contains("ほか980件"));
}

#[test]
fn facts_for_somebody_else_are_refused() {
    let reporter = MailContext::sample(Lang::Ja, MailKind::ReporterAsk, Category::Spam, Control::Managed);
    let refused = builtin().render(MailKind::CustomerReminder, Lang::Ja, &reporter).unwrap_err();
    assert!(matches!(refused, TextError::WrongAudience { given: Audience::Reporter, .. }), "{refused}");
    let mut customer = MailContext::sample(Lang::Ja, MailKind::CustomerReminder, Category::Spam, Control::Managed);
    let MailContext::Customer(facts) = &mut customer else { panic!("a customer's mail") };
    facts.deadline = None;
    let refused = builtin().render(MailKind::CustomerReminder, Lang::Ja, &customer).unwrap_err();
    assert!(matches!(refused, TextError::MissingFact { field: "deadline", .. }), "{refused}");
    assert_eq!(refused.code(), model::Code("text.context"));
}

#[test]
fn contexts_keep_through_the_store() {
    for kind in MailKind::ALL {
        let context = MailContext::sample(Lang::Ja, *kind, Category::Phishing, Control::Root);
        let json = serde_json::to_string(&context).unwrap();
        assert_eq!(serde_json::from_str::<MailContext>(&json).unwrap(), context);
    }
}

fn refusal(name: &str, text: &str) -> String {
    let error = Templates::with_overrides([(name, text)]).unwrap_err();
    assert_eq!(error.code(), model::Code("text.template"), "{error}");
    error.to_string()
}

#[test]
fn a_good_replacement_is_used() {
    let templates = Templates::with_overrides([
        (
            "en/reporter-thanks",
            "Subject: Thanks [{{ case_number }}]\r\n\r\nThank you.\r\n{% include \"parts/reporter-footer\" %}",
        ),
        ("en/parts/reporter-footer", "-- \nThe desk\n"),
    ])
    .unwrap();
    let context = MailContext::sample(Lang::Ja, MailKind::ReporterThanks, Category::Spam, Control::Managed);
    let mail = templates.render(MailKind::ReporterThanks, Lang::En, &context).unwrap();
    assert_eq!((mail.subject.as_str(), mail.body.as_str()), ("Thanks [M-2026-000123]", "Thank you.\n--\nThe desk\n"));
}

#[test]
fn a_bad_replacement_is_refused_with_line_and_remedy() {
    let head = "Subject: x\n\n";
    for (name, text, parts) in [
        ("en/reporter-thanks", "Hello\n".to_owned(), &["line 1", "does not begin with a subject", "Subject: …"][..]),
        (
            "en/reporter-thanks",
            format!("{head}\n{{{{ nmae }}}}"),
            &["line 4", "undefined", "there are: asks_identity, case_number, category"],
        ),
        ("en/reporter-thanks", format!("{head}Dear {{{{ name }}}}"), &["line 3", "not always known", "{% if … %}"]),
        ("en/reporter-thanks", format!("{head}{{% if x %}}"), &["line 3", "syntax error"]),
        (
            "en/reporter-thanks",
            format!("{head}{{{{ case_number ~ case_number }}}}"),
            &["line 3", "`~`", "{{ a }}{{ b }}"],
        ),
        ("ja/reporter-thanks", format!("{head}{{{{ t(\"no-such\") }}}}"), &["ja/reporter-thanks", "`no-such`"]),
        ("ja/reporter-thanks", format!("{head}{{% include \"parts/x\" %}}"), &["delivered parts"]),
        ("ja/parts/notes", "{{ nothing }}".to_owned(), &["ja/parts/notes", "line 1", "undefined"]),
        (
            "en/parts/risk",
            "first\nWe know that you\nattacked others.".to_owned(),
            &["line 2", "accuses", "misused by somebody else"],
        ),
        ("ja/customer-reminder", format!("{head}ご回答ください。"), &["lacks the part", "ご連絡の内容"]),
    ] {
        let message = refusal(name, &text);
        assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    }
    assert!(refusal("fr/reporter-thanks", "").contains("no template"));
    assert!(refusal("ja/no-such", "").contains("no template"));
}

#[test]
fn a_replacement_cannot_run_for_long_or_print_without_end() {
    let head = "Subject: x\n\n";
    let nest = "{% for a in missing %}".repeat(9) + "x" + &"{% endfor %}".repeat(9);
    let endless = "{% include \"parts/reporter-footer\" %}{% include \"parts/reporter-footer\" %}";
    for (name, text) in [("en/reporter-ask", format!("{head}{nest}")), ("en/parts/reporter-footer", endless.to_owned())]
    {
        let error = Templates::with_overrides([(name, text)]).unwrap_err();
        assert_eq!(matches!(error, TextError::Limit { .. }), name == "en/reporter-ask", "{error}");
    }
    let long =
        format!("{head}{}", "{% for a in missing %}{{ case_number }}{% endfor %}".repeat(60) + &"あ".repeat(15_000));
    assert!(Templates::with_overrides([("en/reporter-ask", long)]).is_ok());
}

#[test]
fn every_file_of_templates_is_registered() {
    let mut files = Vec::new();
    for folder in ["ja", "ja/parts", "en", "en/parts"] {
        let path = format!("{}/templates/{folder}", env!("CARGO_MANIFEST_DIR"));
        for entry in std::fs::read_dir(path).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if let Some(stem) = name.strip_suffix(".txt") {
                files.push(format!("{folder}/{stem}"));
            }
        }
    }
    for file in &files {
        let (lang, name) = file.split_once('/').unwrap();
        assert!(source(lang.parse().unwrap(), name).is_some(), "{file} is not registered");
    }
    assert_eq!(files.len(), 2 * template_names().count());
}

/// D34: start fast, state our position, be polite, ask for what lacks, say limits early.
#[test]
fn the_five_manners_are_kept() {
    let templates = builtin();
    let read = |lang, kind| {
        let context = MailContext::sample(lang, kind, Category::Phishing, Control::Managed);
        templates.render(kind, lang, &context).unwrap().body
    };
    for (lang, started, position, thanks, asks) in [
        (
            Lang::Ja,
            "確認を始めております",
            "当社は設備を提供する事業者",
            "誠にありがとうございます",
            "お知らせくださいますようお願いいたします",
        ),
        (
            Lang::En,
            "have begun to look into it",
            "We provide the infrastructure",
            "Thank you",
            "Please reply to this mail with what is listed",
        ),
    ] {
        let (receipt, ask) = (read(lang, MailKind::ReporterReceipt), read(lang, MailKind::ReporterAsk));
        assert!(receipt.contains(started) && receipt.contains(position) && receipt.contains(thanks), "{receipt}");
        assert!(ask.contains(asks), "{ask}");
        for mail in
            [receipt, ask, read(lang, MailKind::CustomerNoticeManaged), read(lang, MailKind::CustomerNoticeRights)]
        {
            assert!(mail.contains(&text::t(lang, "mail-part-limits")), "{mail}");
        }
    }
}

#[test]
fn no_contract_is_ended_before_the_cause_is_set() {
    let mut context = MailContext::sample(Lang::Ja, MailKind::CustomerCancel, Category::Fraud, Control::Managed);
    let MailContext::Customer(facts) = &mut context else { panic!("a customer's mail") };
    facts.cause = CauseClass::Unknown;
    let refused = builtin().render(MailKind::CustomerCancel, Lang::Ja, &context).unwrap_err();
    assert!(matches!(refused, TextError::MissingFact { field: "cause", .. }), "{refused}");
}

#[test]
fn the_names_for_templates_are_known() {
    let names = text::mail::names(MailKind::CustomerReminder, Lang::Ja);
    for name in
        ["case_number", "events[].at_local", "events[].log[]", "deadline.at", "measure.ground", "category.family"]
    {
        assert!(names.iter().any(|known| known == name), "{name} is not among {names:?}");
    }
    let names = text::mail::names(MailKind::ReporterAsk, Lang::Ja);
    assert!(names.iter().any(|name| name == "missing[].why") && !names.iter().any(|name| name.contains("customer")));
}
