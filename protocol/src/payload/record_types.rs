//! What the logs of Kafka's coordinators have in common: a key begins with the record's type, a value with its version.

/// Makes a log's `Key` and `Value` of the list of its record types.
macro_rules! record_types {
    (<$a:lifetime> $($(#[$doc:meta])+ $number:literal $name:ident: $key:ty, $value:ty;)*) => {
        /// A record's key: what type of record it is, and what of.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Key<$a> {
            $($(#[$doc])+ $name($key),)*
            /// A type that isn't known here, as of a newer broker.
            Unknown {
                /// The type.
                record_type: i16,
                /// What follows it.
                bytes: &$a [u8],
            },
        }

        /// A record's value.
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum Value<$a> {
            $($(#[$doc])+ $name($value),)*
            /// The value of a type that isn't known here.
            Unknown {
                /// The type.
                record_type: i16,
                /// The value, from its version on.
                bytes: &$a [u8],
            },
        }

        impl<$a> Key<$a> {
            pub(super) const DEFINITIONS: &'static [Definition] = &[$(
                Definition {
                    name: concat!(stringify!($name), "Key"),
                    record_type: Some($number),
                    schema: &<$key>::SCHEMA,
                },
                Definition {
                    name: concat!(stringify!($name), "Value"),
                    record_type: Some($number),
                    schema: &<$value>::SCHEMA,
                },
            )*];

            /// Reads a key. A type that isn't known is no error.
            ///
            /// # Errors
            /// The bytes are not the key of their type, or fewer than two.
            pub fn read(bytes: &$a [u8]) -> Result<Self, DecodeError> {
                match versioned::front(bytes, "CoordinatorRecordType")? {
                    $($number => {
                        versioned::decode_key(bytes, concat!(stringify!($name), "Key")).map(Self::$name)
                    })*
                    record_type => Ok(Self::Unknown {
                        record_type,
                        bytes: versioned::behind(bytes),
                    }),
                }
            }

            /// Reads the value that stands beside this key. None: a tombstone, which says that what the key names is
            /// no more.
            ///
            /// # Errors
            /// As [`Value::read`].
            pub fn read_value<'v>(
                &self,
                value: Option<&'v [u8]>,
            ) -> Result<Option<Value<'v>>, DecodeError> {
                value.map(|bytes| Value::read(self.record_type(), bytes)).transpose()
            }

            /// Appends the key, its type first.
            ///
            /// # Errors
            /// A text is too long.
            pub fn write(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
                match self {
                    $(Self::$name(key) => versioned::write_key($number, key, out),)*
                    Self::Unknown { record_type, bytes } => {
                        out.extend_from_slice(&record_type.to_be_bytes());
                        out.extend_from_slice(bytes);
                        Ok(())
                    }
                }
            }

            /// The number of the record's type.
            #[must_use]
            pub fn record_type(&self) -> i16 {
                match self {
                    $(Self::$name(_) => $number,)*
                    Self::Unknown { record_type, .. } => *record_type,
                }
            }
        }

        impl<$a> Value<$a> {
            /// Reads the value of a record of this type. A type that isn't known is no error.
            ///
            /// # Errors
            /// The bytes are not the value of the type, or of a version that isn't known.
            pub fn read(record_type: i16, bytes: &$a [u8]) -> Result<Self, DecodeError> {
                match record_type {
                    $($number => {
                        versioned::decode(bytes, &<$value>::SCHEMA).map(Self::$name)
                    })*
                    record_type => Ok(Self::Unknown { record_type, bytes }),
                }
            }

            /// Appends a version and the value in it; a value of a type that isn't known as it came, whatever the
            /// version.
            ///
            /// # Errors
            /// A version that the type hasn't ([`Self::versions`]), or a value that the version can't express.
            pub fn write(&self, out: &mut Vec<u8>, version: i16) -> Result<(), EncodeError> {
                match self {
                    $(Self::$name(value) => {
                        versioned::write(value, &<$value>::SCHEMA, version, out)
                    })*
                    Self::Unknown { bytes, .. } => {
                        out.extend_from_slice(bytes);
                        Ok(())
                    }
                }
            }

            /// The versions that can be written; none of a type that isn't known.
            #[must_use]
            pub fn versions(&self) -> Option<Versions> {
                match self {
                    $(Self::$name(_) => Some(<$value>::SCHEMA.versions),)*
                    Self::Unknown { .. } => None,
                }
            }

            /// The number of the record's type.
            #[must_use]
            pub fn record_type(&self) -> i16 {
                match self {
                    $(Self::$name(_) => $number,)*
                    Self::Unknown { record_type, .. } => *record_type,
                }
            }
        }
    };
}

pub(super) use record_types;
