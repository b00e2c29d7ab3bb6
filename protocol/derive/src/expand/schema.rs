//! The definition as data, and as a table in the documentation.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::overlap;
use crate::model::{DefaultValue, Field, Model, Role, Versions};

/// `pub const SCHEMA`.
pub(super) fn schema(model: &Model) -> TokenStream {
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
    let keeps_unknown = model.unknown.is_some();
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
                keeps_unknown: #keeps_unknown,
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
