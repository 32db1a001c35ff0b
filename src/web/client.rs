//! Where a request comes from.

use std::net::{IpAddr, Ipv4Addr};

use axum::http::Extensions;

/// The browser or program that asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    pub address: IpAddr,
    /// Whether it reached us over TLS.
    pub is_secure: bool,
}

impl Client {
    /// Who sent the request that has these extensions.
    pub fn of(extensions: &Extensions) -> Self {
        extensions.get::<Self>().copied().unwrap_or(Self {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            is_secure: false,
        })
    }
}
