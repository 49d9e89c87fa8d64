//! Accounts: signing in and out, who a session or token belongs to, and keeping the accounts.
//!
//! A *session* is what a browser holds, a *token* what a program holds; both are 256 random bits
//! of which only the SHA-256 is stored, so they are looked up without comparing secrets. A wrong
//! name and a wrong password are one answer after the same work. Attempts are counted before a
//! password is looked at, in the database, so that several instances count together.

use std::net::IpAddr;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};

use super::caller::{Right, Role, Scopes, Via};
use super::password::Checked;
use super::{App, Begun, Caller, Error, FieldError, Idempotency, Refusal};
use crate::domain::access::Account;
use crate::domain::digest::Digest;
use crate::domain::id::UserId;
use crate::domain::region::RegionCode;
use crate::store::{StoreError, Tx, account};

/// What every API token begins with.
pub const TOKEN_PREFIX: &str = "qk_";

/// How old `seen_at` of a session may get before it is written again.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(1);

/// How long a request waits for that.
const SEEN_PATIENCE: Duration = Duration::from_millis(100);

/// The shortest password, in characters, and the longest, in bytes.
const PASSWORD: (usize, usize) = (10, 1_024);

/// A session just begun.
pub struct SignedIn {
    /// What the browser keeps. Told once.
    pub secret: String,
    /// Who signed in.
    pub caller: Caller,
    /// When the session ends in any case.
    pub ends_at: DateTime<Utc>,
}

/// An account to be made.
#[derive(Clone)]
pub struct NewAccount {
    /// The name to sign in with.
    pub name: String,
    /// The password.
    pub password: String,
    /// What it is here for.
    pub role: Role,
    /// The region it belongs to, in which the role holds unless a recipient is named.
    pub region: RegionCode,
    /// The recipient of orders there that it answers for.
    pub recipient: Option<i64>,
    /// The office held.
    pub title: Option<String>,
}

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// The name of its account.
    pub account: String,
    /// What it is for, in its owner's words.
    pub label: String,
    /// What it is limited to.
    pub scopes: Scopes,
    /// How long it lasts; for ever when not set.
    pub lasts: Option<TimeDelta>,
}

/// A token just made.
pub struct IssuedToken {
    /// Its id, by which it is revoked.
    pub id: String,
    /// What the program keeps. Told once.
    pub secret: String,
}

impl App {
    /// Begins a session for whoever knows the password of an account.
    pub async fn sign_in(
        &self,
        name: &str,
        password: &str,
        address: IpAddr,
    ) -> Result<SignedIn, Error> {
        let now = self.now();
        let name = normal(name);
        self.count_attempt(&name, address, now).await?;

        let found = {
            let mut tx = self.db.read().await?;
            account::find_account(&mut tx, &name).await?
        };
        let hash = found.as_ref().map(|(_, hash)| hash.as_str());
        let checked = self.passwords.check(password, hash).await?;
        let account = match found {
            Some((account, _)) if checked != Checked::Wrong && account.disabled_at.is_none() => {
                account
            }
            _ => return Err(wrong_credentials()),
        };
        let renewed = match checked {
            Checked::Outdated => Some(self.passwords.hash(password).await?),
            Checked::Wrong | Checked::Right => None,
        };

        let secret = self.secret();
        let digest = digest(&secret);
        let ends_at = now + TimeDelta::hours(self.config.sign_in.session_hours);
        let mut tx = self.db.begin().await?;
        if let Some(hash) = renewed {
            account::set_password(&mut tx, account.id, &hash).await?;
        }
        let [both, by_account, _] = subjects(&name, address);
        account::remove_attempts(&mut tx, &both).await?;
        account::remove_attempts(&mut tx, &by_account).await?;
        account::add_session(&mut tx, &digest, account.id, now, ends_at).await?;
        tx.commit().await?;
        Ok(SignedIn {
            secret,
            caller: caller(account, Via::Session(digest)),
            ends_at,
        })
    }

    /// Ends the caller's session.
    pub async fn sign_out(&self, caller: &Caller) -> Result<(), Error> {
        if let Via::Session(digest) = &caller.via {
            let mut tx = self.db.begin().await?;
            account::remove_session(&mut tx, digest).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Whoever holds the secret of a live session.
    pub async fn caller_of_session(&self, secret: &str) -> Result<Option<Caller>, Error> {
        let now = self.now();
        let digest = digest(secret);
        let found = {
            let mut tx = self.db.read().await?;
            account::find_session(&mut tx, &digest).await?
        };
        let Some((session, account)) = found else {
            return Ok(None);
        };
        let idle = TimeDelta::minutes(self.config.sign_in.idle_minutes);
        let ended = session.ends_at <= now || session.seen_at + idle <= now;
        if ended || account.disabled_at.is_some() {
            return Ok(None);
        }
        if session.seen_at + SEEN_EVERY <= now {
            self.note_session(&digest, now).await;
        }
        Ok(Some(caller(account, Via::Session(digest))))
    }

    /// Whoever holds the secret of a live API token.
    pub async fn caller_of_token(&self, secret: &str) -> Result<Option<Caller>, Error> {
        if !secret.starts_with(TOKEN_PREFIX) {
            return Ok(None);
        }
        let found = {
            let mut tx = self.db.read().await?;
            account::find_token(&mut tx, &digest(secret)).await?
        };
        let Some((token, account)) = found else {
            return Ok(None);
        };
        let ended = token.ends_at.is_some_and(|at| at <= self.now());
        if ended || token.revoked_at.is_some() || account.disabled_at.is_some() {
            return Ok(None);
        }
        let scopes = token.scopes.parse().map_err(Error::internal)?;
        Ok(Some(caller(account, Via::Token(scopes))))
    }

    /// Makes an account within the caller's own scope.
    pub async fn add_account(
        &self,
        by: &Caller,
        new: NewAccount,
        idempotency: Option<&Idempotency>,
    ) -> Result<Account, Error> {
        by.may(Right::ManageAccounts, new.region)?;
        let name = normal(&new.name);
        check_new(&name, &new)?;
        let password = self.passwords.hash(&new.password).await?;
        let mut act = match self.begin(by, idempotency).await? {
            Begun::Replayed(account) => return Ok(account),
            Begun::Fresh(act) => act,
        };
        let account = Account {
            id: UserId(self.ids.uuid_v7(act.now)),
            name,
            role: new.role,
            region: new.region,
            recipient: new.recipient,
            title: new.title,
            created_at: act.now,
            disabled_at: None,
        };
        account::add_account(&mut act.tx, &account, &password)
            .await
            .map_err(name_taken)?;
        act.commit(account).await
    }

    /// Every account within the caller's scope.
    pub async fn list_accounts(&self, by: &Caller) -> Result<Vec<Account>, Error> {
        by.has(Right::ManageAccounts)?;
        let mut tx = self.db.read().await?;
        let mut accounts = account::list_accounts(&mut tx).await?;
        accounts.retain(|account| by.scope.covers(account.region));
        Ok(accounts)
    }

    /// Who may witness a signature that the caller records: the other accounts of a region's
    /// officers and of those above them.
    pub async fn list_witnesses(
        &self,
        by: &Caller,
        region: RegionCode,
    ) -> Result<Vec<Account>, Error> {
        by.may(Right::DraftNotices, region)?;
        let mut tx = self.db.read().await?;
        let mut accounts = account::list_accounts(&mut tx).await?;
        accounts.retain(|account| {
            account.disabled_at.is_none()
                && account.recipient.is_none()
                && account.region.contains(region)
                && Right::DraftNotices.roles().contains(&account.role)
                && Some(account.id) != by.account
        });
        Ok(accounts)
    }

    /// Disables an account and ends its sessions; its tokens open nothing from now on.
    pub async fn disable_account(&self, by: &Caller, name: &str) -> Result<(), Error> {
        by.has(Right::ManageAccounts)?;
        let mut tx = self.db.begin().await?;
        let account = self.managed(&mut tx, by, name).await?;
        account::disable_account(&mut tx, account.id, self.now()).await?;
        account::remove_sessions(&mut tx, account.id).await?;
        Ok(tx.commit().await?)
    }

    /// Gives an account a new password and ends its sessions.
    pub async fn set_password(&self, by: &Caller, name: &str, password: &str) -> Result<(), Error> {
        by.has(Right::ManageAccounts)?;
        check_password(password).map_or(Ok(()), |error| Err(Error::Invalid(vec![error])))?;
        let hash = self.passwords.hash(password).await?;
        let mut tx = self.db.begin().await?;
        let account = self.managed(&mut tx, by, name).await?;
        account::set_password(&mut tx, account.id, &hash).await?;
        account::remove_sessions(&mut tx, account.id).await?;
        Ok(tx.commit().await?)
    }

    /// Makes an API token for an account.
    pub async fn add_token(&self, by: &Caller, new: NewToken) -> Result<IssuedToken, Error> {
        by.has(Right::ManageAccounts)?;
        let now = self.now();
        let mut tx = self.db.begin().await?;
        let account = self.managed(&mut tx, by, &new.account).await?;
        let token = account::Token {
            id: self.ids.uuid_v7(now).to_string(),
            label: new.label,
            scopes: new.scopes.to_string(),
            ends_at: new.lasts.map(|lasts| now + lasts),
            revoked_at: None,
        };
        let secret = format!("{TOKEN_PREFIX}{}", self.secret());
        account::add_token(&mut tx, account.id, &token, &digest(&secret), now).await?;
        tx.commit().await?;
        Ok(IssuedToken {
            id: token.id,
            secret,
        })
    }

    /// Revokes an API token by its id.
    pub async fn revoke_token(&self, by: &Caller, id: &str) -> Result<(), Error> {
        by.has(Right::ManageAccounts)?;
        let mut tx = self.db.begin().await?;
        if !account::revoke_token(&mut tx, id, self.now()).await? {
            return Err(Error::NotFound);
        }
        Ok(tx.commit().await?)
    }

    /// Forgets sessions that have ended and attempts that no longer count.
    pub async fn prune_sessions(&self) -> Result<u64, Error> {
        let now = self.now();
        let limits = &self.config.sign_in;
        let idle_since = now - TimeDelta::minutes(limits.idle_minutes);
        let mut tx = self.db.begin().await?;
        let pruned = account::prune_sessions(&mut tx, now, idle_since).await?;
        account::prune_attempts(&mut tx, now - TimeDelta::minutes(limits.window_minutes)).await?;
        tx.commit().await?;
        Ok(pruned)
    }

    /// A password nobody has thought of: 120 random bits in 20 characters.
    pub fn generate_password(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.ids.bytes::<15>())
    }

    /// The account with a name, when the caller may keep it.
    async fn managed(&self, tx: &mut Tx, by: &Caller, name: &str) -> Result<Account, Error> {
        match account::find_account(tx, &normal(name)).await? {
            Some((account, _)) if by.scope.covers(account.region) => Ok(account),
            _ => Err(Error::NotFound),
        }
    }

    /// Notes that a session was used. Behind a long transaction it is noted another time: it never
    /// holds up a request, nor fails one.
    async fn note_session(&self, digest: &str, now: DateTime<Utc>) {
        let noted = tokio::time::timeout(SEEN_PATIENCE, async {
            let mut tx = self.db.begin().await?;
            account::set_session_seen(&mut tx, digest, now).await?;
            tx.commit().await
        });
        if !matches!(noted.await, Ok(Ok(()))) {
            tracing::debug!("Did not note the use of a session");
        }
    }

    /// Counts an attempt to sign in, and refuses it when there were too many.
    async fn count_attempt(
        &self,
        name: &str,
        address: IpAddr,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        let limits = &self.config.sign_in;
        let span = TimeDelta::minutes(limits.window_minutes);
        let allowed = [
            limits.attempts_per_account,
            limits.attempts_per_address,
            limits.attempts_per_address,
        ];
        let mut wait = TimeDelta::zero();
        let mut tx = self.db.begin().await?;
        // Always in this order, so that two attempts never wait for one another's rows.
        for (subject, allowed) in subjects(name, address).into_iter().zip(allowed) {
            let attempts = account::record_attempt(&mut tx, &subject, now, now - span).await?;
            if attempts.count > allowed {
                wait = wait.max(attempts.since_at + span - now);
            }
        }
        tx.commit().await?;
        if wait > TimeDelta::zero() {
            return Err(Error::TooOften {
                retry_after: wait.to_std().unwrap_or_default(),
            });
        }
        Ok(())
    }

    /// 256 random bits as 43 characters.
    fn secret(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.ids.bytes::<32>())
    }
}

/// What attempts are counted by: the account from this address, so that a stranger elsewhere
/// cannot keep an officer out; the account from everywhere, and the address for every account,
/// both with a wider limit, against guessing spread out.
fn subjects(name: &str, address: IpAddr) -> [String; 3] {
    [
        format!("account {name} from {address}"),
        format!("account {name}"),
        format!("address {address}"),
    ]
}

fn caller(account: Account, via: Via) -> Caller {
    Caller {
        scope: account.scope(),
        account: Some(account.id),
        name: account.name,
        role: account.role,
        title: account.title,
        via,
    }
}

fn wrong_credentials() -> Error {
    Error::Unauthenticated(Refusal {
        code: "wrong-credentials",
        text: "the name or the password is wrong".to_owned(),
    })
}

/// Names are told apart without regard to case and to spaces around them.
fn normal(name: &str) -> String {
    name.trim().to_lowercase()
}

fn check_new(name: &str, new: &NewAccount) -> Result<(), Error> {
    let mut errors = Vec::new();
    let letters = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@');
    let length = name.chars().count();
    if !(2..=64).contains(&length) || !name.chars().all(letters) {
        errors.push(FieldError::new(
            "name",
            "malformed",
            "expected 2 to 64 letters, digits, `.`, `-`, `_` or `@`",
        ));
    }
    errors.extend(check_password(&new.password));
    if new.recipient.is_some() != (new.role == Role::Enterprise) {
        errors.push(FieldError::new(
            "recipient",
            "does-not-fit-role",
            "expected for an enterprise, and for no other role",
        ));
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(errors))
    }
}

fn check_password(password: &str) -> Option<FieldError> {
    let (shortest, longest) = PASSWORD;
    if password.chars().count() < shortest {
        let text = format!("expected at least {shortest} characters");
        Some(FieldError::new("password", "too-short", text))
    } else if password.len() > longest {
        let text = format!("expected at most {longest} bytes");
        Some(FieldError::new("password", "too-long", text))
    } else {
        None
    }
}

fn name_taken(error: StoreError) -> Error {
    match error {
        StoreError::Conflict { .. } => {
            Error::conflict("name-taken", "an account of this name exists")
        }
        other => other.into(),
    }
}

/// What is stored of a secret: its SHA-256. It is random, so it needs no salt and no stretching.
fn digest(secret: &str) -> String {
    Digest::of(secret.as_bytes()).to_string()
}
