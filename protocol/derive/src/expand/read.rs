//! The body of `Wire::read`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;

use super::{default_of, or_return, overlap, within};
use crate::model::{Field, Model};

/// One statement a field, in the order of the wire; tagged fields at the end.
pub(super) fn read(model: &Model) -> TokenStream {
    let (tagged, plain): (Vec<_>, Vec<_>) = model.fields.iter().partition(|f| f.tag.is_some());
    let plain = plain.into_iter().map(|field| read_plain(model, field));
    let tags = read_tags(model, &tagged);
    let fields = model.fields.iter().map(|field| {
        let (ident, local) = (&field.ident, local(field));
        quote!(#ident: #local)
    });
    let unknown = model.unknown.as_ref().map(|ident| quote!(#ident: unknown));
    let fields = fields.chain(unknown);
    // A struct that doesn't keep the unknown tagged fields drops them here.
    let dropped = model.unknown.is_none().then(|| quote!(drop(unknown);));
    quote! {
        #(#plain)*
        #tags
        #dropped
        ::core::result::Result::Ok((input, Self { #(#fields),* }))
    }
}

fn read_plain(model: &Model, field: &Field) -> TokenStream {
    let local = local(field);
    let (name, default) = (&field.name, default_of(field));
    let one = read_call(
        model,
        field,
        quote!(::ottla_protocol::wire::field),
        &quote!(#name, input, cx),
    );
    let one = or_return(&one);
    match within(field.versions, model.versions) {
        None => quote!(let (input, #local) = #one;),
        Some(present) => quote! {
            let (input, #local) = if #present { #one } else { (input, #default) };
        },
    }
}

/// A call that reads the field, null or not, as its version has it.
fn read_call(
    model: &Model,
    field: &Field,
    call: TokenStream,
    arguments: &TokenStream,
) -> TokenStream {
    let ty = &field.ty;
    let Some((inner, nullable)) = field.optional.as_ref().zip(field.nullable) else {
        return quote!(#call::<#ty>(#arguments));
    };
    match within(nullable, overlap(field.versions, model.versions)) {
        None => quote!(#call::<#ty>(#arguments)),
        Some(nullable) => quote! {
            (if #nullable {
                #call::<#ty>(#arguments)
            } else {
                ::ottla_protocol::wire::some(#call::<#inner>(#arguments))
            })
        },
    }
}

/// The tagged fields: `unknown` is bound to those that the definition doesn't know.
fn read_tags(model: &Model, tagged: &[&Field]) -> TokenStream {
    let none = quote!((
        input,
        ::ottla_protocol::wire::tagged::UnknownTaggedFields::new()
    ));
    if tagged.is_empty() {
        let read = or_return(&quote!(::ottla_protocol::wire::tagged::read_unknown(input)));
        return quote! {
            let (input, unknown) = if cx.flexible {
                #read
            } else {
                #none
            };
        };
    }
    let locals = tagged.iter().map(|field| {
        let (local, ty, default) = (local(field), &field.ty, default_of(field));
        quote!(let mut #local: #ty = #default;)
    });
    let arms = tagged.iter().map(|field| {
        let (local, name, tag) = (local(field), &field.name, field.tag);
        let present = within(field.versions, model.versions).map(|present| quote!(if #present));
        let arguments = quote!(#name, value, cx);
        let value = read_call(
            model,
            field,
            quote!(::ottla_protocol::wire::tagged::value),
            &arguments,
        );
        quote!(#tag #present => #local = #value?,)
    });
    quote! {
        #(#locals)*
        let (input, unknown) = if cx.flexible {
            ::ottla_protocol::wire::tagged::read(input, |tag, value| {
                match tag {
                    #(#arms)*
                    _ => return ::core::result::Result::Ok(false),
                }
                ::core::result::Result::Ok(true)
            })?
        } else {
            #none
        };
    }
}

/// The variable that holds a field while its struct is read.
fn local(field: &Field) -> Ident {
    format_ident!("field_{}", field.ident)
}
