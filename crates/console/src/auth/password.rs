//! Passwords: argon2id, checked away from the async threads.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use axum::http::StatusCode;

use crate::Failure;

/// Fewest characters of a password (NIST SP 800-63B-4, 3.1.1.2, for a password that is the only factor).
pub const SHORTEST: usize = 15;
/// Most bytes; longer ones are refused rather than cut.
pub const LONGEST: usize = 256;

/// The PHC string of `password`. Takes tens of milliseconds on purpose.
pub fn hash(password: &str) -> Result<String, String> {
    if password.chars().count() < SHORTEST || password.len() > LONGEST {
        return Err(format!(
            "a password has {SHORTEST} characters or more and at most {LONGEST} bytes; a sentence is fine"
        ));
    }
    Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(|error| error.to_string())
}

/// Whether `password` is the one whose PHC string is `stored`. With nothing stored it takes as long and says no, so that
/// the time taken does not tell which login names exist.
pub async fn verify(password: String, stored: Option<String>) -> Result<bool, Failure> {
    let check = move || {
        let known = stored.is_some();
        let stored = stored.or_else(|| hash("a name that is not a user of this desk").ok()).unwrap_or_default();
        let parsed = PasswordHash::new(&stored);
        let right = parsed.is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok());
        known && right
    };
    tokio::task::spawn_blocking(check)
        .await
        .map_err(|_| Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "console.internal"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_right_or_not_and_short_ones_are_refused() {
        let stored = hash("correct horse battery").unwrap();
        assert!(verify("correct horse battery".into(), Some(stored.clone())).await.unwrap());
        assert!(!verify("correct horse batterx".into(), Some(stored)).await.unwrap());
        assert!(!verify("a name that is not a user of this desk".into(), None).await.unwrap());
        assert!(hash("short").is_err() && hash(&"x".repeat(LONGEST + 1)).is_err());
    }
}
