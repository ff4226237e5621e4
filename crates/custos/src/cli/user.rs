//! `custos user …`: for whoever has the machine, when nobody can sign in.

use super::arguments::{UserArguments, UserCommand};
use super::{Console, Failure};
use crate::config::Settings;
use crate::product::Offline;
use crate::serve::public_url;
use crate::system::protect_process;
use crate::words::Message;
use custos_http::Problem;
use custos_identity::{AccountChange, AccountView, IdentityError, LinkToken, NewAccount};
use custos_kernel::policy::{Caller, DataScope, Job, Role};
use custos_values::UserId;
use serde_json::{Value, json};

/// Accounts read at once.
const PAGE: usize = 200;

pub(super) fn run(arguments: UserArguments, console: &Console) -> Result<u8, Failure> {
    let settings = arguments.settings.settings(false)?;
    protect_process();
    super::runtime()?.block_on(async {
        let offline = Offline::open(&settings).await?;
        let done = execute(
            &offline,
            &settings,
            arguments.organisation.as_deref(),
            arguments.command,
            console,
        )
        .await;
        offline.close().await?;
        done.map(|()| 0)
    })
}

async fn execute(
    offline: &Offline,
    settings: &Settings,
    organisation: Option<&str>,
    command: UserCommand,
    console: &Console,
) -> Result<(), Failure> {
    let org = offline.organisation(organisation).await?;
    let caller = Caller::system(Job::Operator, org);
    let identity = &offline.identity;
    match command {
        UserCommand::List => list(offline, &caller, console).await,
        UserCommand::Create { login, name } => {
            let new = NewAccount {
                name,
                login,
                department: None,
                data_scope: DataScope::Own,
            };
            let (id, link) = identity
                .create_account(&caller, new)
                .await
                .map_err(refused)?;
            show_link(settings, id, &link, console);
            Ok(())
        }
        UserCommand::Link { login } => {
            let account = identity
                .account_by_login(&caller, &login)
                .await
                .map_err(refused)?;
            let link = identity
                .issue_link(&caller, account.id)
                .await
                .map_err(refused)?;
            show_link(settings, account.id, &link, console);
            Ok(())
        }
        UserCommand::Disable { login } => {
            let account = identity
                .account_by_login(&caller, &login)
                .await
                .map_err(refused)?;
            let change = AccountChange {
                active: Some(false),
                ..AccountChange::default()
            };
            identity
                .change_account(&caller, account.id, None, change)
                .await
                .map_err(refused)?;
            console.answer(&json!({ "id": account.id, "status": "disabled" }), || {
                console.words(&Message::new("user-disabled").with("login", &login))
            });
            Ok(())
        }
        UserCommand::ResetTotp { login } => {
            let account = identity
                .account_by_login(&caller, &login)
                .await
                .map_err(refused)?;
            identity
                .reset_factors(&caller, account.id, None)
                .await
                .map_err(refused)?;
            console.answer(&json!({ "id": account.id, "totp": false }), || {
                console.words(&Message::new("user-totp-reset").with("login", &login))
            });
            Ok(())
        }
    }
}

fn refused(error: IdentityError) -> Failure {
    match error {
        IdentityError::Store(error) => error.into(),
        other => Problem::from(other).into(),
    }
}

async fn list(offline: &Offline, caller: &Caller, console: &Console) -> Result<(), Failure> {
    let mut accounts: Vec<AccountView> = Vec::new();
    loop {
        let after = accounts.last().map(|account| account.id);
        let (page, _) = offline
            .identity
            .accounts(caller, after, PAGE)
            .await
            .map_err(refused)?;
        let last = page.len() < PAGE;
        accounts.extend(page);
        if last {
            break;
        }
    }
    let items: Vec<Value> = accounts.iter().map(as_json).collect();
    console.answer(&json!({ "items": items }), || {
        let lines: Vec<String> = accounts
            .iter()
            .map(|account| in_words(account, console))
            .collect();
        lines.join("\n")
    });
    Ok(())
}

fn as_json(account: &AccountView) -> Value {
    json!({
        "id": account.id,
        "login": account.login,
        "name": account.name,
        "roles": account.roles.iter().map(Role::name).collect::<Vec<_>>(),
        "data_scope": account.data_scope.name(),
        "status": if account.active { "active" } else { "disabled" },
        "totp": !account.factors.is_empty(),
        "last_sign_in_at": account.last_sign_in_at,
    })
}

fn in_words(account: &AccountView, console: &Console) -> String {
    let roles: Vec<String> = account
        .roles
        .iter()
        .map(|role| console.words(&Message::new(format!("role-{}", role.name()))))
        .collect();
    let status = if account.active {
        Message::new("user-active")
    } else {
        Message::new("user-inactive")
    };
    let second = if !account.factors.is_empty() {
        Message::new("user-totp")
    } else {
        Message::new("user-no-totp")
    };
    let parts = [
        account.login.clone(),
        account.name.clone(),
        if roles.is_empty() {
            "–".to_owned()
        } else {
            roles.join(", ")
        },
        console.words(&status),
        console.words(&second),
    ];
    parts.join("\t")
}

fn show_link(settings: &Settings, id: UserId, link: &LinkToken, console: &Console) {
    let link = format!("{}{}", public_url(&settings.listen), link.path());
    console.answer(&json!({ "id": id, "sign_in_link": link }), || link.clone());
    console.note(&Message::new("user-link-once"));
}
