//! Our definitions against Kafka's: each field, in each version.

use std::fmt::Display;
use std::ops::RangeInclusive;

use super::codec::Names;
use super::definition::{Definition, Field, Versions};
use super::schemas::Definitions;
use super::tally::Tally;

/// All requests and responses of Kafka's, in the versions that brokers serve.
pub(crate) fn messages(ours: &Definitions, theirs: &Definitions) -> Tally {
    let mut tally = Tally::default();
    for definition in theirs.values().filter(|it| it.is_message()) {
        let stable = definition.stable(is_unstable(theirs, &definition.name));
        compare(ours, definition, stable, &mut tally);
    }
    tally
}

/// What Kafka has definitions of beside its messages and their headers: what lies inside of those, and in logs.
pub(crate) fn payloads(ours: &Definitions, theirs: &Definitions) -> Tally {
    let mut tally = Tally::default();
    for definition in theirs.values().filter(|it| it.is_payload()) {
        compare(ours, definition, definition.stable(false), &mut tally);
    }
    tally
}

/// The versions of ours that brokers don't serve.
pub(crate) fn beyond(ours: &Definitions, theirs: &Definitions, tally: &mut Tally) {
    for definition in ours.values().filter(|it| it.is_message()) {
        let name = &definition.name;
        let served = theirs
            .get(name)
            .map(|it| it.stable(is_unstable(theirs, name)));
        for version in definition.stable(false) {
            if !served
                .as_ref()
                .is_some_and(|served| served.contains(&version))
            {
                tally.fault(name, version, "no broker serves it");
            }
        }
    }
}

/// What the messages are called.
pub(crate) fn names(theirs: &Definitions) -> Names {
    let messages = theirs.values().filter(|it| it.is_message());
    messages
        .filter_map(|it| Some(((it.of.clone(), it.api_key?), it.name.clone())))
        .collect()
}

/// Whether the newest version is still being worked on: of a response, its request says so.
fn is_unstable(theirs: &Definitions, name: &str) -> bool {
    let request = match name.strip_suffix("Response") {
        Some(api) => format!("{api}Request"),
        None => name.to_owned(),
    };
    theirs
        .get(&request)
        .is_some_and(|request| request.latest_version_unstable)
}

fn compare(
    ours: &Definitions,
    theirs: &Definition,
    versions: RangeInclusive<i16>,
    tally: &mut Tally,
) {
    let name = &theirs.name;
    for version in versions {
        tally.expect(name, version);
        match ours
            .get(name)
            .filter(|ours| ours.versions.contains(version))
        {
            None => tally.fault(name, version, "missing"),
            Some(ours) => {
                for difference in differences(ours, theirs, version) {
                    tally.fault(name, version, difference);
                }
            }
        }
    }
}

/// What differs in this version: a line each, that names the field.
fn differences(ours: &Definition, theirs: &Definition, version: i16) -> Vec<String> {
    let flexible = theirs.flexible.contains(version);
    let mut comparison = Comparison {
        ours,
        version,
        flexible,
        lines: Vec::new(),
    };
    comparison.check(
        "",
        "key",
        in_words(ours.api_key.as_ref()),
        in_words(theirs.api_key.as_ref()),
    );
    comparison.check("", "flexible", ours.flexible.contains(version), flexible);
    comparison.unknown("", ours.keeps_unknown);
    comparison.fields("", &ours.fields, &theirs.fields);
    comparison.lines
}

/// A message in one version.
struct Comparison<'a> {
    ours: &'a Definition,
    version: i16,
    flexible: bool,
    lines: Vec<String>,
}

impl Comparison<'_> {
    fn fields(&mut self, place: &str, ours: &[Field], theirs: &[Field]) {
        let present = |fields: &[Field]| -> Vec<Field> {
            let fields = fields.iter();
            fields
                .filter(|field| field.versions.contains(self.version))
                .cloned()
                .collect()
        };
        let (ours, theirs) = (present(ours), present(theirs));
        let (our_names, their_names) = (self.names(&ours), self.names(&theirs));
        if our_names != their_names {
            self.check(place, "fields", our_names.join(" "), their_names.join(" "));
            return;
        }
        for theirs in &theirs {
            if let Some(ours) = ours.iter().find(|ours| ours.name == theirs.name) {
                self.field(&format!("{place}{}: ", ours.name), ours, theirs);
            }
        }
    }

    /// In the order of the wire: tagged ones last, by tag.
    fn names(&self, fields: &[Field]) -> Vec<String> {
        let mut fields: Vec<&Field> = fields.iter().collect();
        fields.sort_by_key(|field| field.tag.filter(|_| field.tagged.contains(self.version)));
        fields.iter().map(|field| field.name.clone()).collect()
    }

    fn field(&mut self, place: &str, ours: &Field, theirs: &Field) {
        let version = self.version;
        self.check(place, "type", ours.plain_kind(), theirs.plain_kind());
        self.check(
            place,
            "nullable",
            ours.nullable.contains(version),
            theirs.nullable.contains(version),
        );
        let tag = |field: &Field| {
            in_words(
                field
                    .tag
                    .filter(|_| field.tagged.contains(version))
                    .as_ref(),
            )
        };
        self.check(place, "tag", tag(ours), tag(theirs));
        // Of a field that all versions have there is nothing to ignore.
        let served = self.ours.versions;
        if ours.versions.min > served.min || ours.versions.max < served.max {
            self.check(place, "ignorable", ours.ignorable, theirs.ignorable);
        }
        self.default(place, ours, theirs);
        if !theirs.fields.is_empty() {
            self.unknown(place, ours.keeps_unknown);
            self.fields(place, &ours.fields, &theirs.fields);
        }
    }

    /// An `Option` of ours is null where Kafka's default is empty; that makes a difference only where defaults are
    /// left out.
    fn default(&mut self, place: &str, ours: &Field, theirs: &Field) {
        let is_option = ours.nullable != Versions::default();
        let their_default = theirs
            .default()
            .unwrap_or_else(|| theirs.empty().to_owned());
        let our_default = match ours.default() {
            Some(default) => default,
            None if !is_option => ours.empty().to_owned(),
            None if ours.tag.is_none() && their_default == theirs.empty() => return,
            None => "null".to_owned(),
        };
        self.check(place, "default", our_default, their_default);
    }

    fn unknown(&mut self, place: &str, kept: bool) {
        if self.flexible {
            self.check(place, "unknown tagged fields kept", kept, true);
        }
    }

    fn check<T: PartialEq + Display>(&mut self, place: &str, what: &str, ours: T, theirs: T) {
        if ours != theirs {
            self.lines
                .push(format!("{place}{what}: {ours}, Kafka's: {theirs}"));
        }
    }
}

fn in_words<T: Display>(value: Option<&T>) -> String {
    value.map_or("none".to_owned(), T::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definition(fields: &str) -> Definition {
        Definition::read(&format!(
            r#"{{ "name": "AnyRequest", "type": "request", "apiKey": 1, "validVersions": "0-3", "flexibleVersions": "2+",
                  "keepsUnknown": true, "fields": [{fields}] }}"#
        ))
        .unwrap()
    }

    fn compared(ours: &str, theirs: &str, version: i16) -> Vec<String> {
        differences(&definition(ours), &definition(theirs), version)
    }

    #[test]
    fn a_field_differs_in_the_versions_that_have_it() {
        let ours = r#"{ "name": "a", "type": "int32", "versions": "1+", "ignorable": true }"#;
        let theirs = r#"{ "name": "A", "type": "int64", "versions": "2+", "default": "-1" }"#;
        assert_eq!(compared(ours, theirs, 0), [""; 0]);
        assert_eq!(compared(ours, theirs, 1), ["fields: a, Kafka's: "]);
        assert_eq!(
            compared(ours, theirs, 2),
            [
                "a: type: int32, Kafka's: int64",
                "a: ignorable: true, Kafka's: false",
                "a: default: 0, Kafka's: -1"
            ]
        );
    }

    #[test]
    fn a_struct_is_looked_into() {
        let struct_of = |inner: &str| {
            format!(r#"{{ "name": "S", "type": "S", "versions": "0+", "fields": [{inner}] }}"#)
        };
        let ours = struct_of(r#"{ "name": "b", "type": "bool", "versions": "0+" }"#);
        let theirs = struct_of(
            r#"{ "name": "B", "type": "bool", "versions": "0+", "tag": 4, "taggedVersions": "2+" }"#,
        );
        assert_eq!(compared(&ours, &theirs, 1), [""; 0]);
        assert_eq!(
            compared(&ours, &theirs, 2),
            [
                "s: unknown tagged fields kept: false, Kafka's: true",
                "s: b: tag: none, Kafka's: 4"
            ]
        );
    }

    #[test]
    fn an_option_is_null_where_the_default_is_empty_unless_it_is_tagged() {
        let field = |more: &str| {
            format!(
                r#"{{ "name": "a", "type": "string", "versions": "0+", "nullableVersions": "0+" {more} }}"#
            )
        };
        assert_eq!(compared(&field(""), &field(""), 3), [""; 0]);
        assert_eq!(
            compared(&field(""), &field(r#", "default": "null""#), 3),
            [""; 0]
        );
        let tagged = field(r#", "tag": 0, "taggedVersions": "2+""#);
        assert_eq!(
            compared(&tagged, &tagged, 3),
            ["a: default: null, Kafka's: empty"]
        );
    }
}
