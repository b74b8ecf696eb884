//! What a browser sends of the form: its fields, and a picture if one was chosen.

use axum::extract::{Form, FromRequest, Multipart, Request};
use axum::http::header;
use base64::Engine as _;
use serde::Serialize;
use tokio::sync::OwnedSemaphorePermit;

use super::fields::Fields;
use crate::{AppState, Failure};

/// Largest picture: a photo of a telephone.
pub(super) const MAX_PICTURE: usize = 4 << 20;
/// Largest body: the picture and everything that is written beside it.
pub(super) const MAX_BODY: usize = MAX_PICTURE + (512 << 10);
/// Most fields that are looked at.
const MAX_FIELDS: usize = 40;

/// A picture as it is stored with the report: what `reports::formats::form::FormPicture` reads.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Picture {
    name: String,
    data: String,
}

/// A form that came in.
pub(super) struct Sent {
    /// What was written.
    pub(super) fields: Fields,
    /// What was chosen beside; an error if it cannot be taken.
    pub(super) picture: Result<Option<Picture>, ()>,
    /// Room for large bodies, until the form is stored.
    _room: Option<OwnedSemaphorePermit>,
}

impl FromRequest<AppState> for Sent {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Failure> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if kind.is_none_or(|kind| !kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data")) {
            let form = Form::<Fields>::from_request(request, state).await;
            let Form(fields) =
                form.map_err(|error| Failure { status: error.status(), ..Failure::bad_request(error.body_text()) })?;
            return Ok(Self { fields, picture: Ok(None), _room: None });
        }
        let room = state.uploads.report(u64::try_from(MAX_BODY).unwrap_or(u64::MAX))?;
        let refused = |error: axum::extract::multipart::MultipartError| Failure {
            status: error.status(),
            ..Failure::bad_request(error.body_text())
        };
        let mut parts = Multipart::from_request(request, state)
            .await
            .map_err(|error| Failure { status: error.status(), ..Failure::bad_request(error.body_text()) })?;
        let mut written = serde_json::Map::new();
        let mut picture = Ok(None);
        for _ in 0..MAX_FIELDS {
            let Some(part) = parts.next_field().await.map_err(refused)? else { break };
            let name = part.name().unwrap_or_default().to_owned();
            if name == "picture" {
                let file = part.file_name().unwrap_or_default().to_owned();
                let bytes = part.bytes().await.map_err(refused)?;
                // A browser sends an empty file where none was chosen.
                picture = if bytes.is_empty() { picture } else { taken(&file, &bytes).map(Some).ok_or(()) };
            } else {
                written.insert(name, part.text().await.map_err(refused)?.into());
            }
        }
        let fields = serde_json::from_value(written.into()).map_err(|error| Failure::bad_request(error.to_string()))?;
        Ok(Self { fields, picture, _room: Some(room) })
    }
}

/// A picture of a kind that is read, small enough.
fn taken(name: &str, bytes: &[u8]) -> Option<Picture> {
    let known = bytes.starts_with(b"\x89PNG\r\n\x1a\n") || bytes.starts_with(b"\xff\xd8\xff");
    let name: String = name.rsplit(['/', '\\']).next()?.chars().filter(|c| !c.is_control()).take(100).collect();
    let name = if name.is_empty() { "picture".to_owned() } else { name };
    let data = || base64::engine::general_purpose::STANDARD.encode(bytes);
    (known && bytes.len() <= MAX_PICTURE).then(|| Picture { name, data: data() })
}
