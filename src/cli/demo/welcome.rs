//! What a demonstration says when it is ready: where it is, who may sign in, what to do first.

use serde_json::json;

use super::Shown;
use super::home::Home;
use super::staff::{POSTS, Told};
use crate::app::caller::Role;
use crate::cli::print::Output;
use crate::cli::serve::announce;

/// What to do first, in both languages.
const STEPS: [(&str, &str); 5] = [
    (
        "以 zhiban 登录控制台：总览给出建议级别、理由和下一级还差什么",
        "sign in to the console as zhiban: the overview proposes a level, says why, and what the next one lacks",
    ),
    (
        "据建议拟发通知：涉及企业和减排量随即可见；记录会商，报签",
        "draft a notice on the proposal: whom it concerns and what it cuts is seen at once; record the consultation, submit",
    ),
    (
        "换一个浏览器或无痕窗口，以 qianfa 登录并批准（起草人不能批准自己的通知）",
        "in another browser, or a private window, sign in as qianfa and approve it: nobody approves a draft of his own",
    ),
    (
        "zhiban 核对方案后发布：每家企业得到自己的指令",
        "zhiban looks the plan over and issues it: every enterprise gets an order of its own",
    ),
    (
        "在收件箱打开任一封信，点开其中的链接签收，再看总览的计数",
        "open any letter in the inbox, follow its link, acknowledge, and watch the counts of the overview",
    ),
];

pub(super) fn print(
    out: &mut Output,
    json: bool,
    url: &str,
    home: &Home,
    shown: &Shown,
) -> std::io::Result<()> {
    announce(out, url, json)?;
    if json {
        objects(out, url, home, shown)?;
    } else {
        lines(out, url, home, shown)?;
    }
    out.finish()
}

fn objects(out: &mut Output, url: &str, home: &Home, shown: &Shown) -> std::io::Result<()> {
    out.json(&json!({ "type": "inbox", "url": shown.inbox }))?;
    out.json(&json!({ "type": "console", "url": console(url) }))?;
    out.json(&json!({
        "type": "data", "dir": home.path(), "kept": home.is_kept(), "again": shown.again,
        "enterprises": shown.enterprises,
    }))?;
    for Told {
        post,
        password,
        token,
    } in &shown.accounts
    {
        out.json(&json!({
            "type": "account", "name": post.name, "role": post.role, "region": post.region,
            "title": post.title, "password": password, "token": token,
        }))?;
    }
    for (zh, en) in STEPS {
        out.json(&json!({ "type": "step", "zh": zh, "en": en }))?;
    }
    out.json(&json!({ "type": "ready" }))
}

fn lines(out: &mut Output, url: &str, home: &Home, shown: &Shown) -> std::io::Result<()> {
    out.line("")?;
    out.line(format_args!(
        "晴空演示 · 许昌 · 虚构企业 {} 家 / Qingkong demo: Xuchang, {} enterprises, all made up",
        shown.enterprises, shown.enterprises
    ))?;
    out.line(
        "2015年1月的真实污染过程，日期平移，按现行标准重算 / the real episode of January 2015, \
         re-dated, recomputed",
    )?;
    out.line("")?;
    out.line(format_args!("  控制台 console  {}", console(url)))?;
    out.line(format_args!("  收件箱 inbox    {}", shown.inbox))?;
    out.line(format_args!("  数据   data     {}", data(home)))?;
    out.line("")?;
    out.line(if shown.again {
        "接着上次的演示，没有重新导入；口令已换新，只显示这一次 / going on with the last \
         demonstration, nothing was taken in again; new passwords, shown this once"
    } else {
        "账号与口令，只显示这一次 / accounts and passwords, shown this once"
    })?;
    for told in &shown.accounts {
        let role = role(told.post.role);
        out.line(format_args!(
            "  {:<8} {}  {role} {}",
            told.post.name, told.password, told.post.title
        ))?;
    }
    out.line("")?;
    out.line("先做什么 / what to do first")?;
    for (nth, (zh, en)) in (1..).zip(STEPS) {
        out.line(format_args!("  {nth}. {zh}"))?;
        out.line(format_args!("     {en}"))?;
    }
    out.line("")?;
    out.line("按 Ctrl-C 结束 / Ctrl-C ends it")
}

fn console(url: &str) -> String {
    format!("{url}/")
}

fn data(home: &Home) -> String {
    let path = home.path().display();
    if home.is_kept() {
        format!("{path}")
    } else {
        format!("{path}（结束时删除 / removed at the end）")
    }
}

/// A role, as wide as the widest of them.
fn role(role: Role) -> String {
    let widest = POSTS.iter().map(|post| post.role.to_string().len()).max();
    format!("{:<width$}", role.to_string(), width = widest.unwrap_or(0))
}
