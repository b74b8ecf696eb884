//! Users, sessions and tokens on both databases.

use anyhow::ensure;
use jiff::{SignedDuration, Timestamp};
use model::{Lang, Role};
use store::people::{self, NewUser};
use testkit::each_store;

fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(1_790_000_000 + second)
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_end_by_time_by_hand_and_with_their_user() -> anyhow::Result<()> {
    each_store(|store| async move {
        let mut tx = store.begin().await?;
        let new =
            NewUser { name: "sato", display: "佐藤 花子", password: "x", role: Role::Operator, lang: Lang::Ja };
        let sato = tx.add_user(new, at(0)).await?;
        for token in ["one", "two", "three"] {
            tx.open_session(token, "csrf", sato, "browser", at(0), at(100)).await?;
        }
        tx.commit().await?;
        ensure!(
            people::session(&mut &store, "one", at(99)).await?.is_some_and(|(_, user)| user.display == "佐藤 花子")
        );
        ensure!(people::session(&mut &store, "one", at(100)).await?.is_none(), "it ended by time");
        ensure!(people::session(&mut &store, "zero", at(1)).await?.is_none());

        let listed = people::sessions_of(&mut &store, sato, at(1)).await?;
        ensure!(
            listed.len() == 3 && listed.iter().all(|session| session.id != "one"),
            "the token itself is not stored"
        );
        let mut tx = store.begin().await?;
        tx.close_session(&store::raw::content_hash(b"two"), sato).await?;
        tx.commit().await?;
        ensure!(people::session(&mut &store, "two", at(1)).await?.is_none(), "it was revoked");

        let mut tx = store.begin().await?;
        tx.change_user(sato, Role::Operator, Lang::Ja, true).await?;
        tx.commit().await?;
        ensure!(people::session(&mut &store, "three", at(1)).await?.is_none(), "its user was switched off");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_lock_the_login_for_a_while() -> anyhow::Result<()> {
    each_store(|store| async move {
        let mut tx = store.begin().await?;
        let new = NewUser { name: "ito", display: "伊藤", password: "x", role: Role::Lead, lang: Lang::En };
        let ito = tx.add_user(new, at(0)).await?;
        for _ in 1..people::MAX_FAILURES {
            tx.login_failed(ito, at(5)).await?;
        }
        ensure!(people::user_by_name(&mut tx, "ito").await?.is_some_and(|user| user.locked_until.is_none()));
        tx.login_failed(ito, at(5)).await?;
        ensure!(
            people::user_by_name(&mut tx, "ito")
                .await?
                .is_some_and(|user| user.locked_until == Some(at(5) + people::LOCKED_FOR))
        );
        tx.commit().await?;
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_end_when_revoked_or_expired() -> anyhow::Result<()> {
    each_store(|store| async move {
        let mut tx = store.begin().await?;
        tx.add_token("secret", "feed", Role::Operator, Some(at(50)), "user:ito", at(0)).await?;
        tx.commit().await?;
        ensure!(people::token(&mut &store, "secret", at(1)).await?.is_some_and(|token| token.name == "feed"));
        ensure!(people::token(&mut &store, "secret", at(50)).await?.is_none());
        let mut tx = store.begin().await?;
        ensure!(tx.revoke_token("feed", at(2)).await? == 1);
        tx.commit().await?;
        ensure!(people::token(&mut &store, "secret", at(3)).await?.is_none());
        Ok(())
    })
    .await
}
