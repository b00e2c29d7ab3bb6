//! Each mistake is refused, in words that say how to do it right.

use syn::parse_quote;

use super::*;

fn refusal(input: DeriveInput) -> String {
    match Model::read(&input) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// The refusal of a struct with this one field.
fn field_refusal(field: syn::Field) -> String {
    refusal(parse_quote! { struct Inner<'a> { #field } })
}

fn field(tokens: proc_macro2::TokenStream) -> syn::Field {
    let input: DeriveInput = parse_quote! { struct Holder<'a> { #tokens } };
    named_fields(&input).unwrap().next().unwrap().clone()
}

macro_rules! field {
    ($($tokens:tt)*) => { field(quote::quote!($($tokens)*)) };
}

#[test]
fn a_request_is_read() {
    let input: DeriveInput = parse_quote! {
        #[message(request, key = 8, versions = 2..=10, flexible = 8.., response_owned)]
        struct OffsetCommitRequest<'a> {
            group_id: &'a str,
            #[field(versions = 3..=7, nullable = 5.., default = null, ignorable)]
            r#type: Option<&'a str>,
            #[field(versions = 9.., tag = 0)]
            epoch: i32,
        }
    };
    let model = Model::read(&input).unwrap();
    assert_eq!((model.versions.min, model.versions.max), (2, 10));
    assert_eq!(model.flexible, Some(8));
    let Role::Request {
        api,
        response,
        response_owned,
    } = model.role
    else {
        panic!("not a request");
    };
    assert_eq!((api.key, api.name.to_string()), (8, "OffsetCommit".into()));
    assert_eq!(response, "OffsetCommitResponse");
    assert!(response_owned);
    let [group, kind, epoch] = &model.fields[..] else {
        panic!("three fields");
    };
    assert!(group.versions.cover(Versions::ALL) && group.tag.is_none());
    assert_eq!(kind.name, "type");
    assert_eq!((kind.versions.min, kind.versions.max), (3, 7));
    assert!(kind.nullable.is_some_and(|v| v.min == 5) && kind.ignorable);
    assert_eq!(epoch.tag, Some(0));
}

#[test]
fn a_request_needs_all_that_makes_it_one() {
    let of = |input: DeriveInput| refusal(input);
    assert_eq!(
        of(parse_quote! { #[message(request, versions = 0..=1)] struct ARequest {} }),
        "a request or response has a `key`"
    );
    assert_eq!(
        of(parse_quote! { #[message(request, key = 1, versions = 0..)] struct ARequest {} }),
        "a request or response has `versions`, with a last one"
    );
    assert_eq!(
        of(parse_quote! { #[message(response, key = 1, versions = 0..=1)] struct ARequest {} }),
        "the name ends in `Request` or `Response`, as its role says"
    );
    assert_eq!(
        of(parse_quote! { #[message(key = 1)] struct Inner {} }),
        "a key without `request` or `response`"
    );
}

#[test]
fn unknown_attributes_are_named() {
    assert!(
        refusal(parse_quote! { #[message(version = 1)] struct Inner {} }).starts_with("unknown")
    );
    assert!(field_refusal(field!(#[field(since = 1)] count: i32)).starts_with("unknown"));
}

#[test]
fn versions_include_the_last_one() {
    assert_eq!(
        field_refusal(field!(#[field(versions = 2..4)] count: i32)),
        "the last version is included: write `..=`"
    );
    assert_eq!(
        field_refusal(field!(#[field(versions = 4..=2)] count: i32)),
        "no version is in this range"
    );
}

#[test]
fn null_and_option_go_together() {
    assert_eq!(
        field_refusal(field!(#[field(nullable)] count: i32)),
        "a nullable field is an `Option`"
    );
    assert_eq!(
        field_refusal(field!(name: Option<&'a str>)),
        "an `Option` says in which versions it is `nullable`"
    );
    assert_eq!(
        field_refusal(field!(#[field(default = null)] name: &'a str)),
        "only an `Option` has null as its default"
    );
}

#[test]
fn a_tag_is_used_once() {
    let input = parse_quote! {
        struct Inner {
            #[field(tag = 3)] first: i32,
            #[field(tag = 3)] second: i32,
        }
    };
    assert_eq!(refusal(input), "this tag is `first`'s already");
}

#[test]
fn only_structs_with_names_and_one_lifetime() {
    assert_eq!(
        refusal(parse_quote! { enum Inner { A } }),
        "a message is a struct"
    );
    assert_eq!(
        refusal(parse_quote! { struct Inner(i32); }),
        "a message's fields have names"
    );
    assert_eq!(
        refusal(parse_quote! { struct Inner<T> { it: T } }),
        "a message has one lifetime at most, and nothing else that is generic"
    );
}
