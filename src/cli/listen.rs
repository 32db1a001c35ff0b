//! `--listen` and what belongs to it: with TLS, behind a proxy, or on this machine only.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::bail;
use ipnet::IpNet;
use tokio::net::TcpListener;

use crate::listen::{Certificate, Limits, Listening, TrustedProxies};
use crate::web::{PublicUrl, Served};

/// Where the pages are served, and how people reach them.
#[derive(Debug, Clone, clap::Args)]
pub struct ListenArgs {
    /// Address of the web pages; any other than a loopback address needs --tls-cert or
    /// --trusted-proxy
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    pub listen: SocketAddr,

    /// Certificate with its chain, in PEM form: serves HTTPS. Loaded again when it changes, and on
    /// SIGHUP
    #[arg(
        long,
        env = "ROUTERVAULT_TLS_CERT",
        value_name = "FILE",
        requires = "tls_key"
    )]
    pub tls_cert: Option<PathBuf>,

    /// Private key of the certificate, in PEM form and without a passphrase
    #[arg(
        long,
        env = "ROUTERVAULT_TLS_KEY",
        value_name = "FILE",
        requires = "tls_cert"
    )]
    pub tls_key: Option<PathBuf>,

    /// A proxy in front, by its address or network (192.0.2.7, 2001:db8::/64): its X-Forwarded-For,
    /// -Proto and -Host are believed, and nobody else's; may be given several times
    #[arg(long = "trusted-proxy", value_name = "ADDRESS", value_parser = TrustedProxies::parse_one)]
    pub trusted_proxies: Vec<IpNet>,

    /// Address by which people reach the pages, like https://backup.example.com; by no other name
    /// than this and localhost are they answered
    #[arg(long, value_name = "URL")]
    pub public_url: Option<PublicUrl>,
}

/// What is known before anything is started.
pub struct Checked {
    pub served: Served,
    pub certificate: Option<Certificate>,
    listen: SocketAddr,
}

impl ListenArgs {
    /// Refuses what would show passwords to the network, and loads the certificate.
    pub fn check(&self) -> anyhow::Result<Checked> {
        let certificate = match self.tls_cert.as_deref().zip(self.tls_key.as_deref()) {
            Some((certificate, key)) => Some(Certificate::load(certificate, key)?),
            None => None,
        };
        let is_guarded = certificate.is_some() || !self.trusted_proxies.is_empty();
        if !is_loopback(self.listen) && !is_guarded {
            bail!(
                "--listen {}: without TLS everybody on the way could read along. Give a certificate by --tls-cert and --tls-key, name the proxy in front by --trusted-proxy, or listen on 127.0.0.1",
                self.listen
            );
        }
        Ok(Checked {
            served: Served {
                public_url: self.public_url.clone(),
                trusted_proxies: TrustedProxies::new(self.trusted_proxies.clone()),
                is_tls: certificate.is_some(),
            },
            certificate,
            listen: self.listen,
        })
    }
}

impl Checked {
    /// Pages on this machine only, as the demo's are.
    pub fn loopback(listen: SocketAddr) -> anyhow::Result<Self> {
        if !is_loopback(listen) {
            bail!("--listen {listen}: the demo is for this machine only; use 127.0.0.1");
        }
        Ok(Self {
            served: Served::default(),
            certificate: None,
            listen,
        })
    }

    /// Opens the port.
    pub async fn open(&self) -> anyhow::Result<Listening> {
        let listen = self.listen;
        let listener = TcpListener::bind(listen).await.map_err(|error| {
            anyhow::anyhow!(
                "the pages can not be served on {listen}: {error}. End what uses that port, or choose another by --listen"
            )
        })?;
        Ok(Listening {
            listener,
            certificate: self.certificate.clone(),
            trusted_proxies: self.served.trusted_proxies.clone(),
            limits: Limits::default(),
        })
    }
}

/// Whether only this machine reaches the address, in whichever form it is written.
fn is_loopback(listen: SocketAddr) -> bool {
    listen.ip().to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        listen: ListenArgs,
    }

    fn check(arguments: &[&str]) -> anyhow::Result<Checked> {
        let line = Line::try_parse_from([&["serve"], arguments].concat())?;
        line.listen.check()
    }

    #[test]
    fn without_tls_and_without_a_proxy_only_this_machine_is_served() {
        for listen in [
            "127.0.0.1:0",
            "127.9.9.9:0",
            "[::1]:0",
            "[::ffff:127.0.0.1]:0",
        ] {
            assert!(check(&["--listen", listen]).is_ok(), "{listen}");
        }
        for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "[::ffff:192.0.2.1]:0"] {
            let refused = check(&["--listen", listen]).err().unwrap().to_string();
            assert!(refused.contains("--tls-cert"), "{refused}");
            assert!(refused.contains("--trusted-proxy"), "{refused}");
            let proxied = ["--listen", listen, "--trusted-proxy", "192.0.2.7"];
            assert!(check(&proxied).is_ok(), "{listen}");
        }
    }

    #[test]
    fn the_demo_is_for_this_machine_only() {
        assert!(Checked::loopback("[::1]:0".parse().unwrap()).is_ok());
        let refused = Checked::loopback("0.0.0.0:0".parse().unwrap());
        assert!(refused.err().unwrap().to_string().contains("the demo"));
    }

    #[test]
    fn a_certificate_is_of_no_use_without_its_key_nor_a_key_without_its_certificate() {
        for argument in ["--tls-cert", "--tls-key"] {
            let refused = check(&[argument, "x.pem"]).err().unwrap().to_string();
            assert!(refused.contains("required"), "{refused}");
        }
    }

    #[test]
    fn slips_in_addresses_are_refused_with_what_to_write() {
        for (arguments, words) in [
            (["--trusted-proxy", "proxy.example.com"], "2001:db8::/64"),
            (["--trusted-proxy", "0.0.0.0/0"], "everybody"),
            (
                ["--public-url", "backup.example.com"],
                "https://backup.example.com",
            ),
            (
                ["--public-url", "https://x.example/y"],
                "https://backup.example.com",
            ),
        ] {
            let refused = check(&arguments).err().unwrap().to_string();
            assert!(refused.contains(words), "{refused}");
        }
    }
}
