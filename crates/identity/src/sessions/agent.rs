//! What a browser says it is, as far as a person needs it to recognise a device.
//!
//! A `User-Agent` is free text of whoever sends it, and long. All that is kept of it is two words of closed lists; it
//! proves nothing and decides nothing.

use axum::http::{HeaderMap, header};
use serde::Serialize;
use utoipa::ToSchema;

/// How much of a `User-Agent` is looked at, in bytes.
const MAX_LOOKED_AT: usize = 512;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $variant:ident = $word:literal: [$($sign:literal),*],)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
        pub(crate) enum $name {
            $($(#[$word_doc])* #[serde(rename = $word)] $variant,)+
            /// Another, or none that is known.
            #[serde(rename = "other")]
            Other,
        }

        impl $name {
            /// The first of the list one of whose signs occurs: those that claim to be others too stand before them.
            fn of(agent: &str) -> Self {
                $(if [$($sign),*].iter().any(|sign: &&str| agent.contains(*sign)) {
                    return Self::$variant;
                })+
                Self::Other
            }

            fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other => "other",
                }
            }

            /// What a later version may have stored and this one does not know is something else.
            fn from_word(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)+
                    _ => Self::Other,
                }
            }
        }
    };
}

words! {
    /// A browser, or the app that shows the page.
    Browser {
        /// WeCom.
        WeCom = "wecom": ["wxwork/"],
        /// WeChat.
        WeChat = "wechat": ["MicroMessenger/"],
        /// DingTalk.
        DingTalk = "dingtalk": ["DingTalk"],
        /// Feishu, or Lark.
        Feishu = "feishu": ["Feishu/", "Lark/"],
        /// QQ Browser.
        Qq = "qq": ["QQBrowser/"],
        /// 360.
        Qihoo = "qihoo": ["QIHU 360", "360SE", "360EE", "QihooBrowser"],
        /// UC.
        Uc = "uc": ["UCBrowser/", "UBrowser/"],
        /// Huawei's browser.
        Huawei = "huawei": ["HuaweiBrowser/", "ArkWeb/"],
        /// Xiaomi's browser.
        Xiaomi = "xiaomi": ["MiuiBrowser/"],
        /// Samsung's browser.
        Samsung = "samsung": ["SamsungBrowser/"],
        /// Edge.
        Edge = "edge": ["Edg/", "EdgA/", "EdgiOS/"],
        /// Opera.
        Opera = "opera": ["OPR/"],
        /// Firefox.
        Firefox = "firefox": ["Firefox/", "FxiOS/"],
        /// Chrome, Chromium, or another that says no more.
        Chrome = "chrome": ["Chrome/", "CriOS/", "Chromium/"],
        /// Safari.
        Safari = "safari": ["Safari/"],
    }
}

words! {
    /// An operating system.
    System {
        /// HarmonyOS.
        Harmony = "harmony": ["HarmonyOS", "OpenHarmony"],
        /// Android.
        Android = "android": ["Android"],
        /// iOS; an iPad may also say it is a Mac.
        Ios = "ios": ["iPhone", "iPad", "iPod"],
        /// Windows.
        Windows = "windows": ["Windows"],
        /// ChromeOS.
        ChromeOs = "chrome_os": ["CrOS"],
        /// macOS.
        MacOs = "macos": ["Macintosh", "Mac OS X"],
        /// Linux.
        Linux = "linux": ["Linux", "X11"],
    }
}

/// A device as it presents itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Agent {
    pub(crate) browser: Browser,
    pub(crate) system: System,
}

impl Agent {
    /// What the request's `User-Agent` says.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let bytes = headers
            .get(header::USER_AGENT)
            .map(axum::http::HeaderValue::as_bytes)
            .unwrap_or_default();
        let looked_at = &bytes[..bytes.len().min(MAX_LOOKED_AT)];
        let text = String::from_utf8_lossy(looked_at);
        Self {
            browser: Browser::of(&text),
            system: System::of(&text),
        }
    }

    /// The words for browser and system, as in the locale files behind `browser-` and `system-`.
    pub(crate) fn words(self) -> [&'static str; 2] {
        [self.browser.word(), self.system.word()]
    }

    /// The form in which it is sealed.
    pub(crate) fn to_stored(self) -> String {
        format!("{} {}", self.browser.word(), self.system.word())
    }

    pub(crate) fn from_stored(text: &str) -> Self {
        let (browser, system) = text.split_once(' ').unwrap_or_default();
        Self {
            browser: Browser::from_word(browser),
            system: System::from_word(system),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    fn agent(text: &[u8]) -> Agent {
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, HeaderValue::from_bytes(text).unwrap());
        Agent::of(&headers)
    }

    #[test]
    fn those_that_claim_to_be_others_are_told_apart() {
        let mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko)";
        let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0";
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
        let android = "Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 (KHTML, like Gecko)";
        for (text, expected) in [
            (
                format!("{mac} Chrome/139.0.0.0 Safari/537.36"),
                "chrome macos",
            ),
            (format!("{mac} Version/18.6 Safari/605.1.15"), "safari macos"),
            (
                format!("{windows} Safari/537.36 Edg/139.0.0.0"),
                "edge windows",
            ),
            (
                format!("{windows} Safari/537.36 wxwork/4.1.36 MicroMessenger/7.0.1"),
                "wecom windows",
            ),
            (
                format!("{phone} Mobile/15E148 MicroMessenger/8.0.60"),
                "wechat ios",
            ),
            (
                format!("{phone} CriOS/139.0 Mobile/15E148 Safari/604.1"),
                "chrome ios",
            ),
            (
                format!("{android} Chrome/139.0.0.0 Mobile Safari/537.36"),
                "chrome android",
            ),
            (
                "Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 Chrome/114.0 Safari/537.36 ArkWeb/4.1 Mobile".into(),
                "huawei harmony",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0".into(),
                "firefox linux",
            ),
            ("curl/8.14.1".into(), "other other"),
            (String::new(), "other other"),
        ] {
            assert_eq!(agent(text.as_bytes()).to_stored(), expected, "{text}");
        }
        assert_eq!(Agent::of(&HeaderMap::new()).to_stored(), "other other");
    }

    proptest! {
        #[test]
        fn nothing_of_the_text_itself_is_kept(text in prop::collection::vec(0x80u8..=0xff, 0..2000), sign in 0usize..2000) {
            let mut text = text;
            let at = sign.min(text.len());
            text.splice(at..at, *b"Firefox/");
            let kept = agent(&text);
            prop_assert_eq!(Agent::from_stored(&kept.to_stored()), kept);
            let expected = if at + 8 <= MAX_LOOKED_AT { Browser::Firefox } else { Browser::Other };
            prop_assert_eq!(kept.browser, expected);
        }
    }
}
