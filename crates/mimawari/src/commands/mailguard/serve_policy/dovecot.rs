//! Dovecot's auth policy: JSON over HTTP, `?command=allow` before and after a password is checked, `?command=report` when it
//! is known how the login ended.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use mailguard::policy::Answer;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Server, wording};

/// Bytes of a request; Dovecot's own have a few hundred.
const MAX_BODY: usize = 16 << 10;
/// A request must be answered within it: Dovecot waits for two seconds.
const WHOLE: Duration = Duration::from_secs(5);

#[derive(Debug, Deserialize)]
struct Command {
    command: String,
}

/// What Dovecot says; further fields are passed over.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    login: String,
    remote: String,
    protocol: String,
    success: bool,
    policy_reject: bool,
}

/// -1 refuses, 0 lets in, more are seconds to wait.
#[derive(Debug, Serialize)]
struct Reply {
    status: i16,
    msg: String,
}

/// Serves until `stop`.
pub(super) async fn serve(listener: TcpListener, server: Arc<Server>, stop: CancellationToken) {
    let router = Router::new().route("/", post(reply)).layer(DefaultBodyLimit::max(MAX_BODY)).with_state(server);
    if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await {
        tracing::error!(%error, "the server for Dovecot ended");
    }
}

async fn reply(
    State(server): State<Arc<Server>>,
    Query(command): Query<Command>,
    headers: HeaderMap,
    Json(asked): Json<Asked>,
) -> Result<Json<Reply>, StatusCode> {
    let key = server.policy().settings().service.dovecot_key.clone();
    let given = headers.get("x-api-key").map(HeaderValue::as_bytes);
    if key.is_some_and(|key| given != Some(key.as_bytes())) {
        return Err(StatusCode::FORBIDDEN);
    }
    let answered = async {
        match command.command.as_str() {
            "allow" => Ok(allow(&server, &asked)),
            "report" => Ok(report(&server, &asked).await),
            _ => Err(StatusCode::BAD_REQUEST),
        }
    };
    tokio::time::timeout(WHOLE, answered).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?.map(Json)
}

fn address(asked: &Asked) -> Option<IpAddr> {
    asked.remote.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// Nothing is counted here: that somebody asks for an account does not show that he knows its password.
fn allow(server: &Server, asked: &Asked) -> Reply {
    let now = model::Clock::now(&server.clock);
    let (status, answer) = {
        let mut policy = server.policy();
        let sends = matches!(asked.protocol.as_str(), "smtp" | "submission");
        let answer = policy.enter(&asked.login, address(asked).filter(|_| sends), now);
        (address(asked).map_or(0, |address| policy.patience(address, now)), answer)
    };
    match answer.stop {
        Some(_) => Reply { status: -1, msg: wording::sentence(&answer, server) },
        None => Reply { status, msg: String::new() },
    }
}

async fn report(server: &Server, asked: &Asked) -> Reply {
    if asked.success {
        let from = address(asked);
        let logged_in = |policy: &mut mailguard::policy::Policy, now| Answer {
            records: policy.logged_in(&asked.login, from, now),
            ..Answer::default()
        };
        server.decide(logged_in).await;
    } else if let Some(address) = address(asked).filter(|_| !asked.policy_reject) {
        let now = model::Clock::now(&server.clock);
        server.policy().failed(address, now);
    }
    Reply { status: 0, msg: String::new() }
}
