//! Every page in every state, in both languages: what it says, and that it is sound markup.
//!
//! The snapshots hold what stands between `<main>` and `</main>` (the whole body on the phone); the
//! frame around it has snapshots of its own. The observed days of the samples are 许昌 in January
//! 2015 (index of PM2.5 by HJ 633, means of the aqistudy history), re-dated to November 2026.

mod advisories;
mod catalogues;
mod contrast;
pub(crate) mod markup;
mod samples;

use qingkong::i18n::Language;

/// What a page says apart from its frame.
fn body(page: &str) -> &str {
    let (open, close) = if page.contains("<main") {
        ("<main", "</main>")
    } else {
        ("<body", "</body>")
    };
    let from = page.find(open).unwrap();
    let until = page.find(close).unwrap() + close.len();
    &page[from..until]
}

fn snapshot(name: &str, language: Language, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    // An asset's address may carry a part of its digest, which is no business of a page's text.
    settings.add_filter(r"/assets/(\w+)\.[0-9a-f]+\.(\w+)", "/assets/$1.$2");
    settings.bind(|| insta::assert_snapshot!(format!("{name}.{}", language.as_str()), text));
}

#[test]
fn every_page_says_what_it_is_meant_to_say() {
    for language in Language::ALL {
        for (name, page) in samples::all(language) {
            assert!(!page.contains('⟦'), "{name}: a text is missing\n{page}");
            snapshot(name, language, body(&page));
        }
    }
}

#[test]
fn the_frame_says_who_is_signed_in_and_what_is_in_force() {
    for language in Language::ALL {
        let page = samples::page("overview", language);
        let frame = page.replace(body(&page), "…");
        snapshot("frame", language, &frame);
    }
}

#[test]
fn the_outlook_chart_shows_gaps_ranges_lines_and_the_warning() {
    for language in Language::ALL {
        for (name, chart) in samples::charts() {
            let drawn = chart.markup(language);
            markup::check(&drawn).unwrap_or_else(|fault| panic!("{name}: {fault}\n{drawn}"));
            snapshot(name, language, &drawn);
        }
    }
}

#[test]
fn every_page_is_sound_markup_without_inline_styles_or_scripts() {
    for language in Language::ALL {
        for (name, page) in samples::all(language) {
            markup::check(&page).unwrap_or_else(|fault| panic!("{name}: {fault}\n{page}"));
        }
    }
}

#[test]
fn the_phone_page_and_its_style_sheet_stay_under_thirty_kilobytes() {
    let style = include_str!("../../../src/web/assets/phone.css");
    for language in Language::ALL {
        for (name, page) in samples::all(language) {
            if name.starts_with("phone") {
                let bytes = page.len() + style.len();
                assert!(bytes <= 30_000, "{name}: {bytes} bytes");
                assert!(!page.contains("<script"), "{name}: carries a script");
            }
        }
    }
}

#[test]
fn opening_the_phone_page_can_acknowledge_nothing() {
    for (name, page) in samples::all(Language::Zh) {
        if name.starts_with("phone") {
            let forms = page.matches("<form").count();
            let posts = page.matches("<form method=\"post\"").count();
            assert_eq!(forms, posts, "{name}: a form that is not a POST");
            assert!(!page.contains("<img"), "{name}: asks for a picture");
        }
    }
}
