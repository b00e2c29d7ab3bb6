//! The body of `Wire::write`.

use proc_macro2::TokenStream;
use quote::quote;

use super::run::{Piece, Run, pieces};
use super::{default_of, or_return, overlap, within};
use crate::model::{Field, Model};

/// One statement a field, in the order of the wire; tagged fields at the end, by tag.
pub(super) fn write(model: &Model) -> TokenStream {
    let mut tagged: Vec<_> = model.fields.iter().filter(|it| it.tag.is_some()).collect();
    tagged.sort_by_key(|field| field.tag);
    let plain = pieces(model).into_iter().map(|piece| match piece {
        Piece::One(field) => write_plain(model, field),
        Piece::Run(run) => write_run(model, &run),
    });
    let tags = write_tags(model, &tagged);
    quote! {
        #(#plain)*
        #tags
        ::core::result::Result::Ok(())
    }
}

fn write_run(model: &Model, run: &Run<'_>) -> TokenStream {
    let (width, set, parts) = (run.width(), run.set(), run.parts());
    let Some(present) = run.present(model) else {
        return quote!(out.put_run(|run: &mut [u8; #width]| { #set }););
    };
    let refusals = run.fields().filter_map(|field| {
        let absent = within(field.versions, model.versions).map(|present| quote!(!(#present)))?;
        let refuse = refuse_loss(model, field)?;
        Some(quote!(if #absent { #refuse }))
    });
    quote! {
        if #present {
            out.put_run(|run: &mut [u8; #width]| { #set });
        } else {
            #(#refusals)*
            let run = &mut [0; #width];
            #set
            *out = ::ottla_protocol::wire::run::put_parts(::core::mem::take(out), run, #parts, cx);
        }
    }
}

fn write_plain(model: &Model, field: &Field) -> TokenStream {
    let ident = &field.ident;
    let place = place(model, field);
    let put = or_return(&quote!(::ottla_protocol::wire::put(&self.#ident, out, cx, #place)));
    // Where the version has no null, what the `Option` holds is written as if there were no `Option`.
    let known = overlap(field.versions, model.versions);
    let put = match field.nullable.and_then(|nullable| within(nullable, known)) {
        None => put,
        Some(nullable) => {
            let put_some = or_return(&quote! {
                ::ottla_protocol::wire::put_some(self.#ident.as_ref(), out, cx, #place)
            });
            quote!(if #nullable { #put } else { #put_some })
        }
    };
    let Some(present) = within(field.versions, model.versions) else {
        return quote!(#put;);
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
    let (unknown, refuse) = unknown(model);
    if tagged.is_empty() {
        return quote! {
            if cx.flexible {
                ::ottla_protocol::wire::tagged::write_unknown(#unknown, out);
            } else {
                #refuse
            }
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
        quote!(if #wanted { tags.put(#tag, &self.#ident, #place)?; })
    });
    let refusals = tagged.iter().filter_map(|field| {
        let refuse = refuse_loss(model, field)?;
        let present = within(field.versions, model.versions).map(|present| quote!(&& #present));
        Some(quote!(if !(cx.flexible #present) { #refuse }))
    });
    quote! {
        #(#refusals)*
        if cx.flexible {
            let known = 0 #(+ u32::from(#wanted))*;
            ::ottla_protocol::wire::tagged::write(known, #unknown, out, cx, |tags| {
                #(#writes)*
                ::core::result::Result::Ok(())
            })?;
        } else {
            #refuse
        }
    }
}

/// The unknown tagged fields to write, and what refuses to lose them in a version that isn't flexible.
fn unknown(model: &Model) -> (TokenStream, Option<TokenStream>) {
    let Some(ident) = &model.unknown else {
        return (quote!(::ottla_protocol::wire::tagged::NONE), None);
    };
    let (message, name) = (model.name.to_string(), ident.to_string());
    let place = quote!(::ottla_protocol::error::Place { message: #message, field: #name });
    let refuse = quote!(::ottla_protocol::wire::tagged::refuse(&self.#ident, cx, #place));
    (quote!(&self.#ident), Some(or_return(&refuse)))
}

/// Where an encode error happened.
fn place(model: &Model, field: &Field) -> TokenStream {
    let (message, name) = (model.name.to_string(), &field.name);
    quote!(::ottla_protocol::error::Place { message: #message, field: #name })
}
