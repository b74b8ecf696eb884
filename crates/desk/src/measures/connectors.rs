//! The connectors of this provider, made from the configuration.

use std::collections::BTreeMap;
use std::time::Duration;

use model::MeasureKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::port::{Answer, Connector, Order, Verb};
use crate::why::reasons;
use crate::{DeskError, Said};

/// Longest time in which an answer is waited for, whatever a connector's own settings say.
pub const MAX_ANSWER: Duration = Duration::from_mins(2);

/// One `[[desk.connectors]]` of the configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectorSettings {
    /// Its name: in measures, on screens.
    pub name: String,
    /// Which kind of connector: a name of [`ALL`](super::ALL).
    #[serde(rename = "type")]
    pub plug: String,
    /// What it can do. A measure goes to the first connector that can do its kind.
    pub kinds: Vec<MeasureKind>,
    /// What the connector itself needs.
    #[serde(default)]
    pub settings: Value,
}

/// Every connector, ready to be asked.
#[derive(Default)]
pub struct Connectors(BTreeMap<String, Box<dyn Connector>>);

impl std::fmt::Debug for Connectors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

impl Connectors {
    /// Makes all connectors of the configuration.
    pub fn from_settings(settings: &[ConnectorSettings]) -> Result<Self, DeskError> {
        let mut connectors = Self::default();
        for one in settings {
            let wrong = |why: Said| DeskError::Invalid(reasons::connector_wrong(&one.name, why));
            let plug = super::ALL.iter().find(|plug| plug.name == one.plug).ok_or_else(|| {
                let known: Vec<_> = super::ALL.iter().map(|plug| plug.name).collect();
                wrong(reasons::connector_type(&one.plug, known.join(", ")).into())
            })?;
            if one.name.trim().is_empty() || connectors.0.contains_key(&one.name) {
                return Err(wrong(reasons::connector_name().into()));
            }
            connectors.0.insert(one.name.clone(), (plug.open)(&one.settings).map_err(|why| wrong(why.into()))?);
        }
        Ok(connectors)
    }

    /// Adds one that was made elsewhere.
    #[must_use]
    pub fn with(mut self, name: &str, connector: Box<dyn Connector>) -> Self {
        self.0.insert(name.to_owned(), connector);
        self
    }

    /// Asks the connector called `name`, for at most [`MAX_ANSWER`].
    pub async fn ask(&self, name: &str, verb: Verb, order: &Order) -> Answer {
        let Some(connector) = self.0.get(name) else {
            // Nothing was asked, so nothing was done. It may be configured again before the next attempt.
            return Answer::Unknown(format!("there is no connector `{name}` in the configuration"));
        };
        match tokio::time::timeout(MAX_ANSWER, connector.ask(verb, order)).await {
            Ok(answer) => answer,
            Err(_) => Answer::Unknown(format!("no answer within {} seconds", MAX_ANSWER.as_secs())),
        }
    }
}

/// The connector that does measures of `kind`, by configuration.
pub(super) fn for_kind(settings: &[ConnectorSettings], kind: MeasureKind) -> Option<&str> {
    settings.iter().find(|one| one.kinds.contains(&kind)).map(|one| one.name.as_str())
}
