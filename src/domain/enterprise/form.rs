//! How the texts of a list are read and written: one spelling of each.

/// The text form of a type: printed, kept and read alike.
macro_rules! text_form {
    ($($name:ident, $error:ident;)*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl TryFrom<String> for $name {
            type Error = $error;

            fn try_from(text: String) -> Result<Self, $error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.as_str().to_owned()
            }
        }
    )*};
}

pub(super) use text_form;

/// A full-width letter or sign as its narrow twin; minus signs and dashes as `-`.
pub(crate) fn narrowed(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(c) - 0xfee0).expect("full-width forms mirror ASCII")
        }
        '\u{2212}' | '\u{2013}' | '\u{2014}' => '-',
        other => other,
    }
}
