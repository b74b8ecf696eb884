//! People of the desk, their sessions and the tokens of programs. Secrets are stored as hashes only.

use jiff::{SignedDuration, Timestamp};
use model::{Lang, Role, UserId};

use crate::raw::content_hash;
use crate::{Query, Row, StoreError, Tx, args};

/// Wrong passwords in a row after which a login is refused for a while.
pub const MAX_FAILURES: i64 = 5;
/// For how long.
pub const LOCKED_FOR: SignedDuration = SignedDuration::from_mins(15);

/// Somebody who works at the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Number.
    pub id: UserId,
    /// Login name; also the actor in the journal.
    pub name: String,
    /// Name as shown.
    pub display: String,
    /// PHC string (argon2id).
    pub password: String,
    /// Role.
    pub role: Role,
    /// Language of the console.
    pub lang: Lang,
    /// Whether logging in is switched off.
    pub disabled: bool,
    /// No login before this moment, after too many wrong passwords.
    pub locked_until: Option<Timestamp>,
}

/// A new user.
#[derive(Debug, Clone, Copy)]
pub struct NewUser<'a> {
    /// Login name.
    pub name: &'a str,
    /// Name as shown.
    pub display: &'a str,
    /// PHC string.
    pub password: &'a str,
    /// Role.
    pub role: Role,
    /// Language.
    pub lang: Lang,
}

/// One login on one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Hash of the cookie's token: what may be shown and revoked.
    pub id: String,
    /// Who.
    pub user: UserId,
    /// Since when.
    pub created_at: Timestamp,
    /// Last request.
    pub last_seen: Timestamp,
    /// Ends by itself.
    pub expires_at: Timestamp,
    /// Browser, as it names itself.
    pub agent: String,
    /// Token that every changing request must carry.
    pub csrf: String,
}

/// A program's access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Name; the actor in the journal is `api:NAME`.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Ends by itself.
    pub expires_at: Option<Timestamp>,
    /// Ended by a person.
    pub revoked_at: Option<Timestamp>,
}

impl Tx {
    /// Adds a user.
    pub async fn add_user(&mut self, new: NewUser<'_>, now: Timestamp) -> Result<UserId, StoreError> {
        let id = self.new_id().await?;
        self.execute(
            "INSERT INTO users (id, name, display, password, role, lang, disabled, failures, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7)",
            args![id, new.name, new.display, new.password, new.role, new.lang, now],
        )
        .await?;
        Ok(UserId(id))
    }

    /// Sets a password and ends all sessions of the user.
    pub async fn set_password(&mut self, user: UserId, password: &str) -> Result<(), StoreError> {
        self.execute(
            "UPDATE users SET password = $2, failures = 0, locked_until = NULL WHERE id = $1",
            args![user, password],
        )
        .await?;
        self.execute("DELETE FROM session WHERE user_id = $1", args![user]).await?;
        Ok(())
    }

    /// Changes role, language and whether the login is off; ends all sessions if it is off.
    pub async fn change_user(
        &mut self,
        user: UserId,
        role: Role,
        lang: Lang,
        disabled: bool,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE users SET role = $2, lang = $3, disabled = $4 WHERE id = $1";
        let changed = self.execute(sql, args![user, role, lang, disabled]).await?;
        if disabled {
            self.execute("DELETE FROM session WHERE user_id = $1", args![user]).await?;
        }
        if changed == 1 { Ok(()) } else { Err(StoreError::NotFound { what: format!("user {user}") }) }
    }

    /// Counts a wrong password; locks the login once there were too many.
    pub async fn login_failed(&mut self, user: UserId, now: Timestamp) -> Result<(), StoreError> {
        let until = now.saturating_add(LOCKED_FOR).unwrap_or(Timestamp::MAX);
        self.execute(
            "UPDATE users SET locked_until = CASE WHEN failures + 1 >= $2 THEN $3 ELSE locked_until END, \
             failures = CASE WHEN failures + 1 >= $2 THEN 0 ELSE failures + 1 END WHERE id = $1",
            args![user, MAX_FAILURES, until],
        )
        .await?;
        Ok(())
    }

    /// Opens a session for `token`, of which only the hash is stored.
    pub async fn open_session(
        &mut self,
        token: &str,
        csrf: &str,
        user: UserId,
        agent: &str,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.execute("UPDATE users SET failures = 0, locked_until = NULL WHERE id = $1", args![user]).await?;
        self.execute("DELETE FROM session WHERE expires_at <= $1", args![now]).await?;
        self.execute(
            "INSERT INTO session (id, user_id, created_at, last_seen, expires_at, agent, csrf) VALUES ($1, $2, $3, $3, $4, $5, $6)",
            args![content_hash(token.as_bytes()), user, now, expires_at, agent, csrf],
        )
        .await?;
        Ok(())
    }

    /// Notes that a session was used.
    pub async fn touch_session(&mut self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        self.execute("UPDATE session SET last_seen = $2 WHERE id = $1", args![id, now]).await.map(drop)
    }

    /// Ends one session of a user.
    pub async fn close_session(&mut self, id: &str, user: UserId) -> Result<(), StoreError> {
        self.execute("DELETE FROM session WHERE id = $1 AND user_id = $2", args![id, user]).await.map(drop)
    }

    /// Adds a program's token, of which only the hash is stored.
    pub async fn add_token(
        &mut self,
        token: &str,
        name: &str,
        role: Role,
        expires_at: Option<Timestamp>,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO api_token (hash, name, role, created_at, expires_at, created_by) VALUES ($1, $2, $3, $4, $5, $6)",
            args![content_hash(token.as_bytes()), name, role, now, expires_at, actor],
        )
        .await?;
        Ok(())
    }

    /// Ends every token of that name; returns how many.
    pub async fn revoke_token(&mut self, name: &str, now: Timestamp) -> Result<u64, StoreError> {
        self.execute("UPDATE api_token SET revoked_at = $2 WHERE name = $1 AND revoked_at IS NULL", args![name, now])
            .await
    }
}

/// The user with that login name.
pub async fn user_by_name(query: &mut impl Query, name: &str) -> Result<Option<User>, StoreError> {
    query.fetch_opt("SELECT * FROM users WHERE name = $1", args![name]).await?.as_ref().map(user).transpose()
}

/// All users by name.
pub async fn users(query: &mut impl Query) -> Result<Vec<User>, StoreError> {
    query.fetch("SELECT * FROM users ORDER BY name", args![]).await?.iter().map(user).collect()
}

/// The living session of a cookie's token, with its user.
pub async fn session(
    query: &mut impl Query,
    token: &str,
    now: Timestamp,
) -> Result<Option<(Session, User)>, StoreError> {
    let sql = "SELECT users.*, session.id AS session_id, session.created_at AS session_created, last_seen, expires_at, agent, csrf \
               FROM session JOIN users ON users.id = session.user_id \
               WHERE session.id = $1 AND expires_at > $2 AND disabled = 0";
    let Some(row) = query.fetch_opt(sql, args![content_hash(token.as_bytes()), now]).await? else { return Ok(None) };
    let user = user(&row)?;
    let session = Session {
        id: row.text("session_id")?,
        user: user.id,
        created_at: row.time("session_created")?,
        last_seen: row.time("last_seen")?,
        expires_at: row.time("expires_at")?,
        agent: row.text("agent")?,
        csrf: row.text("csrf")?,
    };
    Ok(Some((session, user)))
}

/// The living sessions of a user: the device list.
pub async fn sessions_of(query: &mut impl Query, user: UserId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
    let sql = "SELECT * FROM session WHERE user_id = $1 AND expires_at > $2 ORDER BY last_seen DESC";
    let rows = query.fetch(sql, args![user, now]).await?;
    rows.iter()
        .map(|row| {
            Ok(Session {
                id: row.text("id")?,
                user,
                created_at: row.time("created_at")?,
                last_seen: row.time("last_seen")?,
                expires_at: row.time("expires_at")?,
                agent: row.text("agent")?,
                csrf: row.text("csrf")?,
            })
        })
        .collect()
}

/// The living token that a program showed.
pub async fn token(query: &mut impl Query, token: &str, now: Timestamp) -> Result<Option<ApiToken>, StoreError> {
    let sql =
        "SELECT * FROM api_token WHERE hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)";
    query.fetch_opt(sql, args![content_hash(token.as_bytes()), now]).await?.as_ref().map(api_token).transpose()
}

/// All tokens by name, ended ones too.
pub async fn tokens(query: &mut impl Query) -> Result<Vec<ApiToken>, StoreError> {
    query.fetch("SELECT * FROM api_token ORDER BY name, created_at", args![]).await?.iter().map(api_token).collect()
}

fn api_token(row: &Row) -> Result<ApiToken, StoreError> {
    Ok(ApiToken {
        name: row.text("name")?,
        role: row.parse("role")?,
        expires_at: row.opt_time("expires_at")?,
        revoked_at: row.opt_time("revoked_at")?,
    })
}

fn user(row: &Row) -> Result<User, StoreError> {
    Ok(User {
        id: UserId(row.int("id")?),
        name: row.text("name")?,
        display: row.text("display")?,
        password: row.text("password")?,
        role: row.parse("role")?,
        lang: row.parse("lang")?,
        disabled: row.flag("disabled")?,
        locked_until: row.opt_time("locked_until")?,
    })
}
