//! Reading requests, with every refusal a problem of ours: bodies in bounds, JSON, query, path.

use std::convert::Infallible;
use std::marker::PhantomData;
use std::str::FromStr;

use axum::extract::{FromRequest, FromRequestParts, Path as AxumPath, Query as AxumQuery, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use desk::DeskError;
use futures_util::StreamExt as _;
use model::Code;
use serde::de::DeserializeOwned;
use store::StoreError;

use crate::Failure;

/// Largest JSON body.
pub(crate) const MAX_JSON: usize = 1 << 20;

/// A JSON body that has not been read yet: first a handler checks who is asking.
pub(crate) struct Unread<T>(Request, PhantomData<fn() -> T>);

impl<T, S: Send + Sync> FromRequest<S> for Unread<T> {
    type Rejection = Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Infallible> {
        Ok(Self(request, PhantomData))
    }
}

impl<T: DeserializeOwned> Unread<T> {
    /// Reads it: at most [`MAX_JSON`] bytes.
    pub(crate) async fn read(self) -> Result<T, Failure> {
        if media_type(self.0.headers()).as_deref() != Some("application/json") {
            return Err(unsupported("this takes `Content-Type: application/json`"));
        }
        let bytes = body(self.0, MAX_JSON).await?;
        serde_json::from_slice(&bytes).map_err(|error| {
            let status = if error.is_data() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::BAD_REQUEST };
            Failure { status, code: Code("console.bad-request"), detail: error.to_string().into() }
        })
    }
}

/// Query parameters; unknown ones are refused where the type says so.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let AxumQuery(value) = AxumQuery::from_request_parts(parts, state)
            .await
            .map_err(|error| Failure::bad_request(error.body_text()))?;
        Ok(Self(value))
    }
}

/// The one variable of a path. What cannot be one is not there.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let AxumPath(text): AxumPath<String> =
            AxumPath::from_request_parts(parts, state).await.map_err(|_| Failure::not_found())?;
        text.parse().map(Self).map_err(|_| Failure::not_found())
    }
}

/// The media type of a body, lower case, without parameters.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// Refuses a media type.
pub(crate) fn unsupported(detail: &str) -> Failure {
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    Failure { status, code: Code("console.media-type"), detail: detail.into() }
}

/// The length that a request announces.
pub(crate) fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The whole body, refused as soon as it is known to be longer than `limit` bytes.
pub(crate) async fn body(request: Request, limit: usize) -> Result<Vec<u8>, Failure> {
    let too_large = || Failure {
        status: StatusCode::PAYLOAD_TOO_LARGE,
        code: Code("console.too-large"),
        detail: format!("the body may have {limit} bytes").into(),
    };
    let limit_u64 = u64::try_from(limit).unwrap_or(u64::MAX);
    if announced(request.headers()).is_some_and(|length| length > limit_u64) {
        return Err(too_large());
    }
    let mut stream = request.into_body().into_data_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Failure::bad_request("the body ended before its time"))?;
        if bytes.len() + chunk.len() > limit {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// The version that a changing request says it has seen, in `If-Match`.
pub(crate) fn seen(headers: &HeaderMap) -> Result<i64, Failure> {
    let Some(tag) = headers.get(header::IF_MATCH) else {
        let detail = "`If-Match` names the version that you have seen, as `ETag` or `version` gave it".into();
        return Err(Failure { status: StatusCode::PRECONDITION_REQUIRED, code: Code("console.precondition"), detail });
    };
    let number = tag.to_str().ok().map(|text| text.trim().trim_matches('"')).and_then(|text| text.parse().ok());
    number.ok_or_else(|| Failure::bad_request("`If-Match` is a version in quotation marks"))
}

/// A change of something that is newer than what the caller has seen is a precondition that failed.
pub(crate) fn refused(error: DeskError) -> Failure {
    let stale = matches!(error, DeskError::Store(StoreError::Stale { .. }));
    let failure = Failure::from(error);
    if stale { Failure { status: StatusCode::PRECONDITION_FAILED, ..failure } } else { failure }
}
