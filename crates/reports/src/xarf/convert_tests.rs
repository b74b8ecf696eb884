//! Tests of the conversion: every document comes back as it was, and what must stay in the house does.

use proptest::prelude::*;

use super::*;
use crate::formats::xarf_v4::{Strictness, validate, without_internal};

fn login() -> Value {
    json!({
        "Version": "3", "Disclosure": true,
        "ReporterInfo": {"ReporterOrg": "Example Org", "ReporterOrgDomain": "example.net",
            "ReporterOrgEmail": "reports@example.net", "ReporterContactPhone": "+81 3 0000 0000"},
        "OnBehalfOf": {"ComplainantOrg": "Other Org", "ComplainantOrgEmail": "x@example.org", "ComplainantOrgDomain": "example.org"},
        "InternalProcessing": {"EventTags": ["secret-tag"]},
        "Report": {"ReportClass": "Activity", "ReportType": "LoginAttack", "Date": "2024-05-01T12:30:00Z",
            "SourceIp": "192.0.2.71", "SourcePort": 54321, "DestinationIp": "198.51.100.33", "DestinationPort": 22,
            "TransportProtocol": "tcp", "ByteCount": 12, "Custom": {"rack": 3},
            "Samples": [{"ContentType": "text/plain", "Payload": "b25lIGxpbmU=", "Base64Encoded": true}]}
    })
}

#[test]
fn a_login_attack_is_strictly_good_v4() {
    let v4 = to_v4(&login()).unwrap();
    assert_eq!(validate(&v4, Strictness::Strict), Vec::<String>::new());
    assert_eq!((&v4["category"], &v4["type"]), (&json!("connection"), &json!("login_attack")));
    assert_eq!(v4["reporter"]["org"], "Other Org");
    assert_eq!(v4["sender"]["domain"], "example.net");
    assert_eq!(v4["first_seen"], "2024-05-01T12:30:00Z");
    assert_eq!(v4["evidence"][0]["payload"], "b25lIGxpbmU=");
    assert_eq!(v4["report_id"], to_v4(&login()).unwrap()["report_id"], "the same report has the same id");
    assert_eq!(to_v3(&v4), login());
}

#[test]
fn what_v4_can_say_is_not_kept_twice() {
    let v4 = to_v4(&login()).unwrap();
    let patch = &v4["legacy_patch"];
    assert_eq!(patch["Report"], json!({"ByteCount": 12, "Custom": {"rack": 3}}));
    assert_eq!(patch["ReporterInfo"], json!({"ReporterContactPhone": "+81 3 0000 0000"}));
}

#[test]
fn nothing_internal_is_sent_on() {
    let sent = without_internal(to_v4(&login()).unwrap());
    assert!(!sent.to_string().contains("secret-tag"));
    let mut expected = login();
    expected.as_object_mut().unwrap().remove(INTERNAL);
    assert_eq!(to_v3(&sent), expected, "all else comes back");
}

#[test]
fn every_type_finds_its_pair_and_comes_back() {
    for [class, kind, category, v4_kind] in TYPES {
        let mut v3 = login();
        v3["Report"]["ReportClass"] = (*class).into();
        v3["Report"]["ReportType"] = (*kind).into();
        v3["Report"]["SourceUrl"] = "http://example.com/a".into();
        let v4 = to_v4(&v3).unwrap();
        assert_eq!((&v4["category"], &v4["type"]), (&json!(category), &json!(v4_kind)));
        assert_eq!(validate(&v4, Strictness::Tolerant), Vec::<String>::new(), "{kind}");
        assert_eq!(to_v3(&v4), v3, "{kind}");
    }
    let mut v3 = login();
    v3["Report"]["ReportType"] = "Harassment".into();
    assert!(to_v4(&v3).unwrap_err().contains("Harassment"));
    assert!(to_v4(&json!({})).is_err());
}

#[test]
fn an_account_without_a_name_is_known_by_who_used_it() {
    let mut v3 = login();
    v3["Report"] = json!({"ReportClass": "Activity", "ReportType": "PotentiallyCompromisedAccount",
        "Date": "2024-05-01T12:30:00Z", "AttackerIp": "192.0.2.9", "PasswordHash": {"HashValue": "x"}});
    let v4 = to_v4(&v3).unwrap();
    assert_eq!(v4["source_identifier"], "192.0.2.9");
    assert_eq!(to_v3(&v4), v3);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[ -~ぁ-ん]{0,12}".prop_map(Value::from),
        Just(Value::from("192.0.2.1")),
        Just(Value::from("user@example.com")),
        Just(Value::from("http://example.com/x")),
        Just(Value::from("2024-05-01T12:30:00Z")),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[A-Za-z]{1,6}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

const KEYS: &[&str] = &[
    "Date",
    "FirstSeen",
    "SourceIp",
    "SourcePort",
    "SourceUrl",
    "DestinationIp",
    "DestinationPort",
    "TransportProtocol",
    "SmtpMailFromAddress",
    "SmtpRcptToAddress",
    "MalwareName",
    "InfringedMaterial",
    "TrademarkedMaterial",
    "ServiceName",
    "ServiceVersion",
    "ReporterNotes",
    "Samples",
    "Account",
    "SourceDomain",
    "RpzDomain",
    "ReporterCaseID",
    "Custom",
    "SomethingNew",
];

proptest! {
    #[test]
    fn any_document_comes_back_as_it_was(
        row in 0..TYPES.len(),
        members in proptest::collection::btree_map(proptest::sample::select(KEYS), any_json(), 0..10),
        info in any_json(),
        behalf in proptest::option::of(any_json()),
        internal in proptest::option::of(any_json()),
        extra in any_json(),
    ) {
        let mut v3 = json!({ "Extra": extra, "ReporterInfo": info, "Report": {} });
        for (key, value) in members {
            v3["Report"][key] = value;
        }
        v3["Report"]["ReportClass"] = TYPES[row][0].into();
        v3["Report"]["ReportType"] = TYPES[row][1].into();
        if let Some(behalf) = behalf {
            v3["OnBehalfOf"] = behalf;
        }
        if let Some(internal) = internal {
            v3[INTERNAL] = internal;
        }
        let v4 = to_v4(&v3).unwrap();
        prop_assert_eq!(to_v3(&v4), v3);
        prop_assert!(without_internal(v4).get("_internal").is_none());
    }
}
