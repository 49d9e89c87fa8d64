//! What a page says when it cannot be had.

use askama::Template;
use qingkong::i18n::Language;
use qingkong::web::pages::problem::{ProblemKind, ProblemPage};

use super::owned;

pub(super) fn all(language: Language) -> Vec<(&'static str, String)> {
    let page = |kind, detail: &str| {
        ProblemPage {
            language,
            kind,
            detail: owned(detail),
            reference: owned("7k3m-92qx"),
        }
        .render()
        .unwrap()
    };
    vec![
        ("problem-not-found", page(ProblemKind::NotFound, "")),
        ("problem-forbidden", page(ProblemKind::Forbidden, "")),
        (
            "problem-conflict",
            page(ProblemKind::Conflict, "清单已更新为 2026-11-23 第 2 版"),
        ),
        ("problem-invalid", page(ProblemKind::Invalid, "")),
        ("problem-unavailable", page(ProblemKind::Unavailable, "")),
        ("problem-internal", page(ProblemKind::Internal, "")),
    ]
}
