//! How text becomes a typed setting, and the macro that makes the settings' table a struct.

use std::time::Duration;

use super::{Acks, AutoOffsetReset, Compression, IsolationLevel};

/// A type that a setting can have.
pub(super) trait Setting: Sized {
    /// What the setting takes, for the error's text.
    const EXPECTED: &'static str;

    fn from_text(text: &str) -> Option<Self>;
}

impl Setting for String {
    const EXPECTED: &'static str = "a text";

    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

/// An empty text is no text: `group.instance.id=` names nobody.
impl Setting for Option<String> {
    const EXPECTED: &'static str = "a text";

    fn from_text(text: &str) -> Option<Self> {
        Some((!text.is_empty()).then(|| text.to_owned()))
    }
}

impl Setting for Vec<String> {
    const EXPECTED: &'static str = "texts, separated by commas";

    fn from_text(text: &str) -> Option<Self> {
        let parts = text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        Some(parts.map(str::to_owned).collect())
    }
}

impl Setting for bool {
    const EXPECTED: &'static str = "true or false";

    fn from_text(text: &str) -> Option<Self> {
        text.to_ascii_lowercase().parse().ok()
    }
}

impl Setting for i32 {
    const EXPECTED: &'static str = "a whole number from 0";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok().filter(|n| *n >= 0)
    }
}

impl Setting for usize {
    const EXPECTED: &'static str = "a whole number from 0";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// The wire's durations are an i32 of milliseconds.
impl Setting for Duration {
    const EXPECTED: &'static str = "milliseconds, from 0 to 2147483647";

    fn from_text(text: &str) -> Option<Self> {
        let ms: u64 = text.parse().ok()?;
        (ms <= i32::MAX as u64).then(|| Self::from_millis(ms))
    }
}

/// Kafka writes "for ever" as -1.
impl Setting for Option<Duration> {
    const EXPECTED: &'static str = "milliseconds, or -1 for ever";

    fn from_text(text: &str) -> Option<Self> {
        match text {
            "-1" => Some(None),
            ms => Duration::from_text(ms).map(Some),
        }
    }
}

impl Setting for IsolationLevel {
    const EXPECTED: &'static str = "read_committed or read_uncommitted";

    fn from_text(text: &str) -> Option<Self> {
        match text {
            "read_committed" => Some(Self::ReadCommitted),
            "read_uncommitted" => Some(Self::ReadUncommitted),
            _ => None,
        }
    }
}

impl Setting for Acks {
    const EXPECTED: &'static str = "all, 1 or 0";

    fn from_text(text: &str) -> Option<Self> {
        match text {
            "all" | "-1" => Some(Self::All),
            "1" => Some(Self::Leader),
            "0" => Some(Self::None),
            _ => None,
        }
    }
}

impl Setting for AutoOffsetReset {
    const EXPECTED: &'static str = "earliest, latest or none";

    fn from_text(text: &str) -> Option<Self> {
        match text {
            "earliest" | "oldest" => Some(Self::Oldest),
            "latest" | "newest" => Some(Self::Newest),
            "none" => Some(Self::Fail),
            _ => None,
        }
    }
}

impl Setting for Compression {
    const EXPECTED: &'static str = "none, gzip, snappy, lz4 or zstd";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// Makes one table of settings a struct with defaults, setters, and the way from Kafka's names to fields.
macro_rules! settings {
    ($($(#[$doc:meta])* $field:ident: $kind:ty = $default:expr, $name:literal;)*) => {
        /// All settings, typed. Start from [`ClientConfig::new`]; each field has a setter of the same name.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub struct ClientConfig {
            $($(#[$doc])* #[doc = concat!("\n\nKafka's name: `", $name, "`.")] pub $field: $kind,)*
            pub(crate) ambient: crate::ambient::Ambient,
        }

        impl Default for ClientConfig {
            fn default() -> Self {
                Self {
                    $($field: $default,)*
                    ambient: crate::ambient::Ambient::default(),
                }
            }
        }

        impl ClientConfig {
            /// Every setting's name, as Kafka writes it.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            $($(#[$doc])*
            #[must_use]
            pub fn $field(mut self, $field: impl Into<$kind>) -> Self {
                self.$field = $field.into();
                self
            })*

            /// Whether a setting has this name; if so, it is set.
            fn set_by_name(&mut self, name: &str, text: &str) -> Result<bool, ConfigError> {
                match name {
                    $($name => {
                        self.$field = Setting::from_text(text).ok_or_else(|| ConfigError::Invalid {
                            name: name.to_owned(),
                            value: text.to_owned(),
                            expected: <$kind as Setting>::EXPECTED,
                        })?;
                    })*
                    _ => return Ok(false),
                }
                Ok(true)
            }
        }
    };
}

pub(super) use settings;
