//! Who sent it, in the words of the sending server: logins, scripts, local users, the addresses of webmail clients.

use std::net::IpAddr;

use model::trace::{Account, AccountKind, Client, Standing};

use crate::charset::prefix;
use crate::extract::ip;
use crate::mime::{Field, Mail};

/// Fields in which a sending server writes who logged in, some as `host: account`.
pub(crate) const LOGIN_FIELDS: &[&str] = &[
    "X-Authenticated-Sender",
    "X-AuthUser",
    "X-Authenticated-User",
    "X-Authenticated-As",
    "X-Auth-ID",
    "X-Auth-User",
    "X-SMTP-Auth-User",
];

/// Fields in which a sending server writes the address of its webmail user or client.
const CLIENT_FIELDS: &[&str] = &[
    "X-Originating-IP",
    "X-Original-IP",
    "X-Originating-Client-IP",
    "X-Sender-IP",
    "X-Source-IP",
    "X-SenderIP",
    "X-Client-IP",
    "X-Webmail-Client-IP",
    "X-Yahoo-Post-IP",
    "X-AOL-IP",
];

/// Most statements kept of one mail.
const MAX: usize = 30;

/// Accounts and clients in the fields of `mail`. Fields above the number `boundary` were written by believed hosts: a
/// server puts its fields on top, and whoever injects can write only below.
pub(super) fn of_fields(mail: &Mail<'_>, boundary: usize) -> (Vec<Account>, Vec<Client>) {
    let (mut accounts, mut clients) = (Vec::new(), Vec::new());
    for (index, field) in mail.fields.iter().enumerate() {
        let standing = if index < boundary { Standing::Fact } else { Standing::Claimed };
        if accounts.len() < MAX {
            accounts.extend(accounts_in(field).into_iter().map(|(kind, value)| Account {
                kind,
                value: prefix(value.trim(), 254).to_owned(),
                field: field.name.to_string(),
                standing,
            }));
        }
        if clients.len() < MAX {
            clients.extend(clients_in(field).into_iter().map(|address| Client {
                address,
                field: field.name.to_string(),
                private: !ip::is_public(address),
                standing,
            }));
        }
    }
    accounts.retain(|account: &Account| !account.value.is_empty());
    (accounts, clients)
}

/// The login that the sending server states in a field of its own, if any.
pub fn login(mail: &Mail<'_>) -> Option<String> {
    let field = LOGIN_FIELDS.iter().find_map(|name| mail.header(name))?;
    Some(behind_host(field).to_lowercase()).filter(|text| !text.is_empty() && text.len() <= 255)
}

/// The public address of the webmail user or client that the sending server states, if any.
pub fn origin(mail: &Mail<'_>) -> Option<IpAddr> {
    let stated = CLIENT_FIELDS.iter().find_map(|name| mail.header(name)).and_then(ip::parse);
    stated.filter(|address| ip::is_public(*address))
}

/// The public address that one header field states as the client's: of a webmail user, or of whoever called the script
/// that sent the mail.
pub(crate) fn stated_client(name: &str, value: &str) -> Option<IpAddr> {
    if !name.starts_with(['X', 'x']) {
        return None;
    }
    let value = if name.to_ascii_lowercase().contains("originating") {
        value
    } else {
        script_client(name, value)?.split(',').next()?
    };
    ip::parse(value).filter(|address| ip::is_public(*address))
}

/// What the fields of PHP scripts say of the client behind the script: `site/script.php for 192.0.2.1, 10.0.0.1`.
fn script_client<'v>(name: &str, value: &'v str) -> Option<&'v str> {
    if name.eq_ignore_ascii_case("X-PHP-Script") {
        value.split_once(" for ").map(|(_, rest)| rest)
    } else if name.eq_ignore_ascii_case("X-PHP-Filename") {
        value.split_once("REMOTE_ADDR:").map(|(_, rest)| rest)
    } else {
        None
    }
}

fn behind_host(value: &str) -> &str {
    value.rsplit(": ").next().unwrap_or(value).trim().trim_matches(['<', '>'])
}

fn accounts_in<'f>(field: &'f Field<'_>) -> Vec<(AccountKind, &'f str)> {
    let (name, value) = (field.name.to_ascii_lowercase(), field.value.trim());
    if LOGIN_FIELDS.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
        return vec![(AccountKind::Login, behind_host(value))];
    }
    match name.as_str() {
        // `uid:script.php`
        "x-php-originating-script" => value
            .split_once(':')
            .map_or_else(Vec::new, |(uid, script)| vec![(AccountKind::LocalUser, uid), (AccountKind::Script, script)]),
        // `site/path/script.php for 192.0.2.1, 10.0.0.1`
        "x-php-script" => vec![(AccountKind::Script, value.split(" for ").next().unwrap_or(value))],
        "x-php-filename" => vec![(AccountKind::Script, value.split(" REMOTE_ADDR").next().unwrap_or(value))],
        // `host: authenticated_id: login`, `host: uid via …: user`
        "x-get-message-sender-via" => {
            let kind = if value.contains("authenticated_id:") { AccountKind::Login } else { AccountKind::LocalUser };
            vec![(kind, behind_host(value))]
        }
        // `Originator/Caller UID/GID - [1001 12] / [47 12]`
        "x-antiabuse" => value
            .strip_prefix("Originator/Caller UID/GID - [")
            .and_then(|rest| rest.split([' ', ']']).next())
            .map_or_else(Vec::new, |uid| vec![(AccountKind::LocalUser, uid)]),
        // `host: user set sender to … using -f`
        "x-authentication-warning" => value
            .split_once(" set sender to ")
            .and_then(|(before, _)| before.rsplit(' ').next())
            .map_or_else(Vec::new, |user| vec![(AccountKind::LocalUser, user)]),
        "x-source-dir" => vec![(AccountKind::Site, value)],
        _ => Vec::new(),
    }
}

fn clients_in(field: &Field<'_>) -> Vec<IpAddr> {
    let name = field.name.as_ref();
    if CLIENT_FIELDS.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return ip::parse(&field.value).into_iter().collect();
    }
    script_client(name, &field.value)
        .map_or_else(Vec::new, |rest| rest.split(',').take(4).filter_map(ip::parse).collect())
}
