//! The words of the command line, of files and of mails.

pub use custos_verify::{Language, Message, Words};

/// The command line's own words, and those it shares with the page and with the verifier: roles, findings, refusals,
/// fields, imports; and those of mails and of documents.
fn texts(language: Language) -> [&'static str; 14] {
    match language {
        Language::Chinese => [
            include_str!("../../../../locales/zh-CN/cli.ftl"),
            include_str!("../../../../locales/zh-CN/account.ftl"),
            include_str!("../../../../locales/zh-CN/app.ftl"),
            include_str!("../../../../locales/zh-CN/audit.ftl"),
            include_str!("../../../../locales/zh-CN/errors.ftl"),
            include_str!("../../../../locales/zh-CN/fields.ftl"),
            include_str!("../../../../locales/zh-CN/findings.ftl"),
            include_str!("../../../../locales/zh-CN/imports.ftl"),
            include_str!("../../../../locales/zh-CN/keys.ftl"),
            include_str!("../../../../locales/zh-CN/papers.ftl"),
            include_str!("../../../../locales/zh-CN/reviews.ftl"),
            include_str!("../../../../locales/zh-CN/unsealing.ftl"),
            include_str!("../../../../locales/zh-CN/messages.ftl"),
            include_str!("../../../../locales/zh-CN/verify.ftl"),
        ],
        Language::English => [
            include_str!("../../../../locales/en/cli.ftl"),
            include_str!("../../../../locales/en/account.ftl"),
            include_str!("../../../../locales/en/app.ftl"),
            include_str!("../../../../locales/en/audit.ftl"),
            include_str!("../../../../locales/en/errors.ftl"),
            include_str!("../../../../locales/en/fields.ftl"),
            include_str!("../../../../locales/en/findings.ftl"),
            include_str!("../../../../locales/en/imports.ftl"),
            include_str!("../../../../locales/en/keys.ftl"),
            include_str!("../../../../locales/en/papers.ftl"),
            include_str!("../../../../locales/en/reviews.ftl"),
            include_str!("../../../../locales/en/unsealing.ftl"),
            include_str!("../../../../locales/en/messages.ftl"),
            include_str!("../../../../locales/en/verify.ftl"),
        ],
    }
}

/// Loads a language.
pub fn load(language: Language) -> Words {
    Words::of(language, &texts(language))
}

#[cfg(test)]
mod tests;
