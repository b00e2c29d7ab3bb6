//! Reads what a script writes: `{ topics: [{ name: "orders-%" }], timeout_ms: 1000 }`.

use crate::value::{Fields, Value};

/// Reads one value, all of `text`.
pub(crate) fn value(text: &str) -> Result<Value, String> {
    let mut parser = Parser { rest: text };
    let value = parser.value()?;
    parser.space();
    match parser.rest {
        "" => Ok(value),
        rest => Err(format!("left over: {rest}")),
    }
}

struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn value(&mut self) -> Result<Value, String> {
        self.space();
        match self.rest.chars().next() {
            Some('{') => Ok(Value::Struct(self.fields()?)),
            Some('[') => self.list(),
            Some('"') => Ok(Value::Text(self.text()?)),
            Some('$') => {
                self.rest = &self.rest[1..];
                Ok(Value::Variable(self.word().to_owned()))
            }
            Some('-' | '0'..='9') => self.number(),
            _ => self.named(),
        }
    }

    fn named(&mut self) -> Result<Value, String> {
        let word = self.word();
        match (word, self.rest.chars().next()) {
            ("null", _) => Ok(Value::Null),
            ("true", _) => Ok(Value::Bool(true)),
            ("false", _) => Ok(Value::Bool(false)),
            ("b", Some('"')) => Ok(Value::Bytes(self.text()?.into_bytes())),
            ("", _) => Err(format!("no value: {}", self.rest)),
            (name, Some('{')) => Ok(Value::Made(name.to_owned(), self.fields()?)),
            (name, _) => Ok(Value::Word(name.to_owned())),
        }
    }

    fn fields(&mut self) -> Result<Fields, String> {
        self.rest = &self.rest[1..];
        let mut fields = Vec::new();
        while !self.closed('}') {
            let name = self.word().to_owned();
            self.space();
            self.rest = self
                .rest
                .strip_prefix(':')
                .ok_or_else(|| format!("no colon behind `{name}`: {}", self.rest))?;
            fields.push((name, self.value()?));
            self.comma('}')?;
        }
        Ok(fields)
    }

    fn list(&mut self) -> Result<Value, String> {
        self.rest = &self.rest[1..];
        let mut items = Vec::new();
        while !self.closed(']') {
            items.push(self.value()?);
            self.comma(']')?;
        }
        Ok(Value::List(items))
    }

    fn closed(&mut self, close: char) -> bool {
        self.space();
        let closed = self.rest.strip_prefix(close);
        self.rest = closed.unwrap_or(self.rest);
        closed.is_some()
    }

    fn comma(&mut self, close: char) -> Result<(), String> {
        self.space();
        if let Some(rest) = self.rest.strip_prefix(',') {
            self.rest = rest;
        } else if !self.rest.starts_with(close) {
            return Err(format!("neither a comma nor {close}: {}", self.rest));
        }
        Ok(())
    }

    fn text(&mut self) -> Result<String, String> {
        let inside = &self.rest[1..];
        let mut text = String::new();
        let mut letters = inside.char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.rest = &inside[at + 1..];
                    return Ok(text);
                }
                '\\' => match letters.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, '0')) => text.push('\0'),
                    Some((_, other)) => text.push(other),
                    None => break,
                },
                other => text.push(other),
            }
        }
        Err(format!("no end of the text: {}", self.rest))
    }

    fn number(&mut self) -> Result<Value, String> {
        let is_number = |c: char| c == '-' || c == '.' || c.is_ascii_digit();
        let end = self.rest.find(|c| !is_number(c)).unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at(end);
        self.rest = rest;
        let int = number.parse().map(Value::Int);
        int.or_else(|_| number.parse().map(Value::Float))
            .map_err(|_| format!("no number: {number}"))
    }

    fn word(&mut self) -> &'a str {
        self.space();
        let is_word = |c: char| c == '_' || c.is_ascii_alphanumeric();
        let end = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }
}
