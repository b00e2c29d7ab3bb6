//! Values of fixed width: booleans, integers, floats and ids. Big-endian, the same in every version.

use super::bytes::take_array;
use super::{Cx, Input, Out, Parsed, Wire};
use crate::error::EncodeError;
use crate::schema::Kind;
use crate::types::Uuid;

/// A value that always takes `WIDTH` bytes.
#[doc(hidden)]
pub trait Fixed<const WIDTH: usize>: Copy {
    fn from_bytes(bytes: [u8; WIDTH]) -> Self;
    fn to_bytes(self) -> [u8; WIDTH];
}

macro_rules! number {
    ($type:ty, $kind:ident) => {
        impl Fixed<{ size_of::<$type>() }> for $type {
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn from_bytes(bytes: [u8; size_of::<$type>()]) -> Self {
                Self::from_be_bytes(bytes)
            }

            #[cfg_attr(not(debug_assertions), inline(always))]
            fn to_bytes(self) -> [u8; size_of::<$type>()] {
                self.to_be_bytes()
            }
        }

        wire!($type, $kind);
    };
}

macro_rules! wire {
    ($type:ty, $kind:ident) => {
        impl<'a> Wire<'a> for $type {
            const MIN: usize = size_of::<$type>();
            const KIND: Kind = Kind::$kind;

            #[inline]
            fn read(input: Input<'a>, _: Cx) -> Parsed<'a, Self> {
                take_array(input).map(|(rest, bytes)| (rest, Self::from_bytes(bytes)))
            }

            #[inline]
            fn append(&self, out: &mut Out, _: Cx) -> Result<(), EncodeError> {
                out.put(self.to_bytes());
                Ok(())
            }
        }
    };
}

number!(i8, Int8);
number!(i16, Int16);
number!(u16, Uint16);
number!(i32, Int32);
number!(i64, Int64);
number!(f64, Float64);
wire!(bool, Bool);
wire!(Uuid, Uuid);

impl Fixed<1> for bool {
    /// As Kafka does: anything but 0 is true.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn from_bytes([byte]: [u8; 1]) -> Self {
        byte != 0
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn to_bytes(self) -> [u8; 1] {
        [u8::from(self)]
    }
}

impl Fixed<16> for Uuid {
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn to_bytes(self) -> [u8; 16] {
        self.0
    }
}
