//! Single sign-on by OpenID Connect (Core 1.0 and Discovery 1.0): the authorization code flow with
//! PKCE (RFC 7636), by the openidconnect crate.
//!
//! [`Client`] talks to the provider, under limits; [`grants`] turns groups into what somebody may
//! do; [`sign_in`] makes or finds the account and begins the session. What the provider says is
//! input from outside: none of it is shown as it is, and of its addresses only those are followed
//! that [`address`] lets through.

pub mod address;
mod calls;
mod claims;
mod client;
mod error;
mod flow;
mod id_token;
mod mapping;
mod metadata;
mod party;
mod registration;
mod sign_in;

pub use calls::Limits;
pub use claims::Claimed;
pub use client::{Begun, Client};
pub use error::ProviderError;
pub use flow::{Flow, FlowError, Resumed, begin_flow, resume_flow};
pub use mapping::grants;
pub use registration::{Registration, redirect_uri, seal_secret};
pub use sign_in::{Refused, sign_in};
