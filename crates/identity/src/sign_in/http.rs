//! Signing in on the wire.

use super::next::{Method as Way, Next};
use super::second_factor::Code;
use super::{Begun, Completed, strength};
use crate::contact::Kind;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::security::Demands;
use crate::sessions::cookie;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use custos_http::{Access, Api, JsonBody, Operation, Problem};
use custos_kernel::policy::{Origin, RoleSet};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The first factor by password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignIn {
    /// The login name.
    login: String,
    /// The password.
    password: String,
}

/// The first factor by one-time link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Link {
    /// The part of the link behind `#`.
    token: String,
}

/// A second factor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Code)]
pub(super) struct CodeBody {
    /// What the person typed.
    pub(super) code: String,
}

/// A step of signing in.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SignInStep)]
pub(crate) enum Step {
    /// A code of the authenticator app.
    Totp,
    /// A passkey.
    Passkey,
    /// A code sent by mail.
    MailCode,
    /// A code sent by text message.
    SmsCode,
    /// A recovery code.
    Recovery,
    /// Setting the authenticator app up.
    EnrolTotp,
    /// A new password: the time of the one there is has passed. The person is signed in and may do nothing else.
    ChangePassword,
    /// Nothing.
    Done,
}

impl From<Way> for Step {
    fn from(method: Way) -> Self {
        match method {
            Way::Totp => Self::Totp,
            Way::Passkey => Self::Passkey,
            Way::Code(Kind::Mail) => Self::MailCode,
            Way::Code(Kind::Mobile) => Self::SmsCode,
            Way::Recovery => Self::Recovery,
            Way::EnrolTotp => Self::EnrolTotp,
        }
    }
}

/// What signing in needs next.
#[derive(Serialize, ToSchema)]
pub(crate) struct NextStep {
    /// The usual step.
    #[schema(inline)]
    next: Step,
    /// All that would do instead, the usual one first.
    methods: Vec<Step>,
}

impl NextStep {
    /// Nothing but one step.
    pub(super) fn just(next: Step) -> Self {
        Self {
            next,
            methods: Vec::new(),
        }
    }

    fn of(next: &Next) -> Self {
        let methods: Vec<Step> = next.methods().iter().copied().map(Step::from).collect();
        Self {
            next: methods.first().copied().unwrap_or(Step::Done),
            methods,
        }
    }
}

impl NextStep {
    /// Nothing more.
    pub(crate) fn done() -> Self {
        Self::just(Step::Done)
    }
}

/// What an authenticator app needs.
#[derive(Serialize, ToSchema)]
pub(super) struct TotpEnrolment {
    /// The secret in base 32, to be typed.
    secret: String,
    /// The same as an address apps open.
    otpauth_uri: String,
    /// The address as a QR code, SVG.
    qr_svg: String,
}

/// The second factor is set up.
#[derive(Serialize, ToSchema)]
pub(super) struct TotpConfirmation {
    /// `done`, or `change_password`.
    #[schema(inline)]
    next: Step,
    /// Ten codes that each stand in for the app once. Shown this once.
    recovery_codes: Vec<String>,
}

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordChange {
    /// The present password; not needed while there is none.
    #[serde(default)]
    current: Option<String>,
    /// The new one.
    new: String,
}

/// A password to judge.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Password)]
pub(super) struct PasswordBody {
    /// The password. It is not stored.
    password: String,
}

/// The judgement of a password.
#[derive(Serialize, ToSchema)]
pub(super) struct PasswordStrength {
    /// 0 (guessed at once) to 4 (very hard to guess).
    score: u8,
    /// Whether it may be used.
    accepted: bool,
    /// What is wrong.
    codes: Vec<String>,
    /// Fewest characters it must have.
    min_length: u32,
}

pub(crate) fn operations() -> Vec<Operation<Arc<Identity>>> {
    use Access::{Own, PreAuth};
    vec![
        Operation::new(Method::POST, "/session", "session_create", PreAuth, sign_in)
            .body::<SignIn>()
            .answers::<NextStep>(200),
        Operation::new(Method::POST, "/session/link", "session_link", PreAuth, link)
            .body::<Link>()
            .answers::<NextStep>(200),
        Operation::new(Method::POST, "/session/totp", "session_totp", PreAuth, totp)
            .body::<CodeBody>()
            .answers::<NextStep>(200),
        Operation::new(
            Method::POST,
            "/session/totp/enrolment",
            "session_totp_enrolment",
            PreAuth,
            enrolment,
        )
        .answers::<TotpEnrolment>(200),
        Operation::new(
            Method::POST,
            "/session/totp/confirmation",
            "session_totp_confirmation",
            PreAuth,
            confirmation,
        )
        .body::<CodeBody>()
        .answers::<TotpConfirmation>(200),
        Operation::new(
            Method::POST,
            "/session/recovery",
            "session_recovery",
            PreAuth,
            recovery,
        )
        .body::<CodeBody>()
        .answers::<NextStep>(200),
        Operation::new(
            Method::PUT,
            "/session/password",
            "session_password_update",
            Own,
            change_password,
        )
        .body::<PasswordChange>()
        .answers_nothing(204),
        Operation::new(
            Method::POST,
            "/session/password/strength",
            "session_password_strength",
            PreAuth,
            judge,
        )
        .body::<PasswordBody>()
        .answers::<PasswordStrength>(200),
    ]
}

pub(crate) fn begun(begun: &Begun) -> Response {
    let mut response = axum::Json(NextStep::of(&begun.next)).into_response();
    cookie::set_session(response.headers_mut(), &begun.token);
    response
}

pub(crate) fn completed(completed: &Completed, body: impl Serialize) -> Response {
    let mut response = axum::Json(body).into_response();
    cookie::set_session(response.headers_mut(), &completed.token);
    cookie::set_device(response.headers_mut(), &completed.device);
    response
}

pub(super) fn step_after(completed: &Completed) -> Step {
    if completed.password_expired {
        Step::ChangePassword
    } else {
        Step::Done
    }
}

/// Makes an attempt in a task of its own: who hangs up meanwhile has tried all the same, and it will be in the log.
pub(crate) async fn to_its_end<T: Send + 'static>(
    attempt: impl Future<Output = Result<T, IdentityError>> + Send + 'static,
) -> Result<T, IdentityError> {
    tokio::spawn(attempt).await.map_err(Problem::internal)?
}

async fn sign_in(
    State(identity): State<Arc<Identity>>,
    Extension(origin): Extension<Origin>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<SignIn>,
) -> Result<Response, IdentityError> {
    let done = to_its_end(async move {
        let device = cookie::device(&headers);
        identity
            .sign_in_with_password(&body.login, body.password, device, origin)
            .await
    });
    Ok(begun(&done.await?))
}

async fn link(
    State(identity): State<Arc<Identity>>,
    Extension(origin): Extension<Origin>,
    JsonBody(body): JsonBody<Link>,
) -> Result<Response, IdentityError> {
    Ok(begun(
        &identity.sign_in_with_link(&body.token, origin).await?,
    ))
}

async fn second_factor(
    identity: Arc<Identity>,
    headers: HeaderMap,
    make: fn(&str) -> Code<'_>,
    code: String,
    origin: Origin,
) -> Result<Response, IdentityError> {
    let proof = async move {
        identity
            .prove_second_factor(&headers, make(&code), origin)
            .await
    };
    signed_in(proof).await
}

/// Answers the attempt that completes a sign-in.
pub(super) async fn signed_in(
    attempt: impl Future<Output = Result<Completed, IdentityError>> + Send + 'static,
) -> Result<Response, IdentityError> {
    let done = to_its_end(attempt).await?;
    Ok(completed(&done, NextStep::just(step_after(&done))))
}

async fn totp(
    State(identity): State<Arc<Identity>>,
    Extension(origin): Extension<Origin>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<CodeBody>,
) -> Result<Response, IdentityError> {
    second_factor(
        identity,
        headers,
        |code| Code::Totp(code),
        body.code,
        origin,
    )
    .await
}

async fn recovery(
    State(identity): State<Arc<Identity>>,
    Extension(origin): Extension<Origin>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<CodeBody>,
) -> Result<Response, IdentityError> {
    second_factor(
        identity,
        headers,
        |code| Code::Recovery(code),
        body.code,
        origin,
    )
    .await
}

async fn enrolment(
    State(identity): State<Arc<Identity>>,
    Extension(origin): Extension<Origin>,
    headers: HeaderMap,
) -> Result<axum::Json<TotpEnrolment>, IdentityError> {
    let enrolment = identity.begin_enrolment(&headers, origin).await?;
    Ok(axum::Json(TotpEnrolment {
        secret: enrolment.secret,
        otpauth_uri: enrolment.otpauth_uri,
        qr_svg: enrolment.qr_svg,
    }))
}

async fn confirmation(
    State(identity): State<Arc<Identity>>,
    Extension(origin): Extension<Origin>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<CodeBody>,
) -> Result<Response, IdentityError> {
    let (done, recovery_codes) = identity
        .confirm_enrolment(&headers, &body.code, origin)
        .await?;
    let body = TotpConfirmation {
        next: step_after(&done),
        recovery_codes,
    };
    Ok(completed(&done, body))
}

async fn change_password(
    State(identity): State<Arc<Identity>>,
    Api(caller): Api,
    JsonBody(body): JsonBody<PasswordChange>,
) -> Result<StatusCode, IdentityError> {
    identity
        .change_password(&caller, body.current, body.new)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn judge(
    State(identity): State<Arc<Identity>>,
    JsonBody(body): JsonBody<PasswordBody>,
) -> Result<axum::Json<PasswordStrength>, IdentityError> {
    let demands = match identity.organisations().await?.first() {
        Some(org) => identity.rules(*org).await?.demands(RoleSet::default()),
        None => Demands::default(),
    };
    let judgement = identity
        .hashing()
        .run(move |_| strength(&body.password, &[], demands))
        .await?;
    Ok(axum::Json(PasswordStrength {
        score: judgement.score,
        accepted: judgement.codes.is_empty(),
        min_length: judgement.min_length,
        codes: judgement.codes.into_iter().map(str::to_owned).collect(),
    }))
}
