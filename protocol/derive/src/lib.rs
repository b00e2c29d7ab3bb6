//! The derive macro behind the messages of `ottla-protocol`: one definition a message, in ordinary Rust.
//!
//! [`macro@Message`] turns a struct, whose attributes are the columns of Kafka's protocol guide, into its codec
//! in every version. `model` reads the attributes and complains about them, `expand` writes the code.

#![forbid(unsafe_code)]

mod expand;
mod model;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Derives a message's codec, its defaults and its `SCHEMA`.
///
/// ```text
/// /// Asks the group's coordinator to store committed offsets.
/// #[derive(Clone, Debug, PartialEq, Message)]
/// #[message(request, key = 8, versions = 2..=10, flexible = 8..)]
/// pub struct OffsetCommitRequest<'a> {
///     pub group_id: &'a str,
///     #[field(default = -1)]
///     pub generation_id_or_member_epoch: i32,
///     #[field(versions = 7.., nullable = 7..)]
///     pub group_instance_id: Option<&'a str>,
///     pub topics: Vec<OffsetCommitRequestTopic<'a>>,
/// }
/// ```
///
/// # On the struct: `#[message(…)]`
///
/// | attribute | meaning |
/// | --- | --- |
/// | `request`, `response` | a message with an API key; without either: a struct inside of messages |
/// | `key = 8` | the API's number, checked against the struct's name |
/// | `versions = 2..=10` | the versions that this definition serves (a struct inside: those it exists in) |
/// | `flexible = 8..` | from which version on lengths are compact and structs end in tagged fields; absent: never |
/// | `response = Name` | the type that answers this request; absent: the name with `Response` for `Request` |
/// | `response_owned` | that type borrows nothing, so it has no lifetime |
///
/// # On a field: `#[field(…)]`
///
/// | attribute | meaning |
/// | --- | --- |
/// | `versions = 7..`, `..=4`, `2..=4` | the versions that have the field; absent: all |
/// | `nullable = 7..` | the versions that can say null; the field is an `Option`; a bare `nullable`: all versions |
/// | `default = -1`, `= "x"`, `= null` | what a version without the field reads; absent: zero, empty, false, or `None` |
/// | `ignorable` | dropped without a word where a version lacks it, rather than being an error when it isn't the default |
/// | `tag = 0` | a tagged field: left out when it is the default, whatever its place in the struct |
///
/// # What comes out
///
/// `Wire`, `Nullable`, `Default` (don't derive it yourself), `Request` or `Response`, and `pub const SCHEMA`, which
/// has the field table in its documentation.
#[proc_macro_derive(Message, attributes(message, field))]
pub fn derive_message(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    model::Model::read(&input)
        .map(|model| expand::expand(&model))
        .unwrap_or_else(|error| error.to_compile_error())
        .into()
}
