//! The report types of XARF v3 (and of X-ARF JSON v1, v2 and the early drafts): class, required fields, kinds of values.

use serde_json::{Map, Value};

use super::check::Need::{May, Must};
use super::check::{self, FieldRule, Rule};

const PORT: Rule = Rule::Int(0, 65_535);
const ASN: Rule = Rule::Int(1, 4_199_999_999);
const HASHES: Rule =
    Rule::One(&["sha1", "sha2", "sha3", "sha256", "sha512", "md5", "argon2id", "scrypt", "bcrypt", "pbkdf2"]);

/// What a report type is about, which decides what identifies its source.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    Address,
    AddressOrUrl,
    Account,
}

struct TypeRule {
    name: &'static str,
    class: &'static str,
    about: About,
    fields: &'static [FieldRule],
}

const fn kind(name: &'static str, class: &'static str, about: About, fields: &'static [FieldRule]) -> TypeRule {
    TypeRule { name, class, about, fields }
}

const TRAFFIC: &[FieldRule] = &[
    ("DestinationIp", May, Rule::Ip),
    ("ByteCount", May, Rule::Int(i64::MIN, i64::MAX)),
    ("PacketCount", May, Rule::Int(i64::MIN, i64::MAX)),
];
const SERVICE: &[FieldRule] = &[
    ("TransportProtocol", May, Rule::One(&["tcp", "udp"])),
    ("ServiceName", Must, Rule::Str),
    ("ServiceVersion", May, Rule::Str),
];
const EXPLOIT: &[FieldRule] = &[
    ("TransportProtocol", May, Rule::One(&["tcp", "udp"])),
    ("ServiceName", May, Rule::Str),
    ("ServiceVersion", May, Rule::Str),
    ("DestinationIp", May, Rule::Ip),
    ("CVE", May, Rule::Like(is_cve, "a CVE number")),
    ("CVSS", May, Rule::Object),
];
const SPAM: &[FieldRule] = &[
    ("DestinationIp", May, Rule::Ip),
    ("SmtpMailFromAddress", May, Rule::Mail),
    ("SmtpRcptToAddress", May, Rule::Mail),
    ("FromAddress", May, Rule::Mail),
    ("ToAddress", May, Rule::Mail),
];
const COPYRIGHT: &[FieldRule] = &[
    ("InfringedMaterial", Must, Rule::Str),
    ("MaterialType", May, Rule::Str),
    ("SharingProtocol", May, Rule::Str),
    ("CourtOrder", May, Rule::Uri),
    ("FileName", Must, Rule::Str),
    ("FileSize", May, Rule::Int(0, i64::MAX)),
];
const TRADEMARK: &[FieldRule] = &[
    ("TrademarkedMaterial", Must, Rule::Str),
    ("RegistrationOffice", May, Rule::Str),
    ("RegistrationNumber", May, Rule::Str),
];
const HARASSMENT: &[FieldRule] = &[
    ("Harasser", Must, Rule::Str),
    ("HarassmentDescription", Must, Rule::Str),
    (
        "HarassmentType",
        May,
        Rule::One(&["doxing", "stalking", "sexual", "believes", "defamation", "extortion", "hate"]),
    ),
    ("HarassmentLocation", May, Rule::One(&["website", "chat", "game"])),
];
const ACCOUNT: &[FieldRule] =
    &[("AttackerIp", May, Rule::Ip), ("DestinationIp", May, Rule::Ip), ("PasswordHash", May, Rule::Object)];
const SAMPLE: &[FieldRule] = &[
    ("ContentType", Must, Rule::Str),
    ("Payload", Must, Rule::Str),
    ("Base64Encoded", May, Rule::Bool),
    ("Description", May, Rule::Str),
];
const FILE: &[FieldRule] = &[("FileName", Must, Rule::Str), ("FileSize", May, Rule::Int(0, i64::MAX))];
const HASH: &[FieldRule] =
    &[("HashValue", Must, Rule::Str), ("HashAlgorithm", Must, HASHES), ("HashComplete", May, Rule::Bool)];

const RPZ: &[FieldRule] = &[("RpzDomain", May, Rule::Host), ("MalwareName", May, Rule::Str)];
const NAMED: &[FieldRule] = &[("BotnetName", May, Rule::Str), ("MalwareName", May, Rule::Str)];

const TYPES: &[TypeRule] = &[
    kind("Botnet", "Content", About::AddressOrUrl, NAMED),
    kind("ChildAbuse", "Content", About::AddressOrUrl, &[]),
    kind("Copyright", "Content", About::AddressOrUrl, COPYRIGHT),
    kind("ChildSexualAbuseMaterial", "Content", About::AddressOrUrl, &[]),
    kind("DOS", "Activity", About::Address, TRAFFIC),
    kind("Exploit", "Activity", About::Address, EXPLOIT),
    kind("Harassment", "Activity", About::AddressOrUrl, HARASSMENT),
    kind("LoginAttack", "Activity", About::Address, TRAFFIC),
    kind("Malware", "Content", About::AddressOrUrl, NAMED),
    kind("Malware", "Activity", About::Address, RPZ),
    kind("OpenService", "Vulnerability", About::AddressOrUrl, SERVICE),
    kind("Phishing", "Content", About::AddressOrUrl, &[("SourceUrl", Must, Rule::Uri)]),
    kind("PortScan", "Activity", About::Address, TRAFFIC),
    kind("PotentiallyCompromisedAccount", "Activity", About::Account, ACCOUNT),
    kind("Spam", "Activity", About::Address, SPAM),
    kind("Trademark", "Content", About::AddressOrUrl, TRADEMARK),
    kind("WebCrawler", "Activity", About::AddressOrUrl, &[]),
];

const REPORT: &[FieldRule] = &[
    ("ReportClass", Must, Rule::One(&["Content", "Activity", "Vulnerability"])),
    ("ReportType", Must, Rule::Min(1)),
    ("ReportSubType", May, Rule::Str),
    ("ReporterCaseID", May, Rule::Str),
    ("ReporterSeverity", May, Rule::One(&["low", "medium", "high"])),
    ("ReporterNotes", May, Rule::Str),
    ("Custom", May, Rule::Object),
    ("Date", Must, Rule::Time),
    ("FirstSeen", May, Rule::Time),
    ("SourcePort", May, PORT),
    ("ASN", May, ASN),
    ("Ongoing", May, Rule::Bool),
    ("ThreatActor", May, Rule::Str),
    ("FileName", May, Rule::Str),
    ("FileSize", May, Rule::Int(0, i64::MAX)),
];

/// Reporter and complainant hold the same fields under different first words.
fn party(value: Option<&Value>, prefix: &str, faults: &mut Vec<String>) {
    let (path, closed) = if prefix == "Reporter" { ("ReporterInfo", true) } else { ("OnBehalfOf", false) };
    let Some(object) = value.and_then(Value::as_object) else {
        if closed || value.is_some() {
            faults.push(format!("{path} is missing or no object"));
        }
        return;
    };
    let person = object.get(&format!("{prefix}Type")).and_then(Value::as_str) == Some("Person");
    let org = if person { May } else { Must };
    let rules = [
        ("Type", May, Rule::One(&["Org", "Person"])),
        ("Org", org, Rule::Min(3)),
        ("OrgDomain", org, Rule::Host),
        ("OrgEmail", org, Rule::Mail),
        ("OrgAddress", May, Rule::Str),
        ("ContactEmail", May, Rule::Mail),
        ("ContactName", May, Rule::Min(3)),
        ("ContactPhone", May, Rule::Min(3)),
    ];
    for (name, need, rule) in rules {
        match object.get(&format!("{prefix}{name}")) {
            None if need == Must => faults.push(format!("{path}.{prefix}{name} is missing")),
            None => {}
            Some(value) => {
                faults.extend(rule.fault(value).map(|expected| format!("{path}.{prefix}{name} is not {expected}")));
            }
        }
    }
    if closed {
        let known =
            |key: &str| key.strip_prefix(prefix).is_some_and(|rest| rules.iter().any(|(name, ..)| *name == rest));
        faults.extend(object.keys().filter(|key| !known(key)).map(|key| format!("{path}.{key} is not known")));
    }
}

/// Every fault of an XARF v1–v3 document.
pub(crate) fn faults(value: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let Some(root) = value.as_object() else {
        return vec!["the report is no JSON object".to_owned()];
    };
    match root.get("Version").map(|version| version.as_str().unwrap_or("")) {
        None | Some("alpha" | "1" | "2" | "3" | "development") => {}
        Some(other) => faults.push(format!("Version `{other}` is not known")),
    }
    match root.get("Disclosure") {
        Some(Value::Bool(_)) => {}
        Some(_) => faults.push("Disclosure is not true or false".to_owned()),
        None => faults.push("Disclosure is missing".to_owned()),
    }
    party(root.get("ReporterInfo"), "Reporter", &mut faults);
    if root.contains_key("OnBehalfOf") {
        party(root.get("OnBehalfOf"), "Complainant", &mut faults);
    }
    if let Some(internal) = root.get("InternalProcessing") {
        internal_processing(internal, &mut faults);
    }
    match root.get("Report").and_then(Value::as_object) {
        Some(report) => {
            self::report(report, &mut faults);
            // Until v2 a malware report had to name the URL.
            let early = !matches!(root.get("Version").and_then(Value::as_str), Some("3" | "development"));
            let is = |key: &str, word: &str| report.get(key).and_then(Value::as_str) == Some(word);
            if early && is("ReportType", "Malware") && is("ReportClass", "Content") && !report.contains_key("SourceUrl")
            {
                faults.push("Report.SourceUrl is missing".to_owned());
            }
        }
        None => faults.push("Report is missing or no object".to_owned()),
    }
    faults
}

fn report(report: &Map<String, Value>, faults: &mut Vec<String>) {
    check::fields(report, REPORT, false, "Report.", faults);
    let word = |key: &str| report.get(key).and_then(Value::as_str).unwrap_or("");
    let (name, class) = (word("ReportType"), word("ReportClass"));
    let rewrite = word("ReportSubType") == "RPZ-Rewrite";
    let rule = TYPES
        .iter()
        .find(|rule| rule.name == name && rule.class == class && (name != "Malware" || class != "Activity" || rewrite));
    let Some(rule) = rule else {
        faults.push(format!("Report: there is no type `{name}` in the class `{class}`"));
        return;
    };
    check::fields(report, rule.fields, false, "Report.", faults);
    source(report, rule.about, faults);
    for key in ["DestinationPort", "AttackerPort"] {
        if let Some(value) = report.get(key) {
            let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            if list.iter().any(|port| PORT.fault(port).is_some()) {
                faults.push(format!("Report.{key} is no port or list of ports"));
            }
        }
    }
    if report
        .get("Custom")
        .and_then(Value::as_object)
        .is_some_and(|custom| custom.values().any(|value| !(value.is_string() || value.is_i64() || value.is_u64())))
    {
        faults.push("Report.Custom holds something that is no string or whole number".to_owned());
    }
    samples(report, faults);
    hash(report.get("FileHash"), "Report.FileHash", faults);
    hash(report.get("PasswordHash"), "Report.PasswordHash", faults);
    if let Some(cvss) = report.get("CVSS").and_then(Value::as_object) {
        self::cvss(cvss, faults);
    }
}

fn source(report: &Map<String, Value>, about: About, faults: &mut Vec<String>) {
    let good = |key: &str, rule: Rule| report.get(key).is_some_and(|value| rule.fault(value).is_none());
    match about {
        About::Address if !good("SourceIp", Rule::Ip) => {
            faults.push("Report.SourceIp is missing or no IP address".to_owned());
        }
        About::AddressOrUrl if !good("SourceIp", Rule::Ip) && !good("SourceUrl", Rule::Uri) => {
            faults.push("Report has neither a good SourceIp nor a good SourceUrl".to_owned());
        }
        About::Account => {
            if good("SourceIp", Rule::Ip) || good("SourceUrl", Rule::Uri) {
                faults.push("Report is about an account: SourceIp and SourceUrl have no place in it".to_owned());
            }
            account(report.get("Account"), faults);
        }
        About::Address | About::AddressOrUrl => {}
    }
}

fn account(account: Option<&Value>, faults: &mut Vec<String>) {
    let Some(account) = account.and_then(Value::as_object).filter(|account| !account.is_empty()) else {
        faults.push("Report.Account is missing or empty".to_owned());
        return;
    };
    if account.get("AccountIdentifier").is_some_and(|id| !id.is_string() || Rule::Mail.fault(id).is_none()) {
        faults.push(
            "Report.Account.AccountIdentifier is no login name (a mail address belongs in AccountEmail)".to_owned(),
        );
    }
    if account.get("AccountEmail").is_some_and(|mail| !mail.is_string()) {
        faults.push("Report.Account.AccountEmail is not a string".to_owned());
    }
}

fn samples(report: &Map<String, Value>, faults: &mut Vec<String>) {
    let Some(samples) = report.get("Samples") else {
        return;
    };
    let Some(list) = samples.as_array().filter(|list| !list.is_empty()) else {
        faults.push("Report.Samples is no list or empty".to_owned());
        return;
    };
    for (index, sample) in list.iter().enumerate() {
        let Some(sample) = sample.as_object() else {
            faults.push(format!("Report.Samples[{index}] is no object"));
            continue;
        };
        let path = format!("Report.Samples[{index}].");
        let (mut as_sample, mut as_file) = (Vec::new(), Vec::new());
        check::fields(sample, SAMPLE, false, &path, &mut as_sample);
        check::fields(sample, FILE, false, &path, &mut as_file);
        hash(sample.get("FileHash"), &format!("{path}FileHash"), &mut as_file);
        if !as_sample.is_empty() && !as_file.is_empty() {
            faults.append(&mut as_sample);
        }
    }
}

fn hash(value: Option<&Value>, path: &str, faults: &mut Vec<String>) {
    // Until v2 a file hash was one string.
    let Some(value) = value.filter(|value| !value.is_string()) else {
        return;
    };
    match value.as_object() {
        Some(object) => check::fields(object, HASH, false, &format!("{path}."), faults),
        None => faults.push(format!("{path} is no hash")),
    }
}

fn cvss(cvss: &Map<String, Value>, faults: &mut Vec<String>) {
    const CVSS: &[FieldRule] = &[
        ("Version", Must, Rule::One(&["3.1", "3.0", "2"])),
        ("Vector", Must, Rule::Str),
        ("Score", May, Rule::Num(f64::MIN, f64::MAX)),
        ("Severity", May, Rule::One(&["None", "Low", "Medium", "High", "Critical"])),
    ];
    check::fields(cvss, CVSS, false, "Report.CVSS.", faults);
    let word = |key: &str| cvss.get(key).and_then(Value::as_str).unwrap_or("");
    let vector = word("Vector").trim_start_matches('(');
    let fits = match word("Version") {
        "2" => {
            ["AV:", "/AC:", "/Au:", "/C:", "/I:", "/A:"].iter().all(|part| vector.contains(part))
                && vector.starts_with("AV:")
        }
        _ => {
            (vector.starts_with("CVSS:3.0/AV:") || vector.starts_with("CVSS:3.1/AV:"))
                && ["/AC:", "/PR:", "/UI:", "/S:", "/C:", "/I:", "/A:"].iter().all(|part| vector.contains(part))
        }
    };
    if !fits {
        faults.push("Report.CVSS.Vector does not fit its version".to_owned());
    }
}

fn internal_processing(value: &Value, faults: &mut Vec<String>) {
    let strings = |value: Option<&Value>| {
        value.is_none_or(|value| value.as_object().is_some_and(|map| map.values().all(Value::is_string)))
    };
    let good = value.as_object().is_some_and(|object| {
        [("SubscriberInformation", "SubscriberData"), ("ContractInformation", "ResolverData")].iter().all(
            |(key, data)| {
                object.get(*key).is_none_or(|part| {
                    part.is_object() && part.get("ID").is_none_or(Value::is_string) && strings(part.get(*data))
                })
            },
        ) && object.get("EventTags").is_none_or(|tags| Rule::Many(&[]).fault(tags).is_none())
    });
    if !good {
        faults.push("InternalProcessing holds values of the wrong kind".to_owned());
    }
}

fn is_cve(text: &str) -> bool {
    let mut parts = text.split('-');
    let digits = |part: Option<&str>, range: std::ops::RangeInclusive<usize>| {
        part.is_some_and(|part| range.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
    };
    parts.next() == Some("CVE") && digits(parts.next(), 4..=4) && digits(parts.next(), 4..=7) && parts.next().is_none()
}
