//! What was found of one thing, as it is printed and as JSON has it.

/// One sentence about one thing. Never a secret: it is sent to whoever is asked for help.
#[derive(Debug, serde::Serialize)]
pub struct Finding {
    /// A stable word.
    pub name: &'static str,
    #[serde(rename = "ok")]
    pub is_ok: bool,
    /// What was seen; of a problem, what to do.
    pub message: String,
}

impl Finding {
    /// It is well.
    pub fn ok(name: &'static str, message: impl Into<String>) -> Self {
        Self {
            name,
            is_ok: true,
            message: message.into(),
        }
    }

    /// It is not.
    pub fn problem(name: &'static str, message: impl Into<String>) -> Self {
        Self {
            name,
            is_ok: false,
            message: message.into(),
        }
    }
}
