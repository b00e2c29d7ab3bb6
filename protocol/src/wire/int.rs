//! Values of fixed width: booleans, integers, floats and ids. Big-endian, the same in every version.

use super::bytes::take_array;
use super::{Cx, Input, Out, Parsed, Wire};
use crate::error::EncodeError;
use crate::schema::Kind;
use crate::types::Uuid;

macro_rules! number {
    ($type:ty, $kind:ident) => {
        impl<'a> Wire<'a> for $type {
            const MIN: usize = size_of::<$type>();
            const KIND: Kind = Kind::$kind;

            #[inline]
            fn read(input: Input<'a>, _: Cx) -> Parsed<'a, Self> {
                take_array(input).map(|(rest, bytes)| (rest, <$type>::from_be_bytes(bytes)))
            }

            #[inline]
            fn append(&self, out: &mut Out, _: Cx) -> Result<(), EncodeError> {
                out.put(self.to_be_bytes());
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

impl<'a> Wire<'a> for bool {
    const MIN: usize = 1;
    const KIND: Kind = Kind::Bool;

    /// As Kafka does: anything but 0 is true.
    #[inline]
    fn read(input: Input<'a>, _: Cx) -> Parsed<'a, Self> {
        take_array(input).map(|(rest, [byte])| (rest, byte != 0))
    }

    #[inline]
    fn append(&self, out: &mut Out, _: Cx) -> Result<(), EncodeError> {
        out.put([u8::from(*self)]);
        Ok(())
    }
}

impl<'a> Wire<'a> for Uuid {
    const MIN: usize = 16;
    const KIND: Kind = Kind::Uuid;

    #[inline]
    fn read(input: Input<'a>, _: Cx) -> Parsed<'a, Self> {
        take_array(input).map(|(rest, id)| (rest, Uuid(id)))
    }

    #[inline]
    fn append(&self, out: &mut Out, _: Cx) -> Result<(), EncodeError> {
        out.put(self.0);
        Ok(())
    }
}
