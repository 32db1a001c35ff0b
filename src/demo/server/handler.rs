//! One SSH connection to a simulated router.

use std::collections::HashMap;
use std::time::Duration;

use russh::client::GexParams;
use russh::kex::dh::groups::{DH_GROUP14, DhGroup};
use russh::server::{
    Auth, ChannelOpenHandle, Handler, Msg, PublicKeyOffer, Response, Session, VerifiedPublicKey,
};
use russh::{Channel, ChannelId, ChannelWriteHalf, Pty};
use secrecy::ExposeSecret;
use tokio_util::bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::delivery::{self, Ending, Pace};
use super::shell::{Shell, Typed};
use super::wire::Scissors;
use crate::demo::cli;
use crate::demo::fault::Fault;
use crate::demo::router::SharedRouter;

/// How long an unanswered login is kept, so that a client that went away is not kept for ever.
const HANG: Duration = Duration::from_secs(900);
/// How many channels a connection may have open, or wait for.
const MAX_CHANNELS: usize = 20;
/// The bits of the group that RouterOS has for Diffie-Hellman group exchange.
const GROUP_BITS: usize = 2048;

/// The state of one connection.
pub(super) struct Connection {
    router: SharedRouter,
    scissors: Scissors,
    hung_up: CancellationToken,
    channels: HashMap<ChannelId, Open>,
    /// Channels that are never confirmed: dropping one of these would refuse it.
    unanswered: Vec<ChannelOpenHandle>,
}

/// An open channel.
struct Open {
    writer: ChannelWriteHalf<Msg>,
    shell: Option<Shell>,
    /// What is to come once the bytes handed to SSH have gone out.
    pending: Option<(Ending, Option<Vec<Bytes>>)>,
}

impl Connection {
    pub(super) fn new(
        router: SharedRouter,
        scissors: Scissors,
        hung_up: CancellationToken,
    ) -> Self {
        Self {
            router,
            scissors,
            hung_up,
            channels: HashMap::new(),
            unanswered: Vec::new(),
        }
    }

    /// What stands behind `+` in a user name are options of the console, not the name.
    fn is_user(&self, user: &str) -> bool {
        user.split('+').next() == Some(self.router.spec().username.as_str())
    }

    async fn hang_if_ill(&self) -> Result<(), russh::Error> {
        if self.router.fault() != Some(Fault::HangAuth) {
            return Ok(());
        }
        tokio::select! {
            () = self.hung_up.cancelled() => {}
            () = tokio::time::sleep(HANG) => {}
        }
        Err(russh::Error::Disconnect)
    }

    async fn check_password(&self, user: &str, password: &[u8]) -> Result<Auth, russh::Error> {
        self.router.counters.password();
        self.hang_if_ill().await?;
        let spec = self.router.spec();
        let is_right = self.is_user(user)
            && self.router.may("ssh")
            && password == spec.password.expose_secret().as_bytes();
        Ok(
            if is_right && self.router.fault() != Some(Fault::WrongPassword) {
                Auth::Accept
            } else {
                Auth::reject()
            },
        )
    }

    fn knows_key(&self, user: &str, key: &russh::keys::PublicKey) -> bool {
        self.is_user(user)
            && self.router.may("ssh")
            && self.router.fault() != Some(Fault::WrongPassword)
            && self.router.knows_key(key)
    }

    async fn exec(
        &mut self,
        id: ChannelId,
        line: &str,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        let Some(open) = self.channels.get_mut(&id) else {
            return session.channel_failure(id);
        };
        session.channel_success(id)?;
        let fault = self.router.fault();
        let delivery = delivery::plan(cli::run(&self.router, line), fault);
        match delivery.pace {
            Pace::Proper => {
                for piece in delivery.pieces {
                    session.data(id, piece)?;
                }
                open.pending = Some((delivery.ending, delivery.export));
                self.finish_if_sent(id, session)
            }
            Pace::FirstWindow => {
                let is_whole = delivery::send_first_window(&open.writer, delivery.pieces).await?;
                if let Some(export) = delivery.export.filter(|_| is_whole) {
                    self.router.note_sent(export);
                }
                Ok(())
            }
            Pace::Trickle => {
                let sending = delivery::trickle(session.handle(), id, delivery.pieces);
                let hung_up = self.hung_up.clone();
                tokio::spawn(async move { hung_up.run_until_cancelled(sending).await });
                Ok(())
            }
        }
    }

    /// Ends a command whose bytes have all gone out to the client's window.
    fn finish_if_sent(&mut self, id: ChannelId, session: &mut Session) -> Result<(), russh::Error> {
        if session.has_pending_data(id) {
            return Ok(());
        }
        let pending = self
            .channels
            .get_mut(&id)
            .and_then(|open| open.pending.take());
        let Some((ending, export)) = pending else {
            return Ok(());
        };
        if let Some(export) = export {
            self.router.note_sent(export);
        }
        match ending {
            Ending::Silence => Ok(()),
            Ending::Reset => {
                self.scissors.cut();
                Ok(())
            }
            Ending::Close { exit_status } => {
                if let Some(status) = exit_status {
                    session.exit_status_request(id, status)?;
                }
                session.eof(id)?;
                session.close(id)
            }
        }
    }

    fn type_into_shell(
        &mut self,
        id: ChannelId,
        bytes: &[u8],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        // Who does not read the answers gets no more of them.
        if session.has_pending_data(id) {
            return Ok(());
        }
        let Some(open) = self.channels.get_mut(&id) else {
            return Ok(());
        };
        let Some(shell) = &mut open.shell else {
            return Ok(());
        };
        for typed in shell.type_in(bytes) {
            let mut leaves = typed == Typed::Leave;
            match typed {
                Typed::Echo(text) => session.data(id, text)?,
                Typed::Line(line) => {
                    session.data(id, "\r\n")?;
                    let reply = cli::run(&self.router, &line);
                    leaves = reply.quits;
                    for piece in reply.pieces {
                        session.data(id, piece)?;
                    }
                    if !leaves {
                        session.data(id, shell.prompt())?;
                    }
                }
                Typed::Leave => {}
            }
            if leaves {
                open.pending = Some((Ending::WELL, None));
                return self.finish_if_sent(id, session);
            }
        }
        Ok(())
    }
}

impl Handler for Connection {
    type Error = russh::Error;

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, Self::Error> {
        self.check_password(user, password.as_bytes()).await
    }

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        user: &str,
        _submethods: &str,
        response: Option<Response<'a>>,
    ) -> Result<Auth, Self::Error> {
        let Some(mut response) = response else {
            return Ok(Auth::Partial {
                name: "".into(),
                instructions: "".into(),
                prompts: vec![("Password: ".into(), false)].into(),
            });
        };
        let password = response.next().unwrap_or_default();
        self.check_password(user, &password).await
    }

    async fn auth_publickey_offered(
        &mut self,
        user: &str,
        offer: PublicKeyOffer<'_>,
    ) -> Result<Auth, Self::Error> {
        self.hang_if_ill().await?;
        Ok(if self.knows_key(user, offer.public_key) {
            Auth::Accept
        } else {
            Auth::reject()
        })
    }

    async fn auth_publickey(
        &mut self,
        user: &str,
        key: VerifiedPublicKey<'_>,
    ) -> Result<Auth, Self::Error> {
        self.router.counters.login_attempt();
        Ok(if self.knows_key(user, key.public_key) {
            Auth::Accept
        } else {
            Auth::reject()
        })
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        if self.channels.len() + self.unanswered.len() >= MAX_CHANNELS {
            return Ok(());
        }
        if self.router.fault() == Some(Fault::HangChannel) {
            self.unanswered.push(reply);
            return Ok(());
        }
        // What the client sends comes through `data`; nobody would read the other half.
        let (_, writer) = channel.split();
        let open = Open {
            writer,
            shell: None,
            pending: None,
        };
        self.channels.insert(open.writer.id(), open);
        reply.accept().await;
        Ok(())
    }

    async fn channel_close(&mut self, id: ChannelId, _: &mut Session) -> Result<(), Self::Error> {
        self.channels.remove(&id);
        Ok(())
    }

    async fn pty_request(
        &mut self,
        id: ChannelId,
        _term: &str,
        _columns: u32,
        _rows: u32,
        _width: u32,
        _height: u32,
        _modes: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_success(id)
    }

    async fn shell_request(
        &mut self,
        id: ChannelId,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        let spec = self.router.spec();
        match self.channels.get_mut(&id) {
            Some(open) if self.router.fault() != Some(Fault::NoShell) => {
                let shell = Shell::new(&spec.username, &spec.identity);
                session.channel_success(id)?;
                session.data(id, shell.prompt())?;
                open.shell = Some(shell);
                Ok(())
            }
            _ => session.channel_failure(id),
        }
    }

    async fn exec_request(
        &mut self,
        id: ChannelId,
        command: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        let line = String::from_utf8_lossy(command);
        self.exec(id, &line, session).await
    }

    async fn subsystem_request(
        &mut self,
        id: ChannelId,
        _name: &str,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_failure(id)
    }

    async fn data(
        &mut self,
        id: ChannelId,
        bytes: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        self.type_into_shell(id, bytes, session)
    }

    async fn channel_eof(
        &mut self,
        id: ChannelId,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        // Ctrl-D: a shell whose input has ended has nothing more to do.
        self.type_into_shell(id, &[4], session)
    }

    async fn window_adjusted(
        &mut self,
        id: ChannelId,
        _new_size: u32,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        self.finish_if_sent(id, session)
    }

    async fn lookup_dh_gex_group(
        &mut self,
        wanted: &GexParams,
    ) -> Result<Option<DhGroup>, Self::Error> {
        let fits = (wanted.min_group_size()..=wanted.max_group_size()).contains(&GROUP_BITS);
        Ok(fits.then(|| DH_GROUP14.clone()))
    }
}
