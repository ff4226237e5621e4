//! The signatures against the examples the providers publish, and requests against a server that checks them as the
//! providers do.

use super::aliyun;
use super::tencent::{self, Signed};
use super::{Endpoint, HttpsClient, TextMessage, send};
use crate::delivery::Failure;
use crate::settings::{Sms, SmsProvider, SmsTemplate};
use custos_kernel::crypto::{hmac_sha256, sha256};
use custos_values::Timestamp;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;

/// The example with fixed parameters of "V3 request structure and signature", Alibaba Cloud SDK.
#[test]
fn signs_as_alibaba_cloud_publishes() {
    let empty = hex::encode(sha256(b""));
    let headers = [
        ("host", "ecs.cn-shanghai.aliyuncs.com"),
        ("x-acs-action", "RunInstances"),
        ("x-acs-content-sha256", &empty),
        ("x-acs-date", "2023-10-26T10:22:32Z"),
        ("x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d"),
        ("x-acs-version", "2014-05-26"),
    ]
    .map(|(name, value)| (name, value.to_owned()));
    let given = aliyun::authorization(
        "YourAccessKeyId",
        "YourAccessKeySecret",
        "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai",
        &headers,
        &empty,
    );
    assert_eq!(
        given,
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;\
         x-acs-signature-nonce;x-acs-version,\
         Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    );
}

/// The example of "Signature method v3", Tencent Cloud API 3.0. The published key is 32 asterisks.
#[test]
fn signs_as_tencent_cloud_publishes() {
    let stars = "*".repeat(32);
    let signed = Signed {
        service: "cvm",
        host: "cvm.tencentcloudapi.com",
        action: "DescribeInstances",
        timestamp: 1_551_113_065,
        date: "2019-02-25",
    };
    let body =
        r#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#;
    let given = tencent::authorization(&format!("AKID{stars}"), &stars, &signed, body);
    assert_eq!(
        given,
        format!(
            "TC3-HMAC-SHA256 Credential=AKID{stars}/2019-02-25/cvm/tc3_request, \
             SignedHeaders=content-type;host;x-tc-action, \
             Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"
        )
    );
}

/// A request as it came over the wire.
struct Came {
    target: String,
    headers: BTreeMap<String, String>,
    body: String,
}

/// A server that takes one request and answers as `answer` says.
fn serve(
    answer: impl FnOnce(&Came) -> (u16, String) + Send + 'static,
) -> (String, mpsc::Receiver<Came>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut first = String::new();
        reader.read_line(&mut first).unwrap();
        let target = first.split(' ').nth(1).unwrap().to_owned();
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim_end().split_once(':') else {
                break;
            };
            headers.insert(name.to_lowercase(), value.trim().to_owned());
        }
        let length = headers
            .get("content-length")
            .map_or(0, |text| text.parse().unwrap());
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let came = Came {
            target,
            headers,
            body: String::from_utf8(body).unwrap(),
        };
        let (status, text) = answer(&came);
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            text.len()
        );
        stream
            .write_all(format!("{head}{text}").as_bytes())
            .unwrap();
        sender.send(came).unwrap();
    });
    (url, receiver)
}

/// The signature a provider computes itself from what came: written down a second time, by its documentation.
fn aliyun_expects(came: &Came, secret: &str) -> String {
    let query = came.target.split_once('?').unwrap().1;
    let names: Vec<&str> = came.headers["authorization"]
        .split("SignedHeaders=")
        .nth(1)
        .unwrap()
        .split(',')
        .next()
        .unwrap()
        .split(';')
        .collect();
    for needed in [
        "host",
        "x-acs-action",
        "x-acs-content-sha256",
        "x-acs-date",
        "x-acs-signature-nonce",
        "x-acs-version",
    ] {
        assert!(names.contains(&needed), "{needed} is not signed");
    }
    let lines: Vec<String> = names
        .iter()
        .map(|name| format!("{name}:{}", came.headers[*name]))
        .collect();
    let hash = hex::encode(sha256(came.body.as_bytes()));
    assert_eq!(came.headers["x-acs-content-sha256"], hash);
    let canonical = [
        "POST",
        "/",
        query,
        &lines.join("\n"),
        "",
        &names.join(";"),
        &hash,
    ]
    .join("\n");
    let text = format!(
        "ACS3-HMAC-SHA256\n{}",
        hex::encode(sha256(canonical.as_bytes()))
    );
    hex::encode(hmac_sha256(secret.as_bytes(), text.as_bytes()))
}

fn tencent_expects(came: &Came, secret: &str) -> String {
    let headers = &came.headers;
    let canonical = [
        "POST",
        "/",
        "",
        &format!("content-type:{}", headers["content-type"]),
        &format!("host:{}", headers["host"]),
        &format!("x-tc-action:{}", headers["x-tc-action"].to_lowercase()),
        "",
        "content-type;host;x-tc-action",
        &hex::encode(sha256(came.body.as_bytes())),
    ]
    .join("\n");
    let timestamp: i64 = headers["x-tc-timestamp"].parse().unwrap();
    let date = Timestamp::from_millis(timestamp * 1000).to_string()[..10].to_owned();
    let text = format!(
        "TC3-HMAC-SHA256\n{timestamp}\n{date}/sms/tc3_request\n{}",
        hex::encode(sha256(canonical.as_bytes()))
    );
    let mut key = format!("TC3{secret}").into_bytes();
    for part in [date.as_str(), "sms", "tc3_request"] {
        key = hmac_sha256(&key, part.as_bytes()).to_vec();
    }
    hex::encode(hmac_sha256(&key, text.as_bytes()))
}

fn settings(provider: SmsProvider, endpoint: String) -> Sms {
    Sms {
        provider,
        endpoint,
        key_id: "key-of-ours".to_owned(),
        key_secret: "secret-of-ours".to_owned(),
        sign_name: "青石 & Söhne".to_owned(),
        app_id: "1400006666".to_owned(),
        region: "ap-guangzhou".to_owned(),
        templates: vec![SmsTemplate {
            template: "sign_in_code".to_owned(),
            id: "SMS_71390007".to_owned(),
            params: vec!["code".to_owned(), "minutes".to_owned()],
        }],
    }
}

fn message() -> TextMessage<'static> {
    TextMessage {
        number: "+8613800138000",
        template: "SMS_71390007",
        params: vec![("code", "048 3+1"), ("minutes", "10")],
        id: "019b8a00-0000-7000-8000-000000000001".to_owned(),
        nonce: "3156853299f313e23d1673dc12e1703d".to_owned(),
        now: Timestamp::from_millis(1_800_000_000_123),
    }
}

#[test]
fn alibaba_cloud_accepts_what_is_sent() {
    let (url, came) = serve(|came| {
        let signed = came.headers["authorization"].ends_with(&format!(
            "Signature={}",
            aliyun_expects(came, "secret-of-ours")
        ));
        match signed {
            true => (200, r#"{"Code":"OK","BizId":"1"}"#.to_owned()),
            false => (400, r#"{"Code":"SignatureDoesNotMatch"}"#.to_owned()),
        }
    });
    let sms = settings(SmsProvider::Aliyun, url);
    assert_eq!(send(&HttpsClient::new(), &sms, &message()), Ok(()));
    let came = came.recv().unwrap();
    assert_eq!(came.headers["x-acs-action"], "SendSms");
    assert_eq!(came.headers["x-acs-date"], "2027-01-15T08:00:00Z");
    for part in [
        "PhoneNumbers=13800138000",
        "SignName=%E9%9D%92%E7%9F%B3%20%26%20S%C3%B6hne",
        "TemplateCode=SMS_71390007",
        "TemplateParam=%7B%22code%22%3A%22048%203%2B1%22%2C%22minutes%22%3A%2210%22%7D",
    ] {
        assert!(came.target.contains(part), "{}", came.target);
    }
}

#[test]
fn tencent_cloud_accepts_what_is_sent() {
    let (url, came) = serve(|came| {
        let signed = came.headers["authorization"].ends_with(&format!(
            "Signature={}",
            tencent_expects(came, "secret-of-ours")
        ));
        match signed {
            true => (
                200,
                r#"{"Response":{"SendStatusSet":[{"Code":"Ok"}]}}"#.to_owned(),
            ),
            false => (
                200,
                r#"{"Response":{"Error":{"Code":"AuthFailure.SignatureFailure"}}}"#.to_owned(),
            ),
        }
    });
    let sms = settings(SmsProvider::Tencent, url);
    assert_eq!(send(&HttpsClient::new(), &sms, &message()), Ok(()));
    let body: serde_json::Value = serde_json::from_str(&came.recv().unwrap().body).unwrap();
    assert_eq!(body["PhoneNumberSet"][0], "+8613800138000");
    assert_eq!(
        body["TemplateParamSet"],
        serde_json::json!(["048 3+1", "10"])
    );
    assert_eq!(body["SmsSdkAppId"], "1400006666");
}

#[test]
fn refusals_are_told_apart() {
    let cases = [
        (
            SmsProvider::Aliyun,
            400,
            r#"{"Code":"SignatureDoesNotMatch","Message":"048 3+1"}"#,
            Failure::Credentials,
        ),
        (
            SmsProvider::Aliyun,
            200,
            r#"{"Code":"isv.BUSINESS_LIMIT_CONTROL"}"#,
            Failure::ProviderBusy,
        ),
        (
            SmsProvider::Aliyun,
            200,
            r#"{"Code":"isv.MOBILE_NUMBER_ILLEGAL"}"#,
            Failure::ProviderRefused,
        ),
        (SmsProvider::Aliyun, 503, "<html>", Failure::ProviderBusy),
        (SmsProvider::Aliyun, 302, "", Failure::ProviderBusy),
        (
            SmsProvider::Tencent,
            200,
            r#"{"Response":{"Error":{"Code":"AuthFailure.SecretIdNotFound"}}}"#,
            Failure::Credentials,
        ),
        (
            SmsProvider::Tencent,
            200,
            r#"{"Response":{"SendStatusSet":[{"Code":"LimitExceeded.PhoneNumberDailyLimit"}]}}"#,
            Failure::ProviderBusy,
        ),
        (
            SmsProvider::Tencent,
            200,
            r#"{"Response":{"SendStatusSet":[{"Code":"FailedOperation.SignatureIncorrectOrUnapproved"}]}}"#,
            Failure::ProviderRefused,
        ),
    ];
    for (provider, status, answer, expected) in cases {
        let (url, _came) = serve(move |_| (status, answer.to_owned()));
        let given = send(&HttpsClient::new(), &settings(provider, url), &message());
        assert_eq!(given, Err(expected), "{answer}");
    }
    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let sms = settings(SmsProvider::Aliyun, format!("http://{nobody}"));
    assert_eq!(
        send(&HttpsClient::new(), &sms, &message()),
        Err(Failure::Unreachable)
    );
}

#[test]
fn nothing_goes_to_another_machine_without_tls() {
    for (text, accepted) in [
        ("https://dysmsapi.aliyuncs.com", true),
        ("https://sms.tencentcloudapi.com/", true),
        ("http://127.0.0.1:9", true),
        ("http://[::1]:9", true),
        ("http://dysmsapi.aliyuncs.com", false),
        ("http://127.0.0.1.example.cn", false),
        ("https://a@b.cn", false),
        ("https://b.cn/path", false),
        ("https://b.cn?x", false),
        ("https://b.cn#x", false),
        ("ftp://127.0.0.1", false),
    ] {
        assert_eq!(Endpoint::parse(text).is_some(), accepted, "{text}");
    }
}
