//! The pages in a real browser: the officer's path, with scripts and without, by mouse and by
//! keyboard alone, and whether every page is sound where it is shown.
//!
//! Everything goes through one [`Browser`], which acts as a person does, by the words on the page,
//! and waits for what is to come about, never for a time.

mod advisory;
mod chromium;
mod keyboard;
mod officer;
mod orders;
mod outlook;
mod paper;
mod soundness;
mod tour;
mod words;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::key::Key;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use self::chromium::{Beyond, Session};
use self::words::Words;
use crate::stories::sinks::until;
use crate::world::{PASSWORD, World};

/// A desk of the duty room.
const DESK: (u32, u32) = (1440, 900);

/// A phone held upright.
const PHONE: (u32, u32) = (390, 844);

/// A browser in front of a person, at the pages of one node.
pub(crate) struct Browser {
    session: Session,
    url: String,
    /// How often something was pressed: a link, a button, a box.
    presses: AtomicUsize,
}

impl Browser {
    /// A browser at a desk.
    pub(crate) async fn open(world: &World) -> Self {
        Self::with(world, &[]).await
    }

    /// One that runs no scripts.
    pub(crate) async fn without_scripts(world: &World) -> Self {
        Self::with(world, &["--blink-settings=scriptEnabled=false"]).await
    }

    async fn with(world: &World, arguments: &[&str]) -> Self {
        let browser = Self {
            session: Session::begin(arguments).await,
            url: world.service.url.clone(),
            presses: AtomicUsize::new(0),
        };
        browser.resize(DESK).await;
        browser
    }

    fn client(&self) -> &Client {
        &self.session.client
    }

    /// Gives the page so many pixels.
    pub(crate) async fn resize(&self, (width, height): (u32, u32)) {
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600,
        });
        let command = json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": metrics });
        let command = Beyond::new("goog/cdp/execute", command);
        self.client().issue_cmd(command).await.unwrap();
    }

    /// Opens a path of the node, or an address.
    pub(crate) async fn visit(&self, address: &str) {
        let address = if address.starts_with('/') {
            format!("{}{address}", self.url)
        } else {
            address.to_owned()
        };
        self.client().goto(&address).await.unwrap();
    }

    /// Signs in at the form, from wherever it was shown.
    pub(crate) async fn sign_in(&self, words: &Words, name: &str) {
        self.fill(words.name, name).await;
        self.fill(words.password, PASSWORD).await;
        self.follow(words.sign_in).await;
    }

    /// The path and the query of the address.
    pub(crate) async fn address(&self) -> String {
        let address = self.client().current_url().await.unwrap();
        let query = address.query().map(|query| format!("?{query}"));
        format!("{}{}", address.path(), query.unwrap_or_default())
    }

    /// Everything that can be read on the page.
    pub(crate) async fn text(&self) -> String {
        let text = self.ask("return document.body.innerText").await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Sees words on the page as it stands.
    pub(crate) async fn sees(&self, words: &str) {
        let text = self.text().await;
        let address = self.address().await;
        assert!(text.contains(words), "{address}: no {words}\n{text}");
    }

    /// What can be read in one place.
    pub(crate) async fn reads(&self, css: &str) -> String {
        let place = self.find(Locator::Css(css)).await;
        place.text().await.unwrap()
    }

    /// How often something is on the page.
    pub(crate) async fn count(&self, css: &str) -> usize {
        self.client()
            .find_all(Locator::Css(css))
            .await
            .unwrap()
            .len()
    }

    /// Waits until one place reads so.
    pub(crate) async fn waits_for(&self, css: &str, text: &str) {
        let what = format!("{css} reads {text}");
        until(&what, async || {
            let place = self.client().find(Locator::Css(css)).await;
            match place {
                Ok(place) => place.text().await.is_ok_and(|reads| reads == text),
                Err(_) => false,
            }
        })
        .await;
    }

    /// Presses the one filled button of the page, and waits for the page it leads to.
    pub(crate) async fn follow_primary(&self) {
        assert_eq!(self.count(".primary").await, 1, "one filled button");
        let button = self.reads(".primary").await;
        self.follow(&button).await;
    }

    /// Presses a link or a button, and waits for the page it leads to.
    pub(crate) async fn follow(&self, words: &str) {
        let before = self.document().await;
        self.press(words).await;
        self.arrives_from(&before).await;
    }

    /// Presses a link, a button, a box or the fold of something, and stays on the page.
    pub(crate) async fn press(&self, words: &str) {
        let pressed = format!(
            "//*[self::a or self::button or self::summary or self::label]\
             [normalize-space()=\"{words}\"]"
        );
        let pressed = self.find(Locator::XPath(&pressed)).await;
        pressed
            .click()
            .await
            .unwrap_or_else(|error| panic!("{words} cannot be pressed: {error}"));
        self.presses.fetch_add(1, Ordering::Relaxed);
    }

    /// How often something was pressed so far.
    pub(crate) fn presses(&self) -> usize {
        self.presses.load(Ordering::Relaxed)
    }

    /// Writes into a field, which is found by its label.
    pub(crate) async fn fill(&self, label: &str, text: &str) {
        let field = self.field(label).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Chooses from a list, which is found by its label.
    pub(crate) async fn choose(&self, label: &str, words: &str) {
        let list = self.field(label).await;
        list.select_by_label(words).await.unwrap();
    }

    /// Chooses a file.
    pub(crate) async fn attach(&self, label: &str, file: &Path) {
        let path = file.to_str().unwrap();
        self.field(label).await.send_keys(path).await.unwrap();
    }

    /// The field that a label is for, or that stands in it.
    async fn field(&self, label: &str) -> Element {
        let labelled = format!("//label[starts-with(normalize-space(), \"{label}\")]");
        let label = self.find(Locator::XPath(&labelled)).await;
        match label.attr("for").await.unwrap() {
            Some(id) => self.find(Locator::Id(&id)).await,
            None => label
                .find(Locator::Css("input, select, textarea"))
                .await
                .unwrap(),
        }
    }

    async fn find(&self, locator: Locator<'_>) -> Element {
        match self.client().find(locator).await {
            Ok(found) => found,
            Err(error) => {
                let (address, text) = (self.address().await, self.text().await);
                panic!("{address}: {error}: {locator:?}\n{text}")
            }
        }
    }

    /// Types wherever the focus is.
    pub(crate) async fn type_text(&self, text: &str) {
        let focused = self.client().active_element().await.unwrap();
        focused.send_keys(text).await.unwrap();
    }

    /// Presses a key wherever the focus is.
    pub(crate) async fn key(&self, key: Key) {
        self.type_text(&char::from(key).to_string()).await;
    }

    /// Presses a key that leads to another page, and waits for that.
    pub(crate) async fn key_through(&self, key: Key) {
        let before = self.document().await;
        self.key(key).await;
        self.arrives_from(&before).await;
    }

    /// Goes back in the history.
    pub(crate) async fn back(&self) {
        self.client().back().await.unwrap();
    }

    /// Goes forward again.
    pub(crate) async fn forward(&self) {
        self.client().forward().await.unwrap();
    }

    /// The page as loaded: another load is another document, a swap is not.
    pub(crate) async fn document(&self) -> Element {
        self.find(Locator::Css("html")).await
    }

    /// Whether a page that was loaded is still there.
    pub(crate) async fn keeps(&self, document: &Element) -> bool {
        document.tag_name().await.is_ok()
    }

    async fn arrives_from(&self, before: &Element) {
        until("another page stands whole", async || {
            !self.keeps(before).await && self.stands().await
        })
        .await;
    }

    async fn stands(&self) -> bool {
        let state = self.look("return document.readyState").await;
        state.is_ok_and(|state| state == "complete")
    }

    /// What a function body answers on the page. A browser without scripts runs ours all the same.
    pub(crate) async fn ask(&self, script: &str) -> Value {
        self.look(script).await.unwrap()
    }

    /// The same where the page may be gone by then.
    pub(crate) async fn look(&self, script: &str) -> Result<Value, CmdError> {
        self.client().execute(script, vec![]).await
    }

    /// What the browser has complained about since it was last asked, but for a refusal of the
    /// page itself, which is an answer.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let page = self.client().current_url().await.unwrap();
        let log = Beyond::new("se/log", json!({ "type": "browser" }));
        let log = self.client().issue_cmd(log).await.unwrap();
        let entries = log.as_array().unwrap().iter();
        entries
            .map(|entry| entry["message"].as_str().unwrap().to_owned())
            .filter(|said| !said.starts_with(&format!("{page} - Failed to load resource")))
            .collect()
    }
}
