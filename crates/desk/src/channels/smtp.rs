//! SMTP to the provider's own mail server (RFC 5321), which signs (DKIM), queues and delivers.
//!
//! The commands are given one by one instead of through lettre's transport: only so is it known whether a line broke before
//! the mail server could have the mail (try again) or after (nobody knows), and only so does a refused copy recipient not
//! keep a mail from its customer. One connection is kept between mails.

use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Noop, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use tokio::sync::Mutex;

use super::{Channel, Entry, Outcome, Sending};
use crate::notices::{Outgoing, Tls};
use crate::why::reasons;
use crate::{DeskError, Settings};

/// The channel's entry.
pub const ENTRY: Entry = Entry { name: "smtp", open };

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(20);

struct Smtp {
    host: String,
    port: u16,
    tls: Tls,
    login: Option<Credentials>,
    hello: ClientId,
    kept: Mutex<Option<AsyncSmtpConnection>>,
}

fn open(settings: &Settings) -> Result<Box<dyn Channel>, DeskError> {
    let mail = &settings.mail;
    let domain = settings.provider.desk_mail.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    let hello = if mail.hello.is_empty() { domain } else { &mail.hello };
    let login = match (&mail.user, &mail.password) {
        (Some(user), Some(password)) => Some(Credentials::new(user.clone(), password.clone())),
        (None, None) => None,
        _ => return Err(DeskError::Invalid(reasons::mail_login_halved())),
    };
    Ok(Box::new(Smtp {
        host: mail.host.clone(),
        port: mail.port,
        tls: mail.tls,
        login,
        hello: ClientId::Domain(hello.to_owned()),
        kept: Mutex::new(None),
    }))
}

impl Channel for Smtp {
    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn send<'a>(&'a self, mail: &'a Outgoing) -> Sending<'a> {
        Box::pin(async move {
            // Taken out while in use: if this future is dropped half-way, so is the connection.
            let mut kept = self.kept.lock().await;
            let mut connection = match alive(kept.take()).await {
                Some(connection) => connection,
                None => match self.connect().await {
                    Ok(connection) => connection,
                    Err(error) => return before(&error),
                },
            };
            let outcome = hand_over(&mut connection, mail).await;
            if matches!(outcome, Outcome::Taken(_)) && !connection.has_broken() {
                *kept = Some(connection);
            } else {
                connection.abort().await;
            }
            outcome
        })
    }
}

impl Smtp {
    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let server = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(CONNECT), &self.hello, None, None).await?;
        let encrypt = match self.tls {
            Tls::None => false,
            Tls::Opportunistic => connection.can_starttls(),
            Tls::Required => true,
        };
        if encrypt {
            let mut parameters = TlsParameters::builder(self.host.clone());
            if self.tls == Tls::Opportunistic {
                // Whoever takes plain text too gains nothing from refusing a certificate (RFC 7435).
                parameters = parameters.dangerous_accept_invalid_certs(true);
            }
            connection.starttls(parameters.build()?, &self.hello).await?;
        }
        if let Some(login) = &self.login {
            connection.auth(DEFAULT_MECHANISMS, login).await?;
        }
        Ok(connection)
    }
}

/// The kept connection, if the server has not closed it.
async fn alive(kept: Option<AsyncSmtpConnection>) -> Option<AsyncSmtpConnection> {
    let mut connection = kept?;
    connection.command(Noop).await.is_ok().then_some(connection)
}

async fn hand_over(connection: &mut AsyncSmtpConnection, mail: &Outgoing) -> Outcome {
    match envelope(connection, mail).await {
        Ok(()) => {}
        Err(error) => return before(&error),
    }
    // From here on the server may have everything while we do not know it.
    match connection.message(&mail.bytes).await {
        Ok(response) => Outcome::Taken(said(&response)),
        Err(error) if error.is_permanent() => Outcome::Refused(error.to_string()),
        Err(error) if error.is_transient() => Outcome::Later(error.to_string()),
        Err(error) => Outcome::Unknown(error.to_string()),
    }
}

async fn envelope(connection: &mut AsyncSmtpConnection, mail: &Outgoing) -> Result<(), Error> {
    let mut parameters = Vec::new();
    if !mail.bytes.is_ascii() && connection.server_info().supports_feature(Extension::EightBitMime) {
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    connection.command(Mail::new(mail.from.clone(), parameters)).await?;
    connection.command(Rcpt::new(mail.to.clone(), Vec::new())).await?;
    if let Some(copy) = &mail.copy_to
        && let Err(error) = connection.command(Rcpt::new(copy.clone(), Vec::new())).await
    {
        if error.status().is_none() {
            return Err(error);
        }
        tracing::warn!(mail = mail.id.0, %error, "the copy of a mail was refused; a crash while sending could not be resolved by it");
    }
    connection.command(Data).await?;
    Ok(())
}

/// What an error means while the server cannot have the mail yet.
fn before(error: &Error) -> Outcome {
    if error.is_permanent() { Outcome::Refused(error.to_string()) } else { Outcome::Later(error.to_string()) }
}

fn said(response: &Response) -> String {
    text::wording::clean(&response.message().collect::<Vec<_>>().join(" "), 300)
}
