//! The model into code: straight-line calls of `ottla_protocol::wire`, one a field.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::Ident;

use crate::model::{Api, DefaultValue, Field, Model, Role, Versions};

/// Everything that the derive emits for one struct.
pub(crate) fn expand(model: &Model) -> TokenStream {
    let parts = [
        wire(model),
        nullable(model),
        default(model),
        schema(model),
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
    let read = read(model);
    let write = write(model);
    let body = quote! {
        const MIN: usize = ::ottla_protocol::wire::at_least_one(0 #(+ <#min as ::ottla_protocol::wire::Wire<#lifetime>>::MIN)*);
        const KIND: ::ottla_protocol::schema::Kind = ::ottla_protocol::schema::Kind::Struct(&Self::SCHEMA);

        fn read(input: ::ottla_protocol::wire::Input<#lifetime>, cx: ::ottla_protocol::wire::Cx) -> ::ottla_protocol::wire::Parsed<#lifetime, Self> { #read }

        fn write(
            &self,
            out: &mut ::std::vec::Vec<u8>,
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

        fn write_nullable(
            this: ::core::option::Option<&Self>,
            out: &mut ::std::vec::Vec<u8>,
            cx: ::ottla_protocol::wire::Cx,
        ) -> ::core::result::Result<(), ::ottla_protocol::error::EncodeError> {
            ::ottla_protocol::wire::optional::write(this, out, cx)
        }
    };
    implement(model, "Nullable", body)
}

// Reading.

fn read(model: &Model) -> TokenStream {
    let (tagged, plain): (Vec<_>, Vec<_>) = model.fields.iter().partition(|f| f.tag.is_some());
    let plain = plain.into_iter().map(|field| read_plain(model, field));
    let tags = read_tags(model, &tagged);
    let fields = model.fields.iter().map(|field| {
        let (ident, local) = (&field.ident, local(field));
        quote!(#ident: #local)
    });
    quote! {
        #(#plain)*
        #tags
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
    match within(field.versions, model.versions) {
        None => quote!(let (input, #local) = #one?;),
        Some(present) => quote! {
            let (input, #local) = if #present { #one? } else { (input, #default) };
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

fn read_tags(model: &Model, tagged: &[&Field]) -> TokenStream {
    if tagged.is_empty() {
        return quote! {
            let input = if cx.flexible { ::ottla_protocol::wire::tagged::skip(input)? } else { input };
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
        let input = if cx.flexible {
            ::ottla_protocol::wire::tagged::read(input, |tag, value| {
                match tag {
                    #(#arms)*
                    _ => {}
                }
                ::core::result::Result::Ok(())
            })?
        } else {
            input
        };
    }
}

// Writing.

fn write(model: &Model) -> TokenStream {
    let (mut tagged, plain): (Vec<_>, Vec<_>) = model.fields.iter().partition(|f| f.tag.is_some());
    tagged.sort_by_key(|field| field.tag);
    let plain = plain.into_iter().map(|field| write_plain(model, field));
    let tags = write_tags(model, &tagged);
    quote! {
        #(#plain)*
        #tags
        ::core::result::Result::Ok(())
    }
}

fn write_plain(model: &Model, field: &Field) -> TokenStream {
    let ident = &field.ident;
    let place = place(model, field);
    let put = quote!(::ottla_protocol::wire::put(&self.#ident, out, cx, #place)?;);
    // Where the version has no null, what the `Option` holds is written as if there were no `Option`.
    let known = overlap(field.versions, model.versions);
    let put = match field.nullable.and_then(|nullable| within(nullable, known)) {
        None => put,
        Some(nullable) => quote! {
            if #nullable {
                #put
            } else {
                ::ottla_protocol::wire::put_some(self.#ident.as_ref(), out, cx, #place)?;
            }
        },
    };
    let Some(present) = within(field.versions, model.versions) else {
        return put;
    };
    match refuse_loss(model, field) {
        None => quote!(if #present { #put }),
        Some(refuse) => quote!(if #present { #put } else { #refuse }),
    }
}

/// For a version that lacks the field: an error if its value would be lost.
fn refuse_loss(model: &Model, field: &Field) -> Option<TokenStream> {
    let (ident, default) = (&field.ident, default_of(field));
    let place = place(model, field);
    (!field.ignorable).then(|| {
        quote! {
            if ::ottla_protocol::wire::differs(&self.#ident, &#default) {
                return ::core::result::Result::Err(
                    ::ottla_protocol::error::EncodeError::absent(cx, #place),
                );
            }
        }
    })
}

fn write_tags(model: &Model, tagged: &[&Field]) -> TokenStream {
    if tagged.is_empty() {
        return quote! {
            if cx.flexible { ::ottla_protocol::wire::tagged::none(out); }
        };
    }
    let wanted: Vec<_> = tagged
        .iter()
        .map(|field| {
            let (ident, default) = (&field.ident, default_of(field));
            let present = within(field.versions, model.versions).map(|present| quote!(#present &&));
            quote!(#present ::ottla_protocol::wire::differs(&self.#ident, &#default))
        })
        .collect();
    let writes = tagged.iter().zip(&wanted).map(|(field, wanted)| {
        let (ident, tag) = (&field.ident, field.tag);
        let place = place(model, field);
        quote!(if #wanted { ::ottla_protocol::wire::tagged::put(#tag, &self.#ident, out, cx, #place)?; })
    });
    let refusals = tagged.iter().filter_map(|field| {
        let refuse = refuse_loss(model, field)?;
        let present = within(field.versions, model.versions).map(|present| quote!(&& #present));
        Some(quote!(if !(cx.flexible #present) { #refuse }))
    });
    quote! {
        #(#refusals)*
        if cx.flexible {
            ::ottla_protocol::wire::tagged::count(0 #(+ u32::from(#wanted))*, out);
            #(#writes)*
        }
    }
}

// The rest.

fn default(model: &Model) -> TokenStream {
    let name = &model.name;
    let (generics, ty, _) = model.generics.split_for_impl();
    let fields = model.fields.iter().map(|field| {
        let (ident, default) = (&field.ident, default_of(field));
        quote!(#ident: #default)
    });
    quote! {
        impl #generics ::core::default::Default for #name #ty {
            fn default() -> Self { Self { #(#fields),* } }
        }
    }
}

fn schema(model: &Model) -> TokenStream {
    let name = &model.name;
    let name_text = name.to_string();
    let (generics, ty, _) = model.generics.split_for_impl();
    let versions = versions_of(model.versions);
    let flexible = option(model.flexible.map(|from| quote!(#from)));
    let key = match &model.role {
        Role::Inner => None,
        Role::Request { api, .. } | Role::Response { api } => Some(api.key),
    };
    let key = option(key.map(|key| quote!(#key)));
    let fields = model.fields.iter().map(schema_field);
    let (vis, table) = (&model.vis, table(model));
    quote! {
        impl #generics #name #ty {
            #[doc = "The definition as data, for what compares, generates or prints messages."]
            #[doc = ""]
            #[doc = #table]
            #vis const SCHEMA: ::ottla_protocol::schema::Schema = ::ottla_protocol::schema::Schema {
                name: #name_text,
                key: #key,
                versions: #versions,
                flexible: #flexible,
                fields: &[#(#fields),*],
            };
        }
    }
}

fn schema_field(field: &Field) -> TokenStream {
    let (name, ty) = (&field.name, &field.ty);
    let versions = versions_of(field.versions);
    let nullable = option(field.nullable.map(versions_of));
    let default = option(field.default.as_ref().map(|default| {
        let text = text_of(default);
        quote!(#text)
    }));
    let tag = option(field.tag.map(|tag| quote!(#tag)));
    let ignorable = field.ignorable;
    quote! {
        ::ottla_protocol::schema::Field {
            name: #name,
            kind: <#ty as ::ottla_protocol::wire::Wire<'_>>::KIND,
            versions: #versions,
            nullable: #nullable,
            default: #default,
            tag: #tag,
            ignorable: #ignorable,
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

/// The variable that holds a field while its struct is read.
fn local(field: &Field) -> Ident {
    format_ident!("field_{}", field.ident)
}

/// Where an encode error happened.
fn place(model: &Model, field: &Field) -> TokenStream {
    let (message, name) = (model.name.to_string(), &field.name);
    quote!(::ottla_protocol::error::Place { message: #message, field: #name })
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

fn versions_of(Versions { min, max }: Versions) -> TokenStream {
    quote!(::ottla_protocol::schema::Versions { min: #min, max: #max })
}

fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

/// A default as Kafka's schemas write it.
fn text_of(default: &DefaultValue) -> String {
    match default {
        DefaultValue::Null => "null".to_owned(),
        DefaultValue::Value(value) => value.to_token_stream().to_string().replace(' ', ""),
    }
}

/// The field table, as Markdown.
fn table(model: &Model) -> String {
    let mut table =
        "| field | versions | nullable | default | tag |\n| --- | --- | --- | --- | --- |\n"
            .to_owned();
    for field in &model.fields {
        table += &format!(
            "| `{}` | {} | {} | {} | {} |\n",
            field.name,
            in_words(overlap(field.versions, model.versions)),
            field.nullable.map(in_words).unwrap_or_default(),
            field.default.as_ref().map(text_of).unwrap_or_default(),
            field.tag.map(|tag| tag.to_string()).unwrap_or_default(),
        );
    }
    table
}

fn in_words(Versions { min, max }: Versions) -> String {
    match (min, max) {
        (0, i16::MAX) => "all".to_owned(),
        (_, i16::MAX) => format!("{min} and later"),
        (min, max) if min == max => min.to_string(),
        _ => format!("{min} to {max}"),
    }
}
