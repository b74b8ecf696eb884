//! Spamhaus DROP: prefixes with the number of their record behind a semicolon, or an object a line; ASN-DROP likewise.

use super::{Collector, first_byte, json};
use crate::error::ListError;
use crate::sources::{Row, What};

/// Where a record of the SBL is found.
const RECORD: &str = "https://check.spamhaus.org/sbl/query/";

/// Reads the list.
pub fn read(bytes: &[u8], all: &mut Collector<'_>) -> Result<(), ListError> {
    if first_byte(bytes) == Some(b'{') {
        return json::each("", true, bytes, all, &mut |object, all| {
            let text = |at| json::text_at(object, at);
            if let Some(number) = object.pointer("/asn").and_then(serde_json::Value::as_u64) {
                let Ok(number) = u32::try_from(number) else { return Ok(()) };
                return all.row(&Row { reason: &text("/asname"), ..Row::of(What::As(number)) });
            }
            // The last line tells of the file itself.
            if text("/type") == "metadata" {
                return Ok(());
            }
            take(&text("/cidr"), &text("/sblid"), all)
        });
    }
    for line in bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()) {
        all.line()?;
        if matches!(line[0], b';' | b'#') {
            continue;
        }
        let text = String::from_utf8_lossy(line);
        let (prefix, record) = text.split_once(';').unwrap_or((&text, ""));
        take(prefix, record.trim(), all)?;
    }
    Ok(())
}

fn take(prefix: &str, record: &str, all: &mut Collector<'_>) -> Result<(), ListError> {
    let Some(what @ (What::V4(_) | What::V6(_) | What::As(_))) = What::read(prefix) else {
        all.junk(prefix.as_bytes());
        return Ok(());
    };
    let link = if record.starts_with("SBL") { format!("{RECORD}{record}") } else { String::new() };
    all.row(&Row { reason: record, link: &link, ..Row::of(what) })
}

#[cfg(test)]
mod tests {
    use super::super::{Form, tests::lines};

    #[test]
    fn text_and_objects_say_the_same() {
        let text = "; DROP\n198.51.100.0/24 ; SBL000007\n2001:db8::/32 ; SBL000008\n";
        let json = "{\"cidr\":\"198.51.100.0/24\",\"sblid\":\"SBL000007\",\"rir\":\"x\"}\n\
                    {\"cidr\":\"2001:db8::/32\",\"sblid\":\"SBL000008\",\"rir\":\"x\"}\n{\"type\":\"metadata\",\"records\":2}\n";
        let link = "https://check.spamhaus.org/sbl/query/";
        let wanted = vec![
            format!("198.51.100.0/24|||SBL000007|{link}SBL000007|"),
            format!("2001:db8::/32|||SBL000008|{link}SBL000008|"),
        ];
        assert_eq!(lines(&Form::Spamhaus, text), (wanted.clone(), 0));
        assert_eq!(lines(&Form::Spamhaus, json), (wanted, 0));
        let networks =
            "{\"asn\":64500,\"rir\":\"x\",\"domain\":\"example.org\",\"cc\":\"ZZ\",\"asname\":\"EXAMPLE\"}\n";
        assert_eq!(lines(&Form::Spamhaus, networks), (vec!["AS64500|||EXAMPLE||".to_owned()], 0));
        assert_eq!(lines(&Form::Spamhaus, "Too many requests\n"), (vec![], 1));
    }
}
