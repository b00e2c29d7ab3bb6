//! Java's `.properties` syntax, as the files of Kafka's own tools are written in.

use std::iter::Peekable;
use std::str::Chars;

use super::ConfigError;

/// Reads a properties file's text into names and values, in the file's order.
///
/// Comments start with `#` or `!`, a backslash at a line's end joins the next line, the first `=`, `:` or blank ends the
/// name, `\t \n \r \f \uXXXX` are characters, and a backslash before anything else is dropped.
///
/// # Errors
///
/// [`ConfigError::Syntax`] with the line, for a `\u` that is not followed by the four digits of a character.
///
/// # Examples
///
/// ```
/// let text = "# where\nbootstrap.servers = one:9092,\\\n    two:9092\n";
/// let pairs = ottla_client::config::properties::parse(text)?;
/// assert_eq!(pairs, [("bootstrap.servers".to_owned(), "one:9092,two:9092".to_owned())]);
/// # Ok::<_, ottla_client::ConfigError>(())
/// ```
pub fn parse(text: &str) -> Result<Vec<(String, String)>, ConfigError> {
    let mut pairs = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((at, first)) = lines.next() {
        let mut line = first.trim_start_matches(BLANK).to_owned();
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        while goes_on(&line) {
            line.pop();
            let Some((_, next)) = lines.next() else { break };
            line.push_str(next.trim_start_matches(BLANK));
        }
        pairs.push(pair(&line).map_err(|why| ConfigError::Syntax { line: at + 1, why })?);
    }
    Ok(pairs)
}

const BLANK: [char; 3] = [' ', '\t', '\u{c}'];

/// A line goes on when an odd number of backslashes ends it: the last one is not itself escaped.
fn goes_on(line: &str) -> bool {
    line.bytes().rev().take_while(|&b| b == b'\\').count() % 2 == 1
}

fn pair(line: &str) -> Result<(String, String), &'static str> {
    let mut rest = line.chars().peekable();
    let mut name = String::new();
    while let Some(&letter) = rest.peek() {
        if letter == '=' || letter == ':' || BLANK.contains(&letter) {
            break;
        }
        rest.next();
        name.push(unescaped(letter, &mut rest)?);
    }
    skip_separator(&mut rest);
    let mut value = String::new();
    while let Some(letter) = rest.next() {
        value.push(unescaped(letter, &mut rest)?);
    }
    Ok((name, value))
}

/// Blanks, at most one `=` or `:`, blanks.
fn skip_separator(rest: &mut Peekable<Chars<'_>>) {
    while rest.next_if(|c| BLANK.contains(c)).is_some() {}
    if rest.next_if(|c| matches!(c, '=' | ':')).is_some() {
        while rest.next_if(|c| BLANK.contains(c)).is_some() {}
    }
}

fn unescaped(letter: char, rest: &mut Peekable<Chars<'_>>) -> Result<char, &'static str> {
    if letter != '\\' {
        return Ok(letter);
    }
    match rest.next() {
        Some('t') => Ok('\t'),
        Some('n') => Ok('\n'),
        Some('r') => Ok('\r'),
        Some('f') => Ok('\u{c}'),
        Some('u') => by_number(rest),
        Some(other) => Ok(other),
        // A backslash at the very end of the file, with nothing left to escape.
        None => Ok('\\'),
    }
}

/// UTF-16, as Java writes it: a character beyond the first plane takes two escapes.
fn by_number(rest: &mut Peekable<Chars<'_>>) -> Result<char, &'static str> {
    let first = four_digits(rest)?;
    let mut units = vec![first];
    if (0xd800..0xdc00).contains(&first) {
        if rest.next() != Some('\\') || rest.next() != Some('u') {
            return Err(HALF_A_CHARACTER);
        }
        units.push(four_digits(rest)?);
    }
    let mut letters = char::decode_utf16(units);
    letters.next().and_then(Result::ok).ok_or(HALF_A_CHARACTER)
}

fn four_digits(rest: &mut Peekable<Chars<'_>>) -> Result<u16, &'static str> {
    let mut number = 0;
    for _ in 0..4 {
        let digit = rest.next().and_then(|c| c.to_digit(16));
        number = number << 4 | digit.ok_or("\\u needs four hexadecimal digits")? as u16;
    }
    Ok(number)
}

const HALF_A_CHARACTER: &str = "\\u names half a character";

#[cfg(test)]
mod tests;
