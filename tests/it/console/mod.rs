//! The console as a browser without scripts meets it: pages read, forms sent, redirects followed.

mod advisory;
mod docs;
mod information;
pub(crate) mod officer;
mod seats;

use std::collections::HashMap;

use qingkong::app::account::NewAccount;
use qingkong::app::caller::Role;
use qingkong::app::{App, Caller};
use reqwest::{Method, StatusCode, header};

use crate::world::{PASSWORD, REGION, Visitor};

/// A person before a browser: where they are, and what they see.
pub(crate) struct Person {
    visitor: Visitor,
    pub(crate) address: String,
    pub(crate) page: String,
    pub(crate) status: StatusCode,
}

impl Person {
    /// Somebody who has signed in.
    pub(crate) async fn signed_in(visitor: &Visitor, name: &str) -> Self {
        let mut visitor = visitor.clone();
        visitor.sign_in(name, PASSWORD).await;
        Self::at_the_door(visitor)
    }

    /// Somebody who has not.
    pub(crate) fn at_the_door(visitor: Visitor) -> Self {
        Self {
            visitor,
            address: String::new(),
            page: String::new(),
            status: StatusCode::OK,
        }
    }

    /// Opens an address, and follows where it leads.
    pub(crate) async fn open(&mut self, address: &str) -> &mut Self {
        self.send(Method::GET, address, None).await
    }

    /// Sends the form whose `action` begins so, with its fields as the page has them, but for
    /// those given.
    pub(crate) async fn submit(&mut self, action: &str, fields: &[(&str, &str)]) -> &mut Self {
        let form = self.form(action);
        let mut values = form.values;
        for (name, value) in fields {
            values.insert((*name).to_owned(), (*value).to_owned());
        }
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&values)
            .finish();
        self.send(
            Method::POST,
            action,
            Some((body, form.multipart.then_some(values))),
        )
        .await
    }

    async fn send(
        &mut self,
        method: Method,
        address: &str,
        body: Option<(String, Option<HashMap<String, String>>)>,
    ) -> &mut Self {
        let mut request = self
            .visitor
            .request(method, address)
            .header(header::ACCEPT, "text/html");
        request = match body {
            None => request,
            Some((_, Some(fields))) => {
                let (kind, body) = multipart(&fields);
                request.header(header::CONTENT_TYPE, kind).body(body)
            }
            Some((body, None)) => request
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(body),
        };
        let answer = request.send().await.unwrap();
        let leads = answer.headers().get(header::LOCATION).cloned();
        if answer.status().is_redirection() {
            let leads = leads.unwrap().to_str().unwrap().to_owned();
            return Box::pin(self.send(Method::GET, &leads, None)).await;
        }
        address.clone_into(&mut self.address);
        self.status = answer.status();
        self.page = answer.text().await.unwrap();
        assert!(
            !self.page.contains('⟦'),
            "{address}: a text is missing\n{}",
            self.page
        );
        self
    }

    /// The address of the first link whose words or address hold this.
    pub(crate) fn link(&self, holds: &str) -> String {
        let links = self
            .page
            .split("<a ")
            .skip(1)
            .map(|link| link.split("</a>").next().unwrap());
        let mut found = links.filter(|link| link.contains(holds));
        let link = found
            .next()
            .unwrap_or_else(|| panic!("no link {holds}\n{}", self.page));
        attribute(link, "href").unwrap()
    }

    fn form(&self, action: &str) -> Form {
        let forms = self.page.split("<form ").skip(1);
        let mut found = forms.map(|form| form.split("</form>").next().unwrap());
        let form = found
            .find(|form| attribute(form, "action").is_some_and(|it| it == action))
            .or_else(|| {
                // A button may send another form elsewhere.
                let button = format!("formaction=\"{action}\"");
                let at = self.page.find(&button)?;
                let button = &self.page[self.page[..at].rfind('<')?..at];
                let id = attribute(button, "form")?;
                let forms = self.page.split("<form ").skip(1);
                forms
                    .map(|form| form.split("</form>").next().unwrap())
                    .find(|form| attribute(form, "id").as_ref() == Some(&id))
            })
            .unwrap_or_else(|| panic!("no form to {action}\n{}", self.page));
        Form {
            multipart: form.contains("multipart/form-data"),
            values: values(form),
        }
    }
}

/// A form of a page.
struct Form {
    multipart: bool,
    values: HashMap<String, String>,
}

/// What a browser would send of a form that nobody touches.
fn values(form: &str) -> HashMap<String, String> {
    let mut values = HashMap::new();
    for tag in form.split('<').skip(1) {
        let (tag, after) = tag.split_once('>').unwrap_or((tag, ""));
        let Some(name) = attribute(tag, "name") else {
            continue;
        };
        let kind = attribute(tag, "type").unwrap_or_default();
        if tag.starts_with("textarea") {
            values.insert(name, text(after));
        } else if tag.starts_with("select") {
            let options = form.split(&format!("name=\"{name}\"")).nth(1).unwrap();
            let options = options.split("</select>").next().unwrap();
            let chosen = options.split("<option ").skip(1);
            let chosen: Vec<&str> = chosen.collect();
            let selected = chosen
                .iter()
                .find(|it| it.split('>').next().unwrap().contains("selected"));
            if let Some(option) = selected.or(chosen.first()) {
                values.insert(name, attribute(option, "value").unwrap_or_default());
            }
        } else if tag.starts_with("input") && kind != "file" {
            let ticked = !matches!(kind.as_str(), "radio" | "checkbox") || tag.contains(" checked");
            if ticked {
                values.insert(name, attribute(tag, "value").unwrap_or_default());
            }
        }
    }
    values
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let tag = tag.split('>').next()?;
    let marked = format!(" {tag}");
    let after = marked.split(&format!(" {name}=\"")).nth(1)?;
    Some(text(after.split('"').next()?))
}

fn text(markup: &str) -> String {
    let entities = [
        ("&#38;", "&"),
        ("&amp;", "&"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
    ];
    let plain = entities
        .into_iter()
        .fold(markup.to_owned(), |text, (entity, letter)| {
            text.replace(entity, letter)
        });
    plain.trim_start_matches('\n').to_owned()
}

fn multipart(fields: &HashMap<String, String>) -> (String, String) {
    const BOUNDARY: &str = "qingkong-test-boundary";
    let parts = fields.iter().map(|(name, value)| {
        format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        )
    });
    let body = parts.chain([format!("--{BOUNDARY}--\r\n")]).collect();
    (format!("multipart/form-data; boundary={BOUNDARY}"), body)
}

/// An account of a region below the city's own.
pub(crate) async fn account(app: &App, name: &str, role: Role, title: Option<&str>) {
    let account = NewAccount {
        name: name.to_owned(),
        password: PASSWORD.to_owned(),
        role,
        region: REGION.parse().unwrap(),
        recipient: None,
        title: title.map(str::to_owned),
    };
    app.add_account(&Caller::operator(), account, None)
        .await
        .unwrap();
}
