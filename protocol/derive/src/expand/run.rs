//! Runs: neighbouring fields of fixed width, which are read and written in one piece, with one look at the bytes left.
//!
//! A version that lacks one of them, and bytes that end among them, take a longer way, by a table.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, Type};

use super::{overlap, within};
use crate::model::{Field, Model, Versions};

/// Part of a struct's fields, in the order of the wire.
pub(super) enum Piece<'m> {
    One(&'m Field),
    Run(Run<'m>),
}

/// Two fields or more.
pub(super) struct Run<'m> {
    fields: Vec<(&'m Field, usize)>,
    /// The versions that have all of them, of those that the struct has.
    versions: Versions,
}

/// No run is longer: about as many bytes are moved at once.
const MOST: usize = 64;

/// The plain fields of a struct, put together to runs.
pub(super) fn pieces(model: &Model) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    for field in model.fields.iter().filter(|field| field.tag.is_none()) {
        let Some(width) = width(&field.ty) else {
            pieces.push(Piece::One(field));
            continue;
        };
        match pieces.last_mut() {
            Some(Piece::Run(run)) if run.takes(model, field, width) => run.push(field, width),
            _ => pieces.push(Piece::Run(Run::of(model, field, width))),
        }
    }
    let alone = |piece| match piece {
        Piece::Run(run) if run.fields.len() == 1 => Piece::One(run.fields[0].0),
        other => other,
    };
    pieces.into_iter().map(alone).collect()
}

impl<'m> Run<'m> {
    fn of(model: &Model, field: &'m Field, width: usize) -> Self {
        Self {
            fields: vec![(field, width)],
            versions: overlap(model.versions, field.versions),
        }
    }

    /// Whether the newest version still has all of them.
    fn takes(&self, model: &Model, field: &Field, width: usize) -> bool {
        let newest = model.versions.max;
        let lasts = self.versions.max.min(field.versions.max) >= newest;
        lasts && self.width() + width <= MOST
    }

    fn push(&mut self, field: &'m Field, width: usize) {
        self.fields.push((field, width));
        self.versions = overlap(self.versions, field.versions);
    }

    /// How many bytes they take together.
    pub(super) fn width(&self) -> usize {
        self.fields.iter().map(|(_, width)| width).sum()
    }

    /// The condition for having all of them; none where all versions do.
    pub(super) fn present(&self, model: &Model) -> Option<TokenStream> {
        within(self.versions, model.versions)
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = &'m Field> {
        self.fields.iter().map(|(field, _)| *field)
    }

    /// Statements that take them all out of the array `run`.
    pub(super) fn get(&self) -> TokenStream {
        let each = self.placed().map(|(ident, at, width)| {
            quote!(::ottla_protocol::wire::run::get::<#width, _>(run, #at, &mut self.#ident);)
        });
        quote!(#(#each)*)
    }

    /// Statements that put them all into the array `run`.
    pub(super) fn set(&self) -> TokenStream {
        let each = self.placed().map(|(ident, at, width)| {
            quote!(::ottla_protocol::wire::run::set::<#width, _>(run, #at, self.#ident);)
        });
        quote!(#(#each)*)
    }

    /// The table for those of them that a version has.
    pub(super) fn parts(&self) -> TokenStream {
        let each = self.fields.iter().map(|(field, width)| {
            let (name, since) = (&field.name, field.versions.min);
            quote!(::ottla_protocol::wire::run::Part { name: #name, width: #width, since: #since })
        });
        quote!(&[#(#each),*])
    }

    /// Each with its place in the array, and its width.
    fn placed(&self) -> impl Iterator<Item = (&'m Ident, usize, usize)> {
        self.fields.iter().scan(0, |end, (field, width)| {
            let at = *end;
            *end += width;
            Some((&field.ident, at, *width))
        })
    }
}

/// How many bytes each value of the type takes, by its name; if the type is another one, it won't compile.
fn width(ty: &Type) -> Option<usize> {
    let Type::Path(path) = ty else { return None };
    match path.path.get_ident()?.to_string().as_str() {
        "bool" | "i8" => Some(1),
        "i16" | "u16" => Some(2),
        "i32" => Some(4),
        "i64" | "f64" => Some(8),
        "Uuid" | "TopicId" => Some(16),
        _ => None,
    }
}
