//! Alerts: what is told to whom and when, and that it arrives, once, at a real mail server and at a
//! real webhook.

mod gathering;
mod house;
mod killed;
mod mail;
mod mail_server;
mod overdue;
mod receiver;
mod routers;
mod webhooks;
