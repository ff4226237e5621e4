//! One operation of the API: route, declared access, documentation and handler.

use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use custos_kernel::policy::{Action, Resource};
use http::Method;
use utoipa::openapi::path::Parameter;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, ToSchema};

/// Who may call an operation at all. There is no default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody, signed in or not; tells nothing about anybody.
    Public,
    /// Steps of signing in and of the first set-up. The list is small and named in a test.
    PreAuth,
    /// Any signed-in person, about their own session, account or preferences only.
    Own,
    /// Whom the policy permits the action on the resource; the handler decides on the record itself.
    Action {
        /// The resource type.
        resource: &'static str,
        /// The verb.
        action: &'static str,
    },
    /// An identity provider by its provisioning token, and nobody else, whom the policy permits the action on the
    /// resource. Such an operation speaks SCIM (RFC 7644) and has a base path of its own.
    Provisioning {
        /// The resource type.
        resource: &'static str,
        /// The verb.
        action: &'static str,
    },
}

impl Access {
    /// Access by policy.
    pub const fn to<A: Action, R: Resource>() -> Self {
        Self::Action {
            resource: R::TYPE,
            action: A::NAME,
        }
    }

    /// Access of identity providers by policy.
    pub const fn provisioning<A: Action, R: Resource>() -> Self {
        Self::Provisioning {
            resource: R::TYPE,
            action: A::NAME,
        }
    }
}

/// A named schema and those it refers to.
pub(crate) struct NamedSchema {
    pub(crate) name: String,
    pub(crate) list: bool,
    pub(crate) all: Vec<(String, RefOr<Schema>)>,
}

fn named<T: ToSchema>() -> NamedSchema {
    let name = T::name().into_owned();
    let mut all = vec![(name.clone(), T::schema())];
    T::schemas(&mut all);
    NamedSchema {
        name,
        list: false,
        all,
    }
}

/// What a successful answer carries.
pub(crate) enum Answer {
    Empty,
    Json(Box<NamedSchema>),
    File(&'static str),
}

/// One operation. Build it with [`Operation::new`] and the methods below, then register it.
pub struct Operation<S> {
    pub(crate) id: &'static str,
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    pub(crate) body: Option<NamedSchema>,
    pub(crate) upload: Option<&'static str>,
    pub(crate) status: u16,
    pub(crate) answer: Answer,
    pub(crate) query: Vec<Parameter>,
    pub(crate) headers: Vec<&'static str>,
    pub(crate) max_body: usize,
    pub(crate) cross_site: bool,
    pub(crate) approvable: bool,
    pub(crate) handler: MethodRouter<S>,
}

impl<S> Operation<S> {
    /// Below which path it is reached.
    pub(crate) fn base(&self) -> &'static str {
        match self.access {
            Access::Provisioning { .. } => crate::SCIM_PATH,
            Access::Public | Access::PreAuth | Access::Own | Access::Action { .. } => {
                crate::BASE_PATH
            }
        }
    }
}

/// Largest request body unless an operation declares otherwise, in bytes.
const DEFAULT_MAX_BODY: usize = 1 << 20;

impl<S: Clone + Send + Sync + 'static> Operation<S> {
    /// An operation. `id` is unique, snake case, and names client function, documentation and tests; the first word
    /// is its group. `path` is below the API's base path, that of provisioning below [`crate::SCIM_PATH`], with `{name}`
    /// for parameters.
    pub fn new<H, T>(
        method: Method,
        path: &'static str,
        id: &'static str,
        access: Access,
        handler: H,
    ) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET);
        Self {
            id,
            method,
            path,
            access,
            body: None,
            upload: None,
            status: 200,
            answer: Answer::Empty,
            query: Vec::new(),
            headers: Vec::new(),
            max_body: DEFAULT_MAX_BODY,
            cross_site: false,
            approvable: false,
            handler: on(filter, handler),
        }
    }

    /// The JSON body it takes.
    #[must_use]
    pub fn body<T: ToSchema>(mut self) -> Self {
        self.body = Some(named::<T>());
        self
    }

    /// The raw body it takes: media type and largest size in bytes.
    #[must_use]
    pub fn upload(mut self, media_type: &'static str, max_bytes: usize) -> Self {
        self.upload = Some(media_type);
        self.max_body = max_bytes;
        self
    }

    /// The JSON it answers with.
    #[must_use]
    pub fn answers<T: ToSchema>(mut self, status: u16) -> Self {
        self.status = status;
        self.answer = Answer::Json(Box::new(named::<T>()));
        self
    }

    /// The page of items it answers with; see [`crate::Page`].
    #[must_use]
    pub fn answers_page<T: ToSchema>(mut self) -> Self {
        let mut schema = named::<T>();
        schema.list = true;
        self.answer = Answer::Json(Box::new(schema));
        self
    }

    /// The file it answers with.
    #[must_use]
    pub fn answers_file(mut self, media_type: &'static str) -> Self {
        self.answer = Answer::File(media_type);
        self
    }

    /// It answers with a status only.
    #[must_use]
    pub fn answers_nothing(mut self, status: u16) -> Self {
        self.status = status;
        self.answer = Answer::Empty;
        self
    }

    /// The query parameters it takes; may be called for several groups of them.
    #[must_use]
    pub fn query<T: IntoParams>(mut self) -> Self {
        let place = || Some(utoipa::openapi::path::ParameterIn::Query);
        self.query.extend(T::into_params(place));
        self
    }

    /// A request header it needs, such as `If-Match`.
    #[must_use]
    pub fn needs_header(mut self, name: &'static str) -> Self {
        self.headers.push(name);
        self
    }

    /// Another site's page may post to it: the answer of a SAML provider comes so. The request reaches the handler without
    /// its cookies, so that nothing can be done there in anybody's name. Only for [`Access::PreAuth`]; the list of such
    /// operations is named in a test.
    #[must_use]
    pub fn cross_site_post(mut self) -> Self {
        self.cross_site = true;
        self
    }

    /// It may need the approval of others: the guard holds it up until the rules say it needs none, or it has it. Every
    /// operation whose action a policy forbids without `context.approved` must say so. Only for [`Access::Action`] without
    /// an upload.
    #[must_use]
    pub fn approvable(mut self) -> Self {
        self.approvable = true;
        self
    }

    /// Gives the handlers their state.
    pub(crate) fn with_state(self, state: S) -> Operation<()> {
        let Self {
            id,
            method,
            path,
            access,
            body,
            upload,
            status,
            answer,
            query,
            headers,
            max_body,
            cross_site,
            approvable,
            handler,
        } = self;
        let handler = handler.with_state(state);
        Operation {
            id,
            method,
            path,
            access,
            body,
            upload,
            status,
            answer,
            query,
            headers,
            max_body,
            cross_site,
            approvable,
            handler,
        }
    }
}
