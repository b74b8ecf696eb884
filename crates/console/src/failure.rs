//! What a request gets when it cannot be served: status, stable code, what happened, what to do.
//!
//! Programs get RFC 9457 problem details; people get a page in their language (see `screens`).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk::{DeskError, Said};
use model::{Code, Lang};
use serde::Serialize;
use store::StoreError;

/// A refusal, on its way to the one who asked.
#[derive(Debug, Clone)]
pub struct Failure {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable code.
    pub code: Code,
    /// What exactly happened, without secrets; empty where the code says it all.
    pub detail: Said,
}

/// Problem details (RFC 9457).
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Stable code.
    #[schema(value_type = String)]
    pub code: &'static str,
    /// HTTP status.
    pub status: u16,
    /// What happened.
    pub title: String,
    /// What exactly.
    pub detail: String,
    /// What to do.
    pub todo: String,
}

impl Failure {
    /// A refusal with no more to say than its code.
    pub fn new(status: StatusCode, code: &'static str) -> Self {
        Self { status, code: Code(code), detail: String::new().into() }
    }

    /// The request is wrong: `detail` says where and how to mend it.
    pub fn bad_request(detail: impl Into<Said>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code: Code("console.bad-request"), detail: detail.into() }
    }

    /// There is no such thing, or this person may not know of it.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "console.not-found")
    }

    /// The role does not allow it.
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "console.forbidden")
    }

    /// There is such a thing, but this cannot be done with it.
    pub(crate) fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "console.method")
    }

    /// It cannot be done now; nothing was done.
    pub(crate) fn busy(detail: impl Into<Said>) -> Self {
        Self { status: StatusCode::SERVICE_UNAVAILABLE, code: Code("console.busy"), detail: detail.into() }
    }

    /// Understood, and wrong: `detail` names what.
    pub(crate) fn wrong(code: &'static str, detail: impl Into<Said>) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, code: Code(code), detail: detail.into() }
    }

    /// The answer in `lang`, with a word on when to come again where that helps.
    pub(crate) fn response(&self, lang: Lang) -> Response {
        let mut response = (self.status, Json(self.problem(lang))).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        match self.status {
            StatusCode::TOO_MANY_REQUESTS => headers.insert(header::RETRY_AFTER, HeaderValue::from_static("60")),
            StatusCode::SERVICE_UNAVAILABLE => headers.insert(header::RETRY_AFTER, HeaderValue::from_static("30")),
            StatusCode::UNAUTHORIZED => headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
            _ => None,
        };
        response
    }

    /// The words of the problem in `lang`.
    pub fn problem(&self, lang: Lang) -> Problem {
        let (title, todo) = text::error(lang, self.code);
        Problem { code: self.code.0, status: self.status.as_u16(), title, detail: self.detail.text(lang), todo }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let status = match &error {
            StoreError::NotFound { .. } => StatusCode::NOT_FOUND,
            StoreError::Conflict(_) | StoreError::Stale { .. } => StatusCode::CONFLICT,
            error if error.is_temporary() => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let detail = if status == StatusCode::INTERNAL_SERVER_ERROR {
            // The statement or value is for the log, not for whoever asked.
            tracing::error!(code = %error.code(), %error, "the store failed");
            String::new()
        } else {
            error.to_string()
        };
        Self { status, code: error.code(), detail: detail.into() }
    }
}

impl From<DeskError> for Failure {
    fn from(error: DeskError) -> Self {
        let status = match error {
            DeskError::Store(error) => return error.into(),
            DeskError::NotAllowed(_) | DeskError::SamePerson(_) => StatusCode::FORBIDDEN,
            DeskError::NoBasis(_) | DeskError::Invalid(_) | DeskError::Playbook { .. } => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            DeskError::Limit { .. } => StatusCode::TOO_MANY_REQUESTS,
            DeskError::State(_) => StatusCode::CONFLICT,
            DeskError::Connector(_) => StatusCode::BAD_GATEWAY,
            DeskError::Attribution(_) | DeskError::Text(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self { status, code: error.code(), detail: error.said() }
    }
}

impl From<attribution::AttributionError> for Failure {
    fn from(error: attribution::AttributionError) -> Self {
        match error {
            attribution::AttributionError::Store(error) => error.into(),
            attribution::AttributionError::BadInput(detail) => Self::wrong("attribution.bad-input", detail),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.response(Lang::En);
        // The screens make a page out of it, the API says it in the language of the one who asks.
        response.extensions_mut().insert(self);
        response
    }
}
