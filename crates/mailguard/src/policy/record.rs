//! What must be remembered over a restart, as lines of text: a line that was cut short by a crash is no line.

use std::net::IpAddr;

/// Something that happened and counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// An account was used, and perhaps sent.
    Used {
        /// Microseconds since 1970.
        at: i64,
        /// Mails: 0 or 1.
        mails: u32,
        /// Recipients.
        recipients: u32,
        /// The request, so that one that is asked again is not counted again; 0 for none.
        key: u64,
        /// From where.
        address: Option<IpAddr>,
        /// Whose.
        account: String,
    },
    /// A rule locked an account.
    Locked {
        /// Microseconds since 1970.
        at: i64,
        /// The rule.
        rule: String,
        /// Whose.
        account: String,
    },
}

impl Record {
    /// Adds the line to `out`.
    pub fn write(&self, out: &mut String) {
        use std::fmt::Write as _;
        // Writing into a string cannot fail.
        let _ = match self {
            Self::Used { at, mails, recipients, key, address, account } => {
                let _ = write!(out, "used {at} {mails} {recipients} {key:x} ");
                let _ = match address {
                    Some(address) => write!(out, "{address}"),
                    None => write!(out, "-"),
                };
                writeln!(out, " {account}")
            }
            Self::Locked { at, rule, account } => writeln!(out, "locked {at} {rule} {account}"),
        };
    }

    /// Reads a line without its end; nothing for one that holds no record.
    pub fn read(line: &str) -> Option<Self> {
        let (kind, rest) = line.split_once(' ')?;
        let (at, rest) = rest.split_once(' ')?;
        let at = at.parse().ok()?;
        match kind {
            "used" => {
                let mut fields = rest.splitn(5, ' ');
                let mut field = || fields.next();
                let (mails, recipients) = (field()?.parse().ok()?, field()?.parse().ok()?);
                let key = u64::from_str_radix(field()?, 16).ok()?;
                let address = match field()? {
                    "-" => None,
                    text => Some(text.parse().ok()?),
                };
                Some(Self::Used { at, mails, recipients, key, address, account: field()?.to_owned() })
            }
            "locked" => {
                let (rule, account) = rest.split_once(' ')?;
                Some(Self::Locked { at, rule: rule.to_owned(), account: account.to_owned() })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written_and_a_piece_of_one_is_none() {
        for record in [
            Record::Used {
                at: 1_700_000_000_000_001,
                mails: 1,
                recipients: 50,
                key: u64::MAX,
                address: "2001:db8::1".parse().ok(),
                account: "a name@example.com".to_owned(),
            },
            Record::Used { at: -1, mails: 0, recipients: 0, key: 0, address: None, account: "x".to_owned() },
            Record::Locked { at: 5, rule: "countries".to_owned(), account: "a name".to_owned() },
        ] {
            let mut line = String::new();
            record.write(&mut line);
            assert_eq!(Record::read(line.strip_suffix('\n').unwrap()), Some(record));
        }
        for line in ["", "used", "used 1 1 1", "used x 1 1 0 - a", "used 1 1 1 0 nowhere a", "other 1 2 3"] {
            assert_eq!(Record::read(line), None, "{line}");
        }
    }
}
