//! Writing and sending invitations.

use crate::accounts::NewAccount;
use crate::accounts::sql::{self as accounts, LinkPurpose};
use crate::contact::sql as contacts;
use crate::contact::{Kind, language_within, proven_mail, seal_contact};
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::resources::UserResource;
use crate::setup::LANGUAGES;
use crate::sign_in::{LINK_LIFE_MS, LinkToken};
use axum::http::StatusCode;
use custos_http::{FieldProblem, Problem};
use custos_kernel::audit::Detail;
use custos_kernel::crypto::Token;
use custos_kernel::event::Event;
use custos_kernel::policy::{Action, Caller, Permit, actions};
use custos_outbox::{Draft, Recipient, Template};
use custos_store::WriteTx;
use custos_values::UserId;

/// Where an invitation goes, and how it speaks.
pub(crate) struct Invitation {
    recipient: Recipient,
    language: String,
    organisation: String,
}

/// Whom a message greets.
pub(crate) struct Invited<'a> {
    pub(crate) user: UserId,
    pub(crate) name: &'a str,
    pub(crate) login: &'a str,
}

impl Identity {
    /// Reads where an invitation goes; `mail` may be absent for somebody whose address is known.
    async fn invitation(
        &self,
        caller: &Caller,
        mail: &str,
        language: Option<String>,
    ) -> Result<Invitation, IdentityError> {
        let recipient = Kind::Mail
            .parse(mail)
            .map_err(|error| IdentityError::invalid_field("mail", error.code))?;
        let directory = self.directory(caller.org()).await?;
        let language = match language {
            Some(language) if LANGUAGES.contains(&language.as_str()) => language,
            Some(_) => return Err(IdentityError::invalid_field("language", "choice.unknown")),
            None => directory.language().to_owned(),
        };
        Ok(Invitation {
            recipient,
            language,
            organisation: directory.organisation_name().to_owned(),
        })
    }

    /// Refuses when no mail can go out: the link would reach nobody.
    async fn needs_mail(&self, caller: &Caller) -> Result<(), IdentityError> {
        let ways = self
            .queue()
            .ways(caller.org(), Template::Invitation)
            .await?;
        if ways.mail {
            Ok(())
        } else {
            Err(Problem::new(StatusCode::CONFLICT, "outbox.not_configured").into())
        }
    }

    /// Makes an account without roles and sends its owner the one-time link.
    ///
    /// # Errors
    /// Refused, 409 `outbox.not_configured`, or 422 naming the field.
    pub(crate) async fn invite(
        &self,
        caller: &Caller,
        new: NewAccount,
        mail: &str,
        language: Option<String>,
    ) -> Result<UserId, IdentityError> {
        self.needs_mail(caller).await?;
        let invitation = self.invitation(caller, mail, language).await?;
        let (id, _link) = self.make_account(caller, new, Some(&invitation)).await?;
        Ok(id)
    }

    /// Sends somebody a new one-time link: to the address given, or to the one they have.
    ///
    /// # Errors
    /// Refused, 404, 409 `outbox.not_configured`, `user.disabled` or `user.no_mail`, or 422 naming the field.
    pub(crate) async fn invite_again(
        &self,
        caller: &Caller,
        id: UserId,
        mail: Option<String>,
        language: Option<String>,
    ) -> Result<(), IdentityError> {
        self.refuse_external(caller, id).await?;
        self.needs_mail(caller).await?;
        let store = self.store();
        let key = store.keys().get(store, caller.org()).await?;
        let directory = self.directory(caller.org()).await?;
        let given = match mail {
            Some(mail) => Some(self.invitation(caller, &mail, language).await?),
            None => None,
        };
        let mut tx = store.write(caller).await?;
        let (permit, facts) = self
            .account_permit::<actions::Update>(&mut tx, caller, id, None)
            .await?;
        if !facts.active {
            return Err(Problem::new(StatusCode::CONFLICT, "user.disabled").into());
        }
        let person = directory.person(id).ok_or_else(Problem::not_found)?;
        let known = contacts::of_user_within(&mut tx, id).await?;
        let proven = proven_mail(&key, id, &known)?;
        let organisation = directory.organisation_name().to_owned();
        let invitation = match (given, proven) {
            // An address that its owner proved is theirs to change.
            (Some(_), Some(_)) => {
                let problem = FieldProblem::new("mail", "user.mail_proven");
                return Err(IdentityError::invalid(vec![problem]));
            }
            (Some(given), None) => given,
            (None, Some(recipient)) => Invitation {
                recipient,
                language: language_within(&mut tx, &key, id).await?,
                organisation,
            },
            (None, None) => {
                let given = known.iter().find(|row| row.kind == Kind::Mail);
                let row =
                    given.ok_or_else(|| Problem::new(StatusCode::CONFLICT, "user.no_mail"))?;
                Invitation {
                    recipient: crate::contact::recipient(&key, id, Kind::Mail, &row.value)?,
                    language: directory.language().to_owned(),
                    organisation,
                }
            }
        };
        let link = LinkToken::new(Token::generate(store.random()));
        let expires_at = store.clock().now().plus_millis(LINK_LIFE_MS);
        accounts::put_link(
            &mut tx,
            &permit,
            LinkPurpose::SignIn,
            &link.token().hash(),
            expires_at,
        )
        .await?;
        let invited = Invited {
            user: id,
            name: &person.name,
            login: &person.login,
        };
        let queued = self
            .send_invitation(&mut tx, &permit, &invited, &link, &invitation)
            .await?;
        let event = Event::of(&permit).with("changes", Detail::names(["invitation"]));
        Ok(tx.finish_all(vec![event, queued]).await?)
    }

    /// Stores the address, to be proven by the link, and queues the message, within the transaction that makes the link.
    pub(crate) async fn send_invitation<A: Action>(
        &self,
        tx: &mut WriteTx<'_>,
        permit: &Permit<A, UserResource>,
        invited: &Invited<'_>,
        link: &LinkToken,
        invitation: &Invitation,
    ) -> Result<Event, IdentityError> {
        let store = self.store();
        let org = permit.org();
        let key = store.keys().get(store, org).await?;
        let Invited { user, name, login } = *invited;
        let known = contacts::of_user_within(tx, user).await?;
        if proven_mail(&key, user, &known)?.is_none() {
            let sealed = seal_contact(&key, user, &invitation.recipient, store.random());
            let proof = link.token().hash();
            contacts::put(tx, permit, Kind::Mail, sealed, None, Some(&proof)).await?;
        }
        let draft = Draft {
            template: Template::Invitation,
            recipient: invitation.recipient.clone(),
            language: invitation.language.clone(),
            params: vec![
                ("name", name.to_owned()),
                ("login", login.to_owned()),
                ("organisation", invitation.organisation.clone()),
                ("hours", (LINK_LIFE_MS / 3_600_000).to_string()),
                ("link", link.path()),
            ],
            life_ms: LINK_LIFE_MS,
        };
        let origin = permit.caller().origin();
        Ok(self.queue().enqueue(tx, org, origin, &draft).await?)
    }
}
