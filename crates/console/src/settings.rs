//! The `[console]` section of the configuration.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// How the console is served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Address to listen on. TLS is the work of the reverse proxy in front.
    pub listen: SocketAddr,
    /// Whether browsers reach the console through https (then cookies are `Secure` and bound to the host).
    pub https: bool,
    /// Hours after which a login ends by itself.
    pub session_hours: u32,
    /// Whether the public report form is open.
    pub form: bool,
    /// Reports an hour that one address may send through the form.
    pub form_per_hour: u32,
    /// Whether the peer is a proxy whose `X-Forwarded-For` (last entry) names the client.
    pub behind_proxy: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8625)),
            https: false,
            session_hours: 12,
            form: true,
            form_per_hour: 20,
            behind_proxy: false,
        }
    }
}
