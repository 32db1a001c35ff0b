//! A QR code as one path of SVG: nothing of it needs a style or a script.

use qrcode::{Color, QrCode, types::QrError};
use secrecy::{ExposeSecret as _, SecretString};

/// How many modules of white there are around a code (ISO/IEC 18004).
const QUIET: usize = 4;

/// A drawing of black on white, in units of a module.
pub struct Qr {
    /// What the path begins in and how large it is, white around included.
    pub view_box: String,
    /// The black modules: a rectangle for each run of them in a row.
    pub path: SecretString,
}

impl Qr {
    /// The code that says `text`.
    ///
    /// # Errors
    /// When the text is too long: more than two thousand bytes.
    pub fn of(text: &SecretString) -> Result<Self, QrError> {
        let code = QrCode::new(text.expose_secret())?;
        let width = code.width();
        let whole = width + 2 * QUIET;
        Ok(Self {
            view_box: format!("-{QUIET} -{QUIET} {whole} {whole}"),
            path: path(&code.into_colors(), width).into(),
        })
    }

    /// The data of the path, for the template.
    pub fn path(&self) -> &str {
        self.path.expose_secret()
    }
}

fn path(modules: &[Color], width: usize) -> String {
    let mut path = String::new();
    for (y, row) in modules.chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|one, next| one == next) {
            if run[0] == Color::Dark {
                let length = run.len();
                path.push_str(&format!("M{x} {y}h{length}v1h-{length}z"));
            }
            x += run.len();
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_black_module_is_in_the_path_and_no_white_one() {
        use Color::{Dark, Light};
        let modules = [Dark, Dark, Light, Light, Light, Dark, Dark, Light, Dark];
        let drawn = "M0 0h2v1h-2zM2 1h1v1h-1zM0 2h1v1h-1zM2 2h1v1h-1z";
        assert_eq!(path(&modules, 3), drawn);
    }

    #[test]
    fn a_code_has_white_around_it_and_one_too_long_is_an_error() {
        let qr = Qr::of(&"otpauth://totp/x".into()).unwrap();
        assert_eq!(qr.view_box, "-4 -4 33 33");
        assert!(qr.path().starts_with("M0 0h7v1h-7z"));
        assert!(Qr::of(&"x".repeat(3000).into()).is_err());
    }
}
