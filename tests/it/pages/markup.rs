//! Whether a page or a picture is sound markup, as far as the pages promise.
//!
//! Elements nest and close, attribute values are quoted and stand once, ids are unique and every
//! reference to one (`for`, `form`, `aria-labelledby`, `href="#…"`, …) finds it, nothing carries a
//! style or a script of its own.

use std::collections::BTreeSet;

const VOID: [&str; 7] = ["br", "col", "hr", "img", "input", "link", "meta"];
const REFERENCES: [&str; 5] = [
    "for",
    "form",
    "aria-labelledby",
    "aria-describedby",
    "data-swap",
];

#[derive(Default)]
struct Seen {
    open: Vec<String>,
    ids: BTreeSet<String>,
    references: Vec<String>,
}

/// The first fault found, in words.
pub(crate) fn check(markup: &str) -> Result<(), String> {
    let mut seen = Seen::default();
    let mut rest = markup;
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at);
        check_text(text)?;
        let end = end_of_tag(tag).ok_or_else(|| format!("a tag does not end: {}", start(tag)))?;
        check_tag(&tag[1..end], &mut seen)?;
        rest = &tag[end + 1..];
    }
    check_text(rest)?;
    if let Some(open) = seen.open.last() {
        return Err(format!("<{open}> is never closed"));
    }
    match seen.references.iter().find(|id| !seen.ids.contains(*id)) {
        Some(id) => Err(format!("nothing has the id `{id}`")),
        None => Ok(()),
    }
}

fn check_tag(tag: &str, seen: &mut Seen) -> Result<(), String> {
    if tag.starts_with('!') {
        return Ok(());
    }
    if let Some(name) = tag.strip_prefix('/') {
        return match seen.open.pop() {
            Some(open) if open == name => Ok(()),
            open => Err(format!("</{name}> closes {open:?}")),
        };
    }
    let (tag, closed) = match tag.strip_suffix('/') {
        Some(tag) => (tag, true),
        None => (tag, false),
    };
    let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
    let attributes = attributes_of(attributes).map_err(|fault| format!("<{name}>: {fault}"))?;
    if name == "style" || name == "script" && !attributes.iter().any(|(name, _)| *name == "src") {
        return Err(format!("an inline <{name}>"));
    }
    check_attributes(name, &attributes, seen)?;
    if !closed && !VOID.contains(&name) {
        seen.open.push(name.to_owned());
    }
    Ok(())
}

fn check_attributes(tag: &str, attributes: &[(&str, &str)], seen: &mut Seen) -> Result<(), String> {
    let mut names = BTreeSet::new();
    for &(name, value) in attributes {
        if !names.insert(name) {
            return Err(format!("<{tag}> says `{name}` twice"));
        }
        if name == "style" || name.starts_with("on") {
            return Err(format!("<{tag}> carries `{name}`"));
        }
        if name == "id" && !seen.ids.insert(value.to_owned()) {
            return Err(format!("two elements have the id `{value}`"));
        }
        if name == "href" && value.starts_with('#') || REFERENCES.contains(&name) {
            let ids = value
                .split_whitespace()
                .map(|id| id.trim_start_matches('#'));
            seen.references.extend(ids.map(str::to_owned));
        }
    }
    Ok(())
}

/// Names and values; an attribute without a value is its own value.
fn attributes_of(text: &str) -> Result<Vec<(&str, &str)>, String> {
    let mut attributes = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.find(['=', ' ', '\n']).unwrap_or(rest.len());
        let name = &rest[..end];
        rest = &rest[end..];
        let value = match rest.strip_prefix("=\"") {
            Some(quoted) => {
                let (value, after) = quoted
                    .split_once('"')
                    .ok_or_else(|| format!("the value of `{name}` does not end"))?;
                rest = after;
                value
            }
            None if rest.starts_with('=') => return Err(format!("`{name}` is not quoted")),
            None => name,
        };
        if value.contains('<') {
            return Err(format!("`{name}` has a bare `<`"));
        }
        check_text(value)?;
        attributes.push((name, value));
        rest = rest.trim_start();
    }
    Ok(attributes)
}

/// An ampersand begins a reference and nothing else.
fn check_text(text: &str) -> Result<(), String> {
    let is_reference = |after: &str| {
        after.split_once(';').is_some_and(|(name, _)| {
            let name = name.strip_prefix('#').unwrap_or(name);
            !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric())
        })
    };
    match text.split('&').skip(1).find(|after| !is_reference(after)) {
        Some(after) => Err(format!("a bare `&` before `{}`", start(after))),
        None => Ok(()),
    }
}

/// Where a tag's `>` stands, outside quotes.
fn end_of_tag(tag: &str) -> Option<usize> {
    let mut quoted = false;
    tag.char_indices().find_map(|(at, letter)| {
        if letter == '"' {
            quoted = !quoted;
        }
        (letter == '>' && !quoted).then_some(at)
    })
}

fn start(text: &str) -> String {
    text.chars().take(40).collect()
}

#[rstest::rstest]
#[case::unclosed("<p><b>x</p>")]
#[case::never_closed("<p>")]
#[case::two_ids("<p id=\"a\"></p><p id=\"a\"></p>")]
#[case::dangling("<label for=\"a\"></label>")]
#[case::unquoted("<a href=x></a>")]
#[case::inline_style("<p style=\"color:red\"></p>")]
#[case::inline_script("<script>x</script>")]
#[case::handler("<p onclick=\"x\"></p>")]
#[case::bare_ampersand("<p>a & b</p>")]
fn unsound_markup_is_found(#[case] markup: &str) {
    assert!(check(markup).is_err());
}
