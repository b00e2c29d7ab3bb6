//! The model into code: straight-line calls of `ottla_protocol::wire`, one a field.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

mod read;
mod run;
mod schema;
mod write;

use crate::model::{Api, DefaultValue, Field, Model, Role, Versions};

/// Everything that the derive emits for one struct.
pub(crate) fn expand(model: &Model) -> TokenStream {
    let parts = [
        wire(model),
        nullable(model),
        default(model),
        schema::schema(model),
        role(model),
    ];
    quote!(#(#parts)*)
}

/// `impl<'a> Trait<'a> for Struct<'a>`, whether or not the struct has a lifetime.
fn implement(model: &Model, what: &str, body: TokenStream) -> TokenStream {
    let what = Ident::new(what, model.name.span());
    let (name, lifetime) = (&model.name, model.lifetime());
    let (_, ty, _) = model.generics.split_for_impl();
    quote! {
        impl<#lifetime> ::ottla_protocol::wire::#what<#lifetime> for #name #ty { #body }
    }
}

fn wire(model: &Model) -> TokenStream {
    let lifetime = model.lifetime();
    let min = model
        .fields
        .iter()
        .filter(|field| field.tag.is_none() && field.versions.cover(model.versions))
        .map(|field| &field.ty);
    let read = read::read(model);
    let write = write::write(model);
    // An inner struct has one place where it is read and one where it is written: into that of its elements. Not where
    // nothing else is optimized either: there it only takes longer to compile.
    let inline = |how| {
        matches!(model.role, Role::Inner).then(|| quote!(#[cfg_attr(not(debug_assertions), #how)]))
    };
    let (inline, inline_always) = (inline(quote!(inline)), inline(quote!(inline(always))));
    let body = quote! {
        const MIN: usize = ::ottla_protocol::wire::at_least_one(
            0 #(+ <#min as ::ottla_protocol::wire::Wire<#lifetime>>::MIN)*
        );
        const KIND: ::ottla_protocol::schema::Kind = ::ottla_protocol::schema::Kind::Struct(&Self::SCHEMA);

        fn read(
            input: ::ottla_protocol::wire::Input<#lifetime>,
            cx: ::ottla_protocol::wire::Cx,
        ) -> ::ottla_protocol::wire::Parsed<#lifetime, Self> {
            ::ottla_protocol::wire::read_new(input, cx)
        }

        #inline
        fn read_into(
            &mut self,
            input: ::ottla_protocol::wire::Input<#lifetime>,
            cx: ::ottla_protocol::wire::Cx,
        ) -> ::ottla_protocol::wire::Rest<#lifetime> { #read }

        #inline_always
        fn append(
            &self,
            out: &mut ::ottla_protocol::wire::Out,
            cx: ::ottla_protocol::wire::Cx,
        ) -> ::core::result::Result<(), ::ottla_protocol::error::EncodeError> { #write }
    };
    implement(model, "Wire", body)
}

fn nullable(model: &Model) -> TokenStream {
    let lifetime = model.lifetime();
    let body = quote! {
        fn read_nullable(
            input: ::ottla_protocol::wire::Input<#lifetime>,
            cx: ::ottla_protocol::wire::Cx,
        ) -> ::ottla_protocol::wire::Parsed<#lifetime, ::core::option::Option<Self>> {
            ::ottla_protocol::wire::optional::read(input, cx)
        }

        fn append_nullable(
            this: ::core::option::Option<&Self>,
            out: &mut ::ottla_protocol::wire::Out,
            cx: ::ottla_protocol::wire::Cx,
        ) -> ::core::result::Result<(), ::ottla_protocol::error::EncodeError> {
            ::ottla_protocol::wire::optional::write(this, out, cx)
        }
    };
    implement(model, "Nullable", body)
}

fn default(model: &Model) -> TokenStream {
    let name = &model.name;
    let (generics, ty, _) = model.generics.split_for_impl();
    let fields = model.fields.iter().map(|field| {
        let (ident, default) = (&field.ident, default_of(field));
        quote!(#ident: #default)
    });
    let unknown = model
        .unknown
        .as_ref()
        .map(|ident| quote!(#ident: ::ottla_protocol::wire::tagged::UnknownTaggedFields::new()));
    let fields = fields.chain(unknown);
    quote! {
        impl #generics ::core::default::Default for #name #ty {
            fn default() -> Self { Self { #(#fields),* } }
        }
    }
}

fn role(model: &Model) -> TokenStream {
    match &model.role {
        Role::Inner => TokenStream::new(),
        Role::Request {
            api,
            response,
            response_owned,
        } => {
            let lifetime = (!response_owned).then(|| quote!(<'r>));
            request(model, api, &quote!(#response #lifetime))
        }
        Role::Response { api } => response(model, api),
    }
}

fn request(model: &Model, api: &Api, response: &TokenStream) -> TokenStream {
    let name = &model.name;
    let (generics, ty, _) = model.generics.split_for_impl();
    let (constants, check) = (constants(model, api), check_key(api));
    quote! {
        #check
        impl #generics ::ottla_protocol::api::Request for #name #ty {
            #constants
            type Response<'r> = #response;

            fn write_body(
                &self,
                out: &mut ::std::vec::Vec<u8>,
                version: i16,
            ) -> ::core::result::Result<(), ::ottla_protocol::error::EncodeError> {
                ::ottla_protocol::api::write_request(self, out, version)
            }
        }
    }
}

fn response(model: &Model, api: &Api) -> TokenStream {
    let (name, lifetime) = (&model.name, model.lifetime());
    let (_, ty, _) = model.generics.split_for_impl();
    let (constants, check) = (constants(model, api), check_key(api));
    quote! {
        #check
        impl<#lifetime> ::ottla_protocol::api::Response<#lifetime> for #name #ty { #constants }
    }
}

fn constants(model: &Model, api: &Api) -> TokenStream {
    let (api_name, name) = (&api.name, model.name.to_string());
    let Versions { min, max } = model.versions;
    let flexible = model.flexible.unwrap_or(i16::MAX);
    quote! {
        const API: ::ottla_protocol::api::ApiKey = ::ottla_protocol::api::ApiKey::#api_name;
        const NAME: &'static str = #name;
        const VERSIONS: ::core::ops::RangeInclusive<i16> = #min..=#max;
        const FLEXIBLE: i16 = #flexible;
    }
}

/// Refuses to compile a key that isn't the one of the API in the name.
fn check_key(api: &Api) -> TokenStream {
    let (key, name) = (api.key, &api.name);
    quote! {
        const _: () = assert!(
            ::ottla_protocol::api::ApiKey::#name as i16 == #key,
            "the key is another API's",
        );
    }
}

// Small pieces.

/// The value of a result, or the function's end. Not `?`: no error needs to be converted, and each would be one more call
/// to resolve and compile, of which there are thousands.
fn or_return(result: &TokenStream) -> TokenStream {
    quote! {
        match #result {
            ::core::result::Result::Ok(value) => value,
            ::core::result::Result::Err(error) => return ::core::result::Result::Err(error),
        }
    }
}

fn default_of(field: &Field) -> TokenStream {
    match &field.default {
        Some(DefaultValue::Null) => quote!(::core::option::Option::None),
        Some(DefaultValue::Value(value)) if field.optional.is_some() => {
            quote!(::core::option::Option::Some(#value))
        }
        Some(DefaultValue::Value(value)) => quote!(#value),
        None => quote!(::core::default::Default::default()),
    }
}

/// A condition on `cx.version` for being in `these`, given that it is in `known`; none where that is certain.
fn within(these: Versions, known: Versions) -> Option<TokenStream> {
    let Versions { min, max } = these;
    match (min > known.min, max < known.max) {
        (false, false) => None,
        (true, false) => Some(quote!(cx.version >= #min)),
        (false, true) => Some(quote!(cx.version <= #max)),
        (true, true) => Some(quote!((#min..=#max).contains(&cx.version))),
    }
}

fn overlap(a: Versions, b: Versions) -> Versions {
    Versions {
        min: a.min.max(b.min),
        max: a.max.min(b.max),
    }
}
