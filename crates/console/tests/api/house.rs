//! A console for tests: a small inventory, a token for each role, a stopped clock, and requests without a network.

use std::net::SocketAddr;
use std::sync::Arc;

use attribution::InventoryAttributor;
use attribution::import::{Kind, import};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use console::{AppState, Settings};
use desk::Desk;
use jiff::{SignedDuration, Timestamp};
use model::{Clock, Role};
use serde_json::Value;
use store::Store;
use store::acceptor::Acceptor;
use store::reports::READ_REPORT;
use testkit::{FixedClock, TempStore};
use text::mail::Templates;
use tower::ServiceExt as _;

pub(crate) const NOW: &str = "2026-11-22T05:00:00Z";
/// Where requests come from.
pub(crate) const PEER: &str = "198.51.100.7:40000";

const PLANS: &str = "key,name,service,control\nS,Shared,shared-hosting,managed\nV,VPS,vps,root\n";
const CUSTOMERS: &str = "key,name,mail,parent,desk_mail
R1,Example Resale,desk@example.org,,desk@example.org
K1,山田 太郎,yamada@example.com,R1,
K2,Example Trading,office@example.net,,
";
const CONTRACTS: &str = "key,customer,plan,from,to,responsible
WEB,K1,S,2024-01-01T00:00:00Z,,山田 花子
VPS1,K1,V,2024-01-01T00:00:00Z,,
VPS2,K2,V,2024-01-01T00:00:00Z,,
";
const HOLDINGS: &str = "subject,contract,from,to
domain:example.com,WEB,2024-01-01T00:00:00Z,
mailbox:taro@example.com,WEB,2024-01-01T00:00:00Z,
ip:192.0.2.10,VPS1,2024-01-01T00:00:00Z,
ip:192.0.2.11,VPS2,2024-01-01T00:00:00Z,
";
const PREFIXES: &str = "prefix,asn\n192.0.2.0/24,64500\n";

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }
}

/// A request to be.
pub(crate) struct Ask<'a> {
    pub(crate) method: Method,
    pub(crate) path: String,
    /// Name of a role, which is also its token.
    pub(crate) token: Option<&'a str>,
    pub(crate) media: Option<&'a str>,
    pub(crate) body: Vec<u8>,
    pub(crate) lang: Option<&'a str>,
    /// `If-Match`.
    pub(crate) version: Option<i64>,
}

impl<'a> Ask<'a> {
    pub(crate) fn get(path: &str, token: &'a str) -> Self {
        Self {
            method: Method::GET,
            path: path.to_owned(),
            token: Some(token),
            media: None,
            body: Vec::new(),
            lang: None,
            version: None,
        }
    }

    pub(crate) fn post(path: &str, token: &'a str, media: &'a str, body: impl Into<Vec<u8>>) -> Self {
        Self { method: Method::POST, media: Some(media), body: body.into(), ..Self::get(path, token) }
    }

    pub(crate) fn json(path: &str, token: &'a str, body: &Value) -> Self {
        Self::post(path, token, "application/json", body.to_string())
    }
}

pub(crate) struct House {
    pub(crate) state: AppState,
    pub(crate) router: Router,
    pub(crate) clock: Arc<FixedClock>,
}

impl House {
    pub(crate) async fn new(store: &Store) -> anyhow::Result<Self> {
        for (kind, file) in [
            (Kind::Plans, PLANS),
            (Kind::Customers, CUSTOMERS),
            (Kind::Contracts, CONTRACTS),
            (Kind::Holdings, HOLDINGS),
            (Kind::Prefixes, PREFIXES),
        ] {
            let report = import(store, kind, file.as_bytes(), "test.csv", "cli:test", at(NOW)).await?;
            anyhow::ensure!(report.refused.is_empty(), "{:?}", report.refused.first());
        }
        let mut tx = store.begin().await?;
        for role in Role::ALL {
            tx.add_token(role.name(), role.name(), *role, None, "cli:test", at(NOW)).await?;
        }
        tx.commit().await?;
        let clock = Arc::new(FixedClock::at(NOW));
        let desk = Desk {
            store: store.clone(),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            reader: Arc::new(::reports::Reader),
            tracer: Arc::new(::reports::trace::Tracer::default()),
            checker: None,
            attributor: Arc::new(InventoryAttributor::new(store.clone(), attribution::Settings::default())),
            templates: Arc::new(Templates::builtin()?),
            settings: Arc::default(),
        };
        let state = AppState::new(desk, Settings::default(), Acceptor::start(store.clone()))
            .with_xarf_check(Arc::new(check_xarf));
        Ok(Self { router: console::router(state.clone()), state, clock })
    }

    pub(crate) async fn ask(&self, ask: Ask<'_>) -> Reply {
        let mut request = Request::builder().method(ask.method).uri(&ask.path);
        if let Some(token) = ask.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(media) = ask.media {
            request = request.header(header::CONTENT_TYPE, media);
        }
        if let Some(lang) = ask.lang {
            request = request.header(header::ACCEPT_LANGUAGE, lang);
        }
        if let Some(version) = ask.version {
            request = request.header(header::IF_MATCH, format!("\"{version}\""));
        }
        let peer: SocketAddr = PEER.parse().expect("an address");
        let request = request.extension(ConnectInfo(peer)).body(Body::from(ask.body)).expect("a request");
        self.send(request).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.expect("never fails");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 64 << 20).await.expect("a body").to_vec();
        Reply { status: parts.status, headers: parts.headers, body }
    }

    /// The routes as they are while the doors' database is gone.
    pub(crate) async fn without_database(&self) -> anyhow::Result<Router> {
        let gone = TempStore::sqlite().await?;
        let mut state = self.state.clone();
        state.acceptor = Acceptor::start(gone.store.clone());
        gone.store.close().await;
        Ok(console::router(state))
    }

    /// Reads everything that was handed in.
    pub(crate) async fn work(&self) -> anyhow::Result<()> {
        let now = self.clock.now();
        let jobs =
            self.state.desk.store.claim_jobs(&[READ_REPORT], 100, now, SignedDuration::from_mins(5), "test").await?;
        self.state.desk.process_batch(jobs).await?;
        Ok(())
    }
}

impl<'a> Ask<'a> {
    /// A change of what was seen in `version`.
    pub(crate) fn step(method: Method, path: &str, token: &'a str, version: i64, body: &Value) -> Self {
        Self { method, version: Some(version), ..Self::json(path, token, body) }
    }
}

/// The check that the program gives to the console.
pub(crate) fn check_xarf(bytes: &[u8]) -> Result<(), Vec<String>> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| vec![error.to_string()])?;
    let faults = ::reports::formats::xarf_v4::validate(&value, ::reports::formats::xarf_v4::Strictness::Tolerant);
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// A XARF v4 report of a login attack from 192.0.2.10, two hours ago.
pub(crate) fn xarf() -> Value {
    serde_json::json!({
        "xarf_version": "4.2.0",
        "report_id": "550e8400-e29b-41d4-a716-446655440000",
        "timestamp": "2026-11-22T03:05:00Z",
        "reporter": { "org": "Example SOC", "contact": "soc@example.org", "domain": "example.org" },
        "sender": { "org": "Example SOC", "contact": "soc@example.org", "domain": "example.org" },
        "source_identifier": "192.0.2.10",
        "source_port": 40123,
        "category": "connection",
        "type": "login_attack",
        "evidence_source": "honeypot",
        "protocol": "tcp",
        "destination_ip": "203.0.113.9",
        "destination_port": 22,
        "first_seen": "2026-11-22T03:00:00Z",
        "last_seen": "2026-11-22T03:05:00Z",
    })
}
