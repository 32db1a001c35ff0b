//! Tells people what happened: looks at runs that ended and host keys that changed, puts what a
//! rule asks for into messages, and brings those to mail servers and webhooks.

pub mod sealed;
