//! The people of the demo's desk and their password: made at random, kept in a file that only its owner can read.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context as _, Result};
use console::auth::password;
use desk::Desk;
use model::{Lang, Role};
use serde_json::json;
use store::people::{self, NewUser};

/// Login names, one of each role.
pub(super) const NAMES: [&str; 4] = ["sato", "suzuki", "takahashi", "tanaka"];

/// Name, shown name, role, language.
const PEOPLE: [(&str, &str, Role, Lang); 4] = [
    ("sato", "佐藤 花子", Role::Operator, Lang::Ja),
    ("suzuki", "鈴木 一郎", Role::Lead, Lang::Ja),
    ("takahashi", "Takahashi Ken", Role::Admin, Lang::En),
    ("tanaka", "田中 監", Role::Auditor, Lang::Ja),
];

/// How to log in.
pub(super) struct Login {
    pub(super) password: String,
}

/// Makes the users if they are not there, and tells their password.
pub(super) async fn ensure(desk: &Desk, folder: &Path) -> Result<Login> {
    let file = folder.join("login.txt");
    if let Ok(kept) = std::fs::read_to_string(&file)
        && people::user_by_name(&mut &desk.store, NAMES[0]).await?.is_some()
    {
        return Ok(Login { password: kept.trim().to_owned() });
    }
    let password: String =
        console::auth::new_token().context("the system gives no random numbers")?.chars().take(20).collect();
    let hash = password::hash(&password).map_err(anyhow::Error::msg)?;
    let now = desk.clock.now();
    let mut tx = desk.store.begin().await?;
    for (name, display, role, lang) in PEOPLE {
        if let Some(user) = people::user_by_name(&mut tx, name).await? {
            tx.set_password(user.id, &hash).await?;
        } else {
            tx.add_user(NewUser { name, display, password: &hash, role, lang }, now).await?;
        }
    }
    tx.journal(now, "cli:demo", "user.added", None, &json!({ "users": NAMES })).await?;
    let mut secret = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&file)?;
    writeln!(secret, "{password}")?;
    tx.commit().await?;
    Ok(Login { password })
}
