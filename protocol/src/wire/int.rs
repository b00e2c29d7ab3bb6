//! Values of fixed width: booleans, integers, floats and ids. Big-endian, the same in every version.

use nom::Parser;
use nom::combinator::map;
use nom::number::complete::{be_f64, be_i8, be_i16, be_i32, be_i64, be_u16, be_u128};

use super::{Cx, Fault, Input, Parsed, Wire};
use crate::error::EncodeError;
use crate::schema::Kind;
use crate::types::Uuid;

/// Runs one of nom's parsers, and says how many bytes it needs when there are too few.
#[inline]
fn sized<'a, T>(
    bytes: usize,
    mut parser: impl Parser<Input<'a>, Output = T, Error = Fault>,
    input: Input<'a>,
) -> Parsed<'a, T> {
    parser
        .parse(input)
        .map_err(|e| e.map(|fault| fault.needs(bytes)))
}

macro_rules! number {
    ($type:ty, $kind:ident, $parser:ident) => {
        impl<'a> Wire<'a> for $type {
            const MIN: usize = size_of::<$type>();
            const KIND: Kind = Kind::$kind;

            #[inline]
            fn read(input: Input<'a>, _: Cx) -> Parsed<'a, Self> {
                sized(size_of::<$type>(), $parser, input)
            }

            #[inline]
            fn write(&self, out: &mut Vec<u8>, _: Cx) -> Result<(), EncodeError> {
                out.extend_from_slice(&self.to_be_bytes());
                Ok(())
            }
        }
    };
}

number!(i8, Int8, be_i8);
number!(i16, Int16, be_i16);
number!(u16, Uint16, be_u16);
number!(i32, Int32, be_i32);
number!(i64, Int64, be_i64);
number!(f64, Float64, be_f64);

impl<'a> Wire<'a> for bool {
    const MIN: usize = 1;
    const KIND: Kind = Kind::Bool;

    /// As Kafka does: anything but 0 is true.
    #[inline]
    fn read(input: Input<'a>, _: Cx) -> Parsed<'a, Self> {
        sized(1, map(be_i8, |byte| byte != 0), input)
    }

    #[inline]
    fn write(&self, out: &mut Vec<u8>, _: Cx) -> Result<(), EncodeError> {
        out.push(u8::from(*self));
        Ok(())
    }
}

impl<'a> Wire<'a> for Uuid {
    const MIN: usize = 16;
    const KIND: Kind = Kind::Uuid;

    #[inline]
    fn read(input: Input<'a>, _: Cx) -> Parsed<'a, Self> {
        sized(16, map(be_u128, |id| Uuid(id.to_be_bytes())), input)
    }

    #[inline]
    fn write(&self, out: &mut Vec<u8>, _: Cx) -> Result<(), EncodeError> {
        out.extend_from_slice(&self.0);
        Ok(())
    }
}
