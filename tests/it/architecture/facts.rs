//! What a source file mentions: paths, names, macros, texts, each with its line.
//!
//! Paths are resolved as far as one file tells: through its `use` declarations, renames and
//! groups included, and `self`, `super` and `crate` through the place of the file. Scopes are not
//! told apart: an alias holds for the whole file, which can only find too much. Macro bodies and
//! attributes are read as tokens. Items under `#[cfg(test)]` are no part of the product and are
//! left out.

use std::collections::HashMap;

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// How often a name is followed: two names that stand for one another would never end.
const MOST_RENAMES: usize = 8;

/// One mention.
pub(crate) struct Fact {
    /// Counted from 1.
    pub(crate) line: usize,
    /// What is mentioned.
    pub(crate) what: What,
}

/// What a source can mention.
pub(crate) enum What {
    /// A resolved path; `*` ends a glob import.
    Path(Vec<String>),
    /// One identifier, wherever it stands.
    Name(String),
    /// A macro that is called.
    Macro(String),
    /// A string literal.
    Text(String),
    /// An `async` function, block or closure.
    Async,
    /// A command-line argument that falls back to the environment.
    ArgumentFromEnvironment,
}

/// Every mention in a file, given its path below the repository and its text.
pub(crate) fn facts(path: &str, source: &str) -> Vec<Fact> {
    let file = syn::parse_file(source).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut imports = Imports {
        module: module_of(path),
        aliases: HashMap::new(),
    };
    imports.visit_file(&file);
    let mut mentions = Mentions {
        module: module_of(path),
        aliases: imports.aliases,
        facts: Vec::new(),
    };
    mentions.visit_file(&file);
    mentions.facts
}

/// The module a file is: `src/app/issue.rs` is `crate::app::issue`.
fn module_of(path: &str) -> Vec<String> {
    let below = path.strip_prefix("src/").unwrap_or(path);
    let below = below.strip_suffix(".rs").unwrap_or(below);
    let parts = below
        .split('/')
        .filter(|p| !["mod", "lib", "main"].contains(p));
    std::iter::once("crate")
        .chain(parts)
        .map(str::to_owned)
        .collect()
}

/// A path with `self`, `super` and the package's own name written out from `crate`.
fn absolute(module: &[String], path: &[String]) -> Vec<String> {
    match path.first().map(String::as_str) {
        Some("self") => [module, &path[1..]].concat(),
        Some("super") => {
            let above = &module[..module.len().saturating_sub(1).max(1)];
            match path.get(1).map(String::as_str) {
                Some("super") => absolute(above, &path[1..]),
                _ => [above, &path[1..]].concat(),
            }
        }
        Some("qingkong") => [&["crate".to_owned()], &path[1..]].concat(),
        _ => path.to_vec(),
    }
}

/// The leaves of a use tree: the full path, and the name it is known by here.
fn leaves(tree: &syn::UseTree, prefix: &[String], found: &mut Vec<(Vec<String>, String)>) {
    let with = |name: String| [prefix, &[name]].concat();
    match tree {
        syn::UseTree::Path(path) => leaves(&path.tree, &with(path.ident.to_string()), found),
        syn::UseTree::Group(group) => {
            for tree in &group.items {
                leaves(tree, prefix, found);
            }
        }
        syn::UseTree::Glob(_) => found.push((with("*".to_owned()), "*".to_owned())),
        syn::UseTree::Name(name) if name.ident == "self" => {
            let known_as = prefix.last().cloned().unwrap_or_default();
            found.push((prefix.to_vec(), known_as));
        }
        syn::UseTree::Name(name) => {
            let name = name.ident.to_string();
            found.push((with(name.clone()), name));
        }
        syn::UseTree::Rename(rename) => {
            let known_as = rename.rename.to_string();
            match rename.ident.to_string().as_str() {
                "self" => found.push((prefix.to_vec(), known_as)),
                name => found.push((with(name.to_owned()), known_as)),
            }
        }
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let tokens = match &attribute.meta {
            syn::Meta::List(list) if attribute.path().is_ident("cfg") => list.tokens.to_string(),
            _ => return false,
        };
        tokens == "test" || tokens.starts_with("all (test")
    })
}

fn item_attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        _ => &[],
    }
}

/// First reading: what the names of a file stand for.
struct Imports {
    module: Vec<String>,
    aliases: HashMap<String, Vec<String>>,
}

impl<'ast> Visit<'ast> for Imports {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_test(item_attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let mut found = Vec::new();
        leaves(&item.tree, &[], &mut found);
        for (path, known_as) in found {
            self.aliases.insert(known_as, absolute(&self.module, &path));
        }
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        if let Some((_, rename)) = &item.rename {
            self.aliases
                .insert(rename.to_string(), vec![item.ident.to_string()]);
        }
    }
}

/// Second reading: what is mentioned.
struct Mentions {
    module: Vec<String>,
    aliases: HashMap<String, Vec<String>>,
    facts: Vec<Fact>,
}

impl Mentions {
    fn add(&mut self, line: usize, what: What) {
        self.facts.push(Fact { line, what });
    }

    fn path(&mut self, line: usize, path: &[String]) {
        let path = self.resolved(path);
        self.add(line, What::Path(path));
    }

    /// A path with its first name replaced by what it was imported as, however often renamed.
    fn resolved(&self, path: &[String]) -> Vec<String> {
        let mut path = absolute(&self.module, path);
        for _ in 0..MOST_RENAMES {
            let Some(full) = self.aliases.get(&path[0]) else {
                break;
            };
            let longer = absolute(&self.module, &[full, &path[1..]].concat());
            let settled = longer[0] == path[0];
            path = longer;
            if settled {
                break;
            }
        }
        path
    }

    /// Tokens of a macro or an attribute: paths, names, calls and texts in them.
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let punct = |at: usize, c: char| matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == c);
        let mut at = 0;
        while at < tokens.len() {
            let line = tokens[at].span().start().line;
            match &tokens[at] {
                TokenTree::Ident(ident) => {
                    let mut path = vec![ident.to_string()];
                    while punct(at + 1, ':') && punct(at + 2, ':') {
                        let Some(TokenTree::Ident(next)) = tokens.get(at + 3) else {
                            break;
                        };
                        path.push(next.to_string());
                        at += 3;
                    }
                    if path == ["async"] {
                        self.add(line, What::Async);
                    }
                    if punct(at + 1, '!') {
                        let name = path.last().cloned().unwrap_or_default();
                        self.add(line, What::Macro(name));
                    }
                    for name in &path {
                        self.add(line, What::Name(name.clone()));
                    }
                    self.path(line, &path);
                }
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Literal(literal) => {
                    if let Ok(syn::Lit::Str(text)) = syn::parse_str(&literal.to_string()) {
                        self.add(line, What::Text(text.value()));
                    }
                }
                TokenTree::Punct(_) => {}
            }
            at += 1;
        }
    }
}

fn names(path: &syn::Path) -> Vec<String> {
    path.segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect()
}

impl<'ast> Visit<'ast> for Mentions {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_test(item_attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let mut found = Vec::new();
        leaves(&item.tree, &[], &mut found);
        let line = item.span().start().line;
        for (path, _) in found {
            let path = absolute(&self.module, &path);
            self.add(line, What::Path(path));
        }
        visit::visit_item_use(self, item);
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        let line = item.span().start().line;
        self.add(line, What::Path(vec![item.ident.to_string()]));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.path(path.span().start().line, &names(path));
        visit::visit_path(self, path);
    }

    fn visit_ident(&mut self, ident: &'ast proc_macro2::Ident) {
        self.add(ident.span().start().line, What::Name(ident.to_string()));
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let name = names(&call.path).pop().unwrap_or_default();
        self.add(call.span().start().line, What::Macro(name));
        self.visit_path(&call.path);
        self.tokens(call.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if attribute.path().is_ident("doc") {
            return;
        }
        self.visit_path(attribute.path());
        let tokens = match &attribute.meta {
            syn::Meta::List(list) => list.tokens.clone(),
            syn::Meta::NameValue(pair) => return self.visit_expr(&pair.value),
            syn::Meta::Path(_) => return,
        };
        let of_clap = ["arg", "clap", "command"]
            .iter()
            .any(|name| attribute.path().is_ident(name));
        let names_env = tokens
            .clone()
            .into_iter()
            .any(|token| matches!(token, TokenTree::Ident(name) if name == "env"));
        if of_clap && names_env {
            self.add(attribute.span().start().line, What::ArgumentFromEnvironment);
        }
        self.tokens(tokens);
    }

    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.add(text.span().start().line, What::Text(text.value()));
    }

    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        if signature.asyncness.is_some() {
            self.add(signature.span().start().line, What::Async);
        }
        visit::visit_signature(self, signature);
    }

    fn visit_expr_async(&mut self, block: &'ast syn::ExprAsync) {
        self.add(block.span().start().line, What::Async);
        visit::visit_expr_async(self, block);
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        if closure.asyncness.is_some() {
            self.add(closure.span().start().line, What::Async);
        }
        visit::visit_expr_closure(self, closure);
    }
}
