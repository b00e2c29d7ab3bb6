//! The body of `Wire::read_into`: fills a struct whose fields are all at their defaults.

use proc_macro2::TokenStream;
use quote::quote;

use super::run::{Piece, Run, pieces};
use super::{or_return, overlap, within};
use crate::model::{Field, Model};

/// One statement a field, in the order of the wire; tagged fields at the end.
pub(super) fn read(model: &Model) -> TokenStream {
    let plain = pieces(model).into_iter().map(|piece| match piece {
        Piece::One(field) => read_plain(model, field),
        Piece::Run(run) => read_run(model, &run),
    });
    let tags = read_tags(model);
    quote! {
        #(#plain)*
        #tags
        ::core::result::Result::Ok(input)
    }
}

fn read_run(model: &Model, run: &Run<'_>) -> TokenStream {
    let (width, get, parts) = (run.width(), run.get(), run.parts());
    let present = run.present(model);
    // What a version lacks stays as it is.
    let set = present.as_ref().map(|_| run.set());
    let present = present.map(|present| quote!(if #present));
    let rest = or_return(&quote! {
        ::ottla_protocol::wire::run::read_parts(run, #parts, input, cx)
    });
    quote! {
        let mut gathered;
        let (run, input) = match input.split_first_chunk::<#width>() {
            ::core::option::Option::Some(all) #present => all,
            _ => {
                gathered = [0; #width];
                let run = &mut gathered;
                #set
                let rest = #rest;
                (&gathered, rest)
            }
        };
        #get
    }
}

fn read_plain(model: &Model, field: &Field) -> TokenStream {
    let one = or_return(&read_field(
        model,
        field,
        &quote!(::ottla_protocol::wire),
        &quote!(input),
    ));
    match within(field.versions, model.versions) {
        None => quote!(let input = #one;),
        Some(present) => quote!(let input = if #present { #one } else { input };),
    }
}

/// A call that reads the field, null or not, as its version has it.
fn read_field(
    model: &Model,
    field: &Field,
    module: &TokenStream,
    from: &TokenStream,
) -> TokenStream {
    let (ident, name) = (&field.ident, &field.name);
    let arguments = quote!(&mut self.#ident, #name, #from, cx);
    let known = overlap(field.versions, model.versions);
    match field.nullable.and_then(|nullable| within(nullable, known)) {
        None => quote!(#module::field_into(#arguments)),
        Some(nullable) => quote! {
            (if #nullable {
                #module::field_into(#arguments)
            } else {
                #module::some_into(#arguments)
            })
        },
    }
}

/// The tagged fields: those that the definition knows, and the others as they are, if it keeps them.
fn read_tags(model: &Model) -> TokenStream {
    let tagged: Vec<_> = model
        .fields
        .iter()
        .filter(|field| field.tag.is_some())
        .collect();
    let unknown = model.unknown.as_ref().map_or_else(
        || quote!(&mut ::ottla_protocol::wire::tagged::UnknownTaggedFields::new()),
        |ident| quote!(&mut self.#ident),
    );
    let read = match &tagged[..] {
        [] => quote!(::ottla_protocol::wire::tagged::read_unknown(input, #unknown)),
        _ => {
            let arms = tagged.iter().map(|field| read_tag(model, field));
            quote! {
                ::ottla_protocol::wire::tagged::read(input, #unknown, |tag, value| {
                    match tag {
                        #(#arms)*
                        _ => return ::core::result::Result::Ok(false),
                    }
                    ::core::result::Result::Ok(true)
                })
            }
        }
    };
    let read = or_return(&read);
    quote!(let input = if cx.flexible { #read } else { input };)
}

/// The arm of a `match` on the tag.
fn read_tag(model: &Model, field: &Field) -> TokenStream {
    let tag = field.tag;
    let present = within(field.versions, model.versions).map(|present| quote!(if #present));
    let module = quote!(::ottla_protocol::wire::tagged);
    let value = read_field(model, field, &module, &quote!(value));
    quote!(#tag #present => #value?,)
}
