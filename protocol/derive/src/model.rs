//! Attributes into a model of the message. Every mistake is reported where it was made.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{
    Data, DeriveInput, Error, Expr, Fields, GenericArgument, GenericParam, Generics, Ident,
    Lifetime, LitInt, PathArguments, Result, Token, Type, Visibility,
};

/// A struct and all that its attributes say.
pub(crate) struct Model {
    pub(crate) vis: Visibility,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    pub(crate) role: Role,
    pub(crate) versions: Versions,
    pub(crate) flexible: Option<i16>,
    pub(crate) fields: Vec<Field>,
    /// The field that keeps unknown tagged fields: the one of type `UnknownTaggedFields`.
    pub(crate) unknown: Option<Ident>,
}

/// What a struct is to the protocol.
pub(crate) enum Role {
    /// A part of other messages, or of a group's payload.
    Inner,
    Request {
        api: Api,
        response: Ident,
        response_owned: bool,
    },
    Response {
        api: Api,
    },
}

/// An API by number and name.
pub(crate) struct Api {
    pub(crate) key: i16,
    pub(crate) name: Ident,
}

/// One field and all that its attributes say.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) name: String,
    pub(crate) ty: Type,
    /// The `T` of an `Option<T>`.
    pub(crate) optional: Option<Type>,
    pub(crate) versions: Versions,
    pub(crate) nullable: Option<Versions>,
    pub(crate) default: Option<DefaultValue>,
    pub(crate) ignorable: bool,
    pub(crate) tag: Option<u32>,
}

/// A `default = …`.
pub(crate) enum DefaultValue {
    Null,
    Value(Expr),
}

/// First and last version, both included; `i16::MAX` stands for "and later".
#[derive(Clone, Copy)]
pub(crate) struct Versions {
    pub(crate) min: i16,
    pub(crate) max: i16,
}

impl Versions {
    pub(crate) const ALL: Self = Self {
        min: 0,
        max: i16::MAX,
    };

    /// Whether each version of `other` is in here.
    pub(crate) fn cover(self, other: Self) -> bool {
        self.min <= other.min && self.max >= other.max
    }
}

/// `7..`, `..=4`, `2..=4` or `3`.
impl Parse for Versions {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let span = input.span();
        let min = if input.peek(LitInt) {
            version(input)?
        } else {
            0
        };
        let max = if input.peek(Token![..=]) {
            input.parse::<Token![..=]>()?;
            version(input)?
        } else if input.peek(Token![..]) {
            input.parse::<Token![..]>()?;
            if input.peek(LitInt) {
                return Err(input.error("the last version is included: write `..=`"));
            }
            i16::MAX
        } else if input.peek(Token![,]) || input.is_empty() {
            min
        } else {
            return Err(input.error("versions are written `2..`, `..=4`, `2..=4` or `3`"));
        };
        if min > max {
            return Err(Error::new(span, "no version is in this range"));
        }
        Ok(Self { min, max })
    }
}

fn version(input: ParseStream<'_>) -> Result<i16> {
    input.parse::<LitInt>()?.base10_parse()
}

impl Model {
    /// Reads a struct and its attributes.
    ///
    /// # Errors
    ///
    /// All mistakes that can be seen without types, at the place where they were made.
    pub(crate) fn read(input: &DeriveInput) -> Result<Self> {
        let attributes = MessageAttributes::read(input)?;
        check_generics(&input.generics)?;
        let versions = attributes.versions.unwrap_or(Versions::ALL);
        let (unknown, fields): (Vec<_>, Vec<_>) =
            named_fields(input)?.partition(|field| keeps_unknown(&field.ty));
        let fields = fields
            .into_iter()
            .map(Field::read)
            .collect::<Result<Vec<_>>>()?;
        check_tags(&fields)?;
        Ok(Self {
            vis: input.vis.clone(),
            name: input.ident.clone(),
            generics: input.generics.clone(),
            flexible: attributes.flexible.map(|flexible| flexible.min),
            role: attributes.role(&input.ident)?,
            versions,
            fields,
            unknown: unknown.first().and_then(|field| field.ident.clone()),
        })
    }

    /// The struct's own lifetime, or `'a` where it has none.
    pub(crate) fn lifetime(&self) -> Lifetime {
        self.generics.lifetimes().next().map_or_else(
            || Lifetime::new("'a", Span::call_site()),
            |p| p.lifetime.clone(),
        )
    }
}

fn named_fields(input: &DeriveInput) -> Result<impl Iterator<Item = &syn::Field>> {
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => Ok(fields.named.iter()),
            other => Err(Error::new(other.span(), "a message's fields have names")),
        },
        _ => Err(Error::new(input.ident.span(), "a message is a struct")),
    }
}

fn check_generics(generics: &Generics) -> Result<()> {
    let mut lifetimes = 0;
    for param in &generics.params {
        match param {
            GenericParam::Lifetime(_) if lifetimes == 0 => lifetimes += 1,
            other => {
                return Err(Error::new(
                    other.span(),
                    "a message has one lifetime at most, and nothing else that is generic",
                ));
            }
        }
    }
    Ok(())
}

fn check_tags(fields: &[Field]) -> Result<()> {
    for (at, field) in fields.iter().enumerate() {
        let same = |other: &&Field| field.tag.is_some() && other.tag == field.tag;
        if let Some(first) = fields[..at].iter().find(same) {
            let message = format!("this tag is `{}`'s already", first.name);
            return Err(Error::new(field.ident.span(), message));
        }
    }
    Ok(())
}

/// `#[message(…)]` as written.
#[derive(Default)]
struct MessageAttributes {
    request: bool,
    response: bool,
    key: Option<i16>,
    versions: Option<Versions>,
    flexible: Option<Versions>,
    response_name: Option<Ident>,
    response_owned: bool,
}

impl MessageAttributes {
    fn read(input: &DeriveInput) -> Result<Self> {
        let mut attributes = Self::default();
        for attribute in &input.attrs {
            if attribute.path().is_ident("message") {
                attribute.parse_nested_meta(|meta| attributes.take(&meta))?;
            }
        }
        Ok(attributes)
    }

    fn take(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let is = |name| meta.path.is_ident(name);
        if is("request") {
            self.request = true;
        } else if is("response") && meta.input.peek(Token![=]) {
            self.response_name = Some(meta.value()?.parse()?);
        } else if is("response") {
            self.response = true;
        } else if is("response_owned") {
            self.response_owned = true;
        } else if is("key") {
            self.key = Some(meta.value()?.parse::<LitInt>()?.base10_parse()?);
        } else if is("versions") {
            self.versions = Some(meta.value()?.parse()?);
        } else if is("flexible") {
            self.flexible = Some(meta.value()?.parse()?);
        } else {
            return Err(meta.error(
                "unknown: a message has `request`, `response`, `key`, `versions`, `flexible` and `response_owned`",
            ));
        }
        Ok(())
    }

    fn role(&self, name: &Ident) -> Result<Role> {
        let wrong = |why| Err(Error::new(name.span(), why));
        if !self.request && !self.response {
            return match self.key {
                Some(_) => wrong("a key without `request` or `response`"),
                None => Ok(Role::Inner),
            };
        }
        let Some(key) = self.key else {
            return wrong("a request or response has a `key`");
        };
        if self.versions.is_none_or(|v| v.max == i16::MAX) {
            return wrong("a request or response has `versions`, with a last one");
        }
        let suffix = if self.request { "Request" } else { "Response" };
        let Some(api_name) = name.to_string().strip_suffix(suffix).map(str::to_owned) else {
            return wrong("the name ends in `Request` or `Response`, as its role says");
        };
        let api = Api {
            key,
            name: Ident::new(&api_name, name.span()),
        };
        if self.response {
            return Ok(Role::Response { api });
        }
        let response = self
            .response_name
            .clone()
            .unwrap_or_else(|| Ident::new(&format!("{api_name}Response"), name.span()));
        Ok(Role::Request {
            api,
            response,
            response_owned: self.response_owned,
        })
    }
}

impl Field {
    fn read(field: &syn::Field) -> Result<Self> {
        let ident = field
            .ident
            .clone()
            .ok_or_else(|| Error::new(field.span(), "a message's fields have names"))?;
        let mut read = Self {
            name: ident.unraw().to_string(),
            ident,
            ty: field.ty.clone(),
            optional: inside_option(&field.ty),
            versions: Versions::ALL,
            nullable: None,
            default: None,
            ignorable: false,
            tag: None,
        };
        for attribute in &field.attrs {
            if attribute.path().is_ident("field") {
                attribute.parse_nested_meta(|meta| read.take(&meta))?;
            }
        }
        read.check()?;
        Ok(read)
    }

    fn take(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let is = |name| meta.path.is_ident(name);
        if is("versions") {
            self.versions = meta.value()?.parse()?;
        } else if is("nullable") && meta.input.peek(Token![=]) {
            self.nullable = Some(meta.value()?.parse()?);
        } else if is("nullable") {
            self.nullable = Some(Versions::ALL);
        } else if is("default") {
            self.default = Some(meta.value()?.parse()?);
        } else if is("ignorable") {
            self.ignorable = true;
        } else if is("tag") {
            self.tag = Some(meta.value()?.parse::<LitInt>()?.base10_parse()?);
        } else {
            return Err(meta.error(
                "unknown: a field has `versions`, `nullable`, `default`, `ignorable` and `tag`",
            ));
        }
        Ok(())
    }

    fn check(&self) -> Result<()> {
        let wrong = |why| Err(Error::new(self.ty.span(), why));
        match (&self.optional, self.nullable) {
            (None, Some(_)) => return wrong("a nullable field is an `Option`"),
            (Some(_), None) => {
                return wrong("an `Option` says in which versions it is `nullable`");
            }
            _ => {}
        }
        if self.optional.is_none() && matches!(self.default, Some(DefaultValue::Null)) {
            return wrong("only an `Option` has null as its default");
        }
        Ok(())
    }
}

impl Parse for DefaultValue {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        Ok(match input.parse()? {
            Expr::Path(path) if path.path.is_ident("null") => Self::Null,
            value => Self::Value(value),
        })
    }
}

/// Whether a type is written `UnknownTaggedFields`.
fn keeps_unknown(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    let last = path.path.segments.last();
    last.is_some_and(|last| last.ident == "UnknownTaggedFields")
}

/// The `T` of a type written `Option<T>`.
fn inside_option(ty: &Type) -> Option<Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    if last.ident != "Option" {
        return None;
    }
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(inner) => Some(inner.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
