//! One mail to all recipients of a destination, by lettre: plain text and HTML side by side. The
//! session is led here and not by lettre's transport, which gives up for all when one recipient is
//! refused.

use std::time::Duration;

use chrono::{DateTime, Utc};
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder, MultiPart};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, Message};
use secrecy::{ExposeSecret as _, SecretString};

use super::{Delivered, Undelivered};
use crate::db::alerts::content::MailServer;
use crate::model::MailSecurity;
use crate::notify::compose::{Content, html, plain};
use crate::visible;

/// How long the connection may take to be made; the deadline of the attempt holds for the rest.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// How many characters of what the server says are kept.
const MAX_SAID_CHARS: usize = 200;

/// Hands the mail over.
///
/// # Errors
/// When the server can not be reached, signs us in no more, or takes it for no recipient.
pub(super) async fn send(
    server: &MailServer,
    password: Option<SecretString>,
    recipients: &[String],
    content: &Content,
    now: DateTime<Utc>,
) -> Result<Delivered, Undelivered> {
    let mail = Letter::new(server, recipients, content, now)?;
    let mut conn = connect(server).await?;
    if let (Some(user), Some(password)) = (&server.username, &password) {
        sign_in(&mut conn, user, password).await?;
    }
    let refused = mail.hand_over(&mut conn).await.map_err(refusal)?;
    // It is taken over; how the connection ends changes nothing.
    let _ = conn.quit().await;
    Ok(match refused {
        None => Delivered::ToAll,
        Some(refused) => Delivered::ToSome(refused),
    })
}

/// A mail that is ready, and who it is from and for.
struct Letter {
    sender: Address,
    recipients: Vec<Address>,
    bytes: Vec<u8>,
}

impl Letter {
    fn new(
        server: &MailServer,
        recipients: &[String],
        content: &Content,
        now: DateTime<Utc>,
    ) -> Result<Self, Undelivered> {
        let sender: Mailbox = server
            .sender
            .parse()
            .map_err(|_| Undelivered::for_good("The address that mail is from can not be read."))?;
        let mut mailboxes = Vec::with_capacity(recipients.len());
        for recipient in recipients {
            let mailbox: Result<Mailbox, _> = recipient.parse();
            mailboxes.push(mailbox.map_err(|_| {
                Undelivered::for_good("The address of a recipient can not be read.")
            })?);
        }
        let message = message(&sender, &mailboxes, content, now).map_err(|error| {
            tracing::error!("A mail could not be written: {error:#}");
            Undelivered::for_good("The mail could not be written.")
        })?;
        Ok(Self {
            sender: sender.email,
            recipients: mailboxes.into_iter().map(|mailbox| mailbox.email).collect(),
            bytes: message.formatted(),
        })
    }

    /// Gives a sentence about recipients that were refused while others were not.
    async fn hand_over(&self, conn: &mut AsyncSmtpConnection) -> Result<Option<String>, Error> {
        let from = Mail::new(Some(self.sender.clone()), Vec::new());
        conn.command(from).await?;
        let mut refused = Vec::new();
        let mut first_error = None;
        for recipient in &self.recipients {
            let offered = conn.command(Rcpt::new(recipient.clone(), Vec::new())).await;
            match offered {
                Ok(_) => {}
                Err(error) if error.is_permanent() || error.is_transient() => {
                    refused.push(visible::text(recipient.as_ref()));
                    first_error.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        match first_error {
            Some(error) if refused.len() == self.recipients.len() => return Err(error),
            _ => {}
        }
        conn.command(Data).await?;
        conn.message(&self.bytes).await?;
        Ok((!refused.is_empty())
            .then(|| format!("The mail server refused {}.", refused.join(", "))))
    }
}

fn message(
    sender: &Mailbox,
    recipients: &[Mailbox],
    content: &Content,
    now: DateTime<Utc>,
) -> anyhow::Result<Message> {
    let id = format!("<{}@{}>", content.token, sender.email.domain());
    let builder: MessageBuilder = Message::builder()
        .from(sender.clone())
        .subject(&content.subject)
        .message_id(Some(id))
        .date(now.into())
        .header(AutoSubmitted);
    let to = |builder: MessageBuilder, mailbox: &Mailbox| builder.to(mailbox.clone());
    let builder = recipients.iter().fold(builder, to);
    let body = MultiPart::alternative_plain_html(plain(content)?, html(content)?);
    Ok(builder.multipart(body)?)
}

/// Says that no person wrote it, so that no absence is answered to it (RFC 3834, section 5).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

async fn connect(server: &MailServer) -> Result<AsyncSmtpConnection, Undelivered> {
    let unfit = |_| Undelivered::for_good("The port of the mail server can not be read.");
    let port = u16::try_from(server.port).map_err(unfit)?;
    let tls = || TlsParameters::new(server.host.clone()).map_err(refusal);
    let at_once = match server.security {
        MailSecurity::Tls => Some(tls()?),
        MailSecurity::Starttls | MailSecurity::Clear => None,
    };
    let name = our_name();
    let address = (server.host.as_str(), port);
    let connecting =
        AsyncSmtpConnection::connect_tokio1(address, Some(CONNECT_TIMEOUT), &name, at_once, None);
    let mut conn = connecting.await.map_err(refusal)?;
    if server.security == MailSecurity::Starttls {
        conn.starttls(tls()?, &name).await.map_err(refusal)?;
    }
    Ok(conn)
}

/// What we call ourselves to the server: the name of this machine, where it has one that fits.
fn our_name() -> ClientId {
    let name = nix::unistd::gethostname().ok();
    let name = name.and_then(|name| name.into_string().ok());
    let fits = |name: &String| {
        let is_fit = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        !name.is_empty() && name.chars().all(is_fit)
    };
    name.filter(fits)
        .map_or_else(ClientId::default, ClientId::Domain)
}

async fn sign_in(
    conn: &mut AsyncSmtpConnection,
    user: &str,
    password: &SecretString,
) -> Result<(), Undelivered> {
    let credentials = Credentials::new(user.to_owned(), password.expose_secret().to_owned());
    let mechanisms = [Mechanism::Plain, Mechanism::Login];
    let signed_in = conn.auth(&mechanisms, &credentials).await;
    // What the server says now may be what it was just told.
    signed_in.map(drop).map_err(|error| Undelivered {
        is_final: error.is_permanent() || error.is_client(),
        sentence: match error.status() {
            Some(code) => format!("The mail server does not sign us in ({code})."),
            None => "The mail server does not sign us in.".to_owned(),
        },
    })
}

/// Why a server did not take a mail; nothing was said to it that it must not repeat.
fn refusal(error: Error) -> Undelivered {
    let said = visible::text(&error.to_string());
    let said: String = said.chars().take(MAX_SAID_CHARS).collect();
    Undelivered {
        is_final: error.is_permanent() || error.is_client(),
        sentence: format!("The mail server did not take it: {said}."),
    }
}
