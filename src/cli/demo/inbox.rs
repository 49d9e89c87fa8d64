//! What the sinks have received, the newest letters of it: everything is counted, not everything
//! is kept.
//!
//! A letter is read once, when it arrives, and kept as it will be shown. The inbox is memory and
//! nothing else; a demonstration that ends forgets it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use chrono::{DateTime, Utc};

/// How many letters are kept.
const KEPT: usize = 5_000;

/// How many bytes of letters are kept, whatever their number.
const KEPT_BYTES: usize = 64 << 20;

/// The letters received; clones share them.
#[derive(Clone, Default)]
pub(super) struct Inbox(Arc<Mutex<Received>>);

#[derive(Default)]
struct Received {
    /// The newest, in the order in which they came.
    kept: VecDeque<Arc<Letter>>,
    bytes: usize,
    /// How many came.
    total: u64,
}

/// A letter as it was received.
#[derive(Debug)]
pub(super) struct Letter {
    /// Its number: the first letter is 1.
    pub(super) number: u64,
    pub(super) read: ReadLetter,
}

/// What a letter says.
#[derive(Clone, Debug)]
pub(super) struct ReadLetter {
    /// When it came.
    pub(super) at: DateTime<Utc>,
    /// How it came.
    pub(super) came: Came,
    /// Whose letter it is: an enterprise or an office, else as `to`.
    pub(super) recipient: String,
    /// Where it was sent: a person's mailbox, or an endpoint.
    pub(super) to: String,
    pub(super) subject: String,
    /// Header lines worth showing, decoded.
    pub(super) headers: Vec<(String, String)>,
    /// Its plain text, or the body of a webhook.
    pub(super) text: String,
    /// Its HTML, where it has some.
    pub(super) html: Option<String>,
}

/// How a letter came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// Over SMTP.
    ByMail,
    /// Over HTTP, with a signature.
    ByWebhook(Signature),
}

/// What became of checking a webhook's signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signature {
    /// It is right.
    Right,
    /// It is wrong.
    Wrong,
    /// Nothing in the letter says by whose secret to check.
    Unchecked,
}

/// A part of the list: the newest letters first.
#[derive(Debug)]
pub(super) struct Page {
    /// How many letters came.
    pub(super) total: u64,
    /// How many of those kept match the search.
    pub(super) matching: usize,
    pub(super) letters: Vec<Arc<Letter>>,
    /// Whether letters older than these match.
    pub(super) more: bool,
}

impl Inbox {
    /// Keeps a letter; the oldest make room for it.
    pub(super) fn put(&self, read: ReadLetter) -> u64 {
        let mut received = self.received();
        received.total += 1;
        let number = received.total;
        received.bytes += read.size();
        received.kept.push_back(Arc::new(Letter { number, read }));
        while received.kept.len() > KEPT || received.bytes > KEPT_BYTES {
            let Some(oldest) = received.kept.pop_front() else {
                break;
            };
            received.bytes -= oldest.read.size();
        }
        number
    }

    /// The letter with a number, if it is still kept.
    pub(super) fn find(&self, number: u64) -> Option<Arc<Letter>> {
        let received = self.received();
        let first = received.kept.front()?.number;
        let at = usize::try_from(number.checked_sub(first)?).ok()?;
        received.kept.get(at).cloned()
    }

    /// Up to `most` letters that contain `words`, among those that came before the one numbered
    /// `before`.
    pub(super) fn page(&self, words: &str, before: Option<u64>, most: usize) -> Page {
        // The list is copied, so that letters may come while it is searched.
        let (total, kept) = {
            let received = self.received();
            let kept: Vec<_> = received.kept.iter().rev().cloned().collect();
            (received.total, kept)
        };
        let words = words.trim().to_lowercase();
        let matching: Vec<_> = kept
            .into_iter()
            .filter(|letter| letter.read.contains(&words))
            .collect();
        let from = before.map_or(0, |before| {
            matching.partition_point(|letter| letter.number >= before)
        });
        let letters: Vec<_> = matching[from..].iter().take(most).cloned().collect();
        Page {
            total,
            matching: matching.len(),
            more: from + letters.len() < matching.len(),
            letters,
        }
    }

    fn received(&self) -> MutexGuard<'_, Received> {
        self.0
            .lock()
            .expect("nothing panics while it holds the inbox")
    }
}

impl ReadLetter {
    /// About how much memory it takes.
    fn size(&self) -> usize {
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| name.len() + value.len());
        self.recipient.len()
            + self.to.len()
            + self.subject.len()
            + self.text.len()
            + self.html.as_ref().map_or(0, String::len)
            + headers.sum::<usize>()
    }

    /// Whether it says these words, given in lower case.
    fn contains(&self, words: &str) -> bool {
        words.is_empty()
            || [&self.recipient, &self.to, &self.subject, &self.text]
                .into_iter()
                .any(|text| text.to_lowercase().contains(words))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(crate) fn letter(subject: &str) -> ReadLetter {
        ReadLetter {
            at: "2026-11-24T12:00:00Z".parse().unwrap(),
            came: Came::ByMail,
            recipient: "示例·禹州市1号水泥厂（虚构）".to_owned(),
            to: "示例联系人1 <XC-000001@demo.invalid>".to_owned(),
            subject: subject.to_owned(),
            headers: Vec::new(),
            text: "请签收。".to_owned(),
            html: None,
        }
    }

    fn numbers(page: &Page) -> Vec<u64> {
        page.letters.iter().map(|letter| letter.number).collect()
    }

    #[test]
    fn the_newest_are_kept_and_all_are_counted() {
        let inbox = Inbox::default();
        for _ in 0..KEPT + 3 {
            inbox.put(letter("指令"));
        }
        let page = inbox.page("", None, 2);
        assert_eq!((page.total, page.matching), (KEPT as u64 + 3, KEPT));
        assert_eq!(numbers(&page), [KEPT as u64 + 3, KEPT as u64 + 2]);
        assert!(inbox.find(3).is_none(), "it made room");
        assert_eq!(inbox.find(4).unwrap().number, 4);
        assert!(inbox.find(KEPT as u64 + 4).is_none(), "it has not come");
    }

    #[test]
    fn large_letters_make_room_earlier() {
        let inbox = Inbox::default();
        let large = |text: usize| ReadLetter {
            text: "x".repeat(text),
            ..letter("大")
        };
        for _ in 0..3 {
            inbox.put(large(KEPT_BYTES / 2 - 100));
        }
        assert_eq!(inbox.page("", None, 9).matching, 2);
        assert_eq!(inbox.page("", None, 9).total, 3);
    }

    #[test]
    fn a_page_goes_on_where_the_last_one_ended_whatever_came_since() {
        let inbox = Inbox::default();
        for _ in 0..5 {
            inbox.put(letter("指令"));
        }
        let first = inbox.page("", None, 2);
        assert_eq!((numbers(&first), first.more), (vec![5, 4], true));
        inbox.put(letter("指令"));
        let second = inbox.page("", Some(4), 2);
        assert_eq!((numbers(&second), second.more), (vec![3, 2], true));
        let last = inbox.page("", Some(2), 2);
        assert_eq!((numbers(&last), last.more), (vec![1], false));
    }

    #[test]
    fn words_are_looked_for_in_what_a_letter_says_whatever_their_case() {
        let inbox = Inbox::default();
        inbox.put(letter("减排指令"));
        inbox.put(letter("属地任务"));
        assert_eq!(numbers(&inbox.page("指令", None, 9)), [1]);
        assert_eq!(numbers(&inbox.page(" xc-000001 ", None, 9)), [2, 1]);
        assert_eq!(inbox.page("没有", None, 9).matching, 0);
    }
}
