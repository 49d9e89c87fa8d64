//! The interface as a page to be read and searched: every operation, and every form it speaks of.
//! It carries no script.

use askama::Template;

use crate::i18n::Language;

/// The page of the interface.
#[derive(Clone, Debug, Template)]
#[template(path = "docs.html", config = ".askama.toml")]
pub struct DocsPage {
    /// The language of what stands around; the interface itself speaks English.
    pub language: Language,
    /// What all of it is.
    pub says: String,
    /// Operations by what they are about.
    pub groups: Vec<Group>,
    /// The forms of bodies and answers, by name.
    pub schemas: Vec<Schema>,
}

/// Operations about one thing.
#[derive(Clone, Debug)]
pub struct Group {
    /// What it is.
    pub name: String,
    /// What it means.
    pub says: String,
    /// The operations.
    pub operations: Vec<Operation>,
}

/// One operation.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its name, by which it can be linked to.
    pub id: String,
    /// `POST`.
    pub method: String,
    /// `/api/v1/orders/{order}`.
    pub path: String,
    /// What it does.
    pub says: String,
    /// What stands in its address and headers.
    pub parameters: Vec<Field>,
    /// What it takes: a media type and a form.
    pub bodies: Vec<(String, Form)>,
    /// What it answers: a status, what that means, and a form.
    pub answers: Vec<(String, String, Form)>,
}

/// A parameter, or a property of a form.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name; within a form without a name of its own, the way to it: `items[].name`.
    pub name: String,
    /// Its form.
    pub form: Form,
    /// Whether it has to be there.
    pub required: bool,
    /// What it means.
    pub says: String,
}

/// The form of a value in words, and the schema it is described by.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// `integer`, `list of`.
    pub words: String,
    /// The name of a schema.
    pub schema: Option<String>,
}

/// A form with a name.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Its name.
    pub name: String,
    /// What it means.
    pub says: String,
    /// What it can be: one way, or one of several.
    pub ways: Vec<Way>,
}

/// One way a schema can be.
#[derive(Clone, Debug)]
pub struct Way {
    /// What it means, where there are several.
    pub says: String,
    /// Its properties.
    pub fields: Vec<Field>,
}
