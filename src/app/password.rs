//! Passwords: argon2id, a few at a time.
//!
//! One hash takes 19 MiB and some tens of milliseconds of a core by design, so hashing happens off
//! the runtime and under a semaphore: a flood of sign-ins waits here instead of taking the memory
//! of the machine. An unknown name costs the same work as a wrong password.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use super::Error;
use crate::clock::Ids;

/// OWASP Password Storage Cheat Sheet: argon2id, m = 19 MiB, t = 2, p = 1.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// How many passwords are hashed at a time.
const AT_A_TIME: usize = 4;

/// Hashes and verifies; clones share the limit.
#[derive(Clone)]
pub struct Passwords {
    ids: Ids,
    turns: Arc<Semaphore>,
    /// The hash that a name nobody has is checked against.
    nobody: Arc<str>,
}

/// What a check of a password found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// It is not the one.
    Wrong,
    /// It is the one.
    Right,
    /// It is the one, but its hash was made with other parameters and should be made anew.
    Outdated,
}

impl Passwords {
    /// Salts come from `ids`.
    pub fn new(ids: &Ids) -> Self {
        Self {
            ids: ids.clone(),
            turns: Arc::new(Semaphore::new(AT_A_TIME)),
            nobody: hash(b"nobody", &ids.bytes()).into(),
        }
    }

    /// The hash of a password, as a PHC string.
    pub async fn hash(&self, password: &str) -> Result<String, Error> {
        let salt = self.ids.bytes();
        let password = password.to_owned();
        self.in_turn(move || hash(password.as_bytes(), &salt)).await
    }

    /// Whether a password belongs to a hash. Without a hash the answer is no, after as much work.
    pub async fn check(&self, password: &str, hash: Option<&str>) -> Result<Checked, Error> {
        let known = hash.is_some();
        let hash = hash.unwrap_or(&self.nobody).to_owned();
        let password = password.to_owned();
        let checked = self
            .in_turn(move || check(password.as_bytes(), &hash))
            .await?;
        Ok(if known { checked } else { Checked::Wrong })
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let _turn = self.turns.acquire().await.map_err(Error::internal)?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(Error::internal)
    }
}

fn argon2() -> Argon2<'static> {
    let params =
        Params::new(MEMORY_KIB, PASSES, LANES, None).expect("OWASP's parameters are legal");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash(password: &[u8], salt: &[u8; 16]) -> String {
    argon2()
        .hash_password_with_salt(password, salt)
        .expect("argon2 hashes any password shorter than 4 GiB")
        .to_string()
}

fn check(password: &[u8], hash: &str) -> Checked {
    let Ok(parsed) = PasswordHash::new(hash) else {
        return Checked::Wrong;
    };
    if argon2().verify_password(password, &parsed).is_err() {
        return Checked::Wrong;
    }
    let as_now = Params::try_from(&parsed).is_ok_and(|made_with| {
        (made_with.m_cost(), made_with.t_cost(), made_with.p_cost()) == (MEMORY_KIB, PASSES, LANES)
    }) && parsed.algorithm == Algorithm::Argon2id.ident();
    if as_now {
        Checked::Right
    } else {
        Checked::Outdated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_belongs_to_its_hash_alone_and_no_two_hashes_are_alike() {
        let made = hash("晴空万里".as_bytes(), &[1; 16]);
        assert!(
            made.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{made}"
        );
        assert_ne!(made, hash("晴空万里".as_bytes(), &[2; 16]));
        assert_eq!(check("晴空万里".as_bytes(), &made), Checked::Right);
        assert_eq!(check("晴空".as_bytes(), &made), Checked::Wrong);
        assert_eq!(check(b"", "no hash"), Checked::Wrong);
    }

    #[test]
    fn a_hash_of_other_parameters_still_holds_but_is_outdated() {
        let weaker = Params::new(8_192, 1, 1, None).unwrap();
        let made = Argon2::new(Algorithm::Argon2id, Version::V0x13, weaker)
            .hash_password_with_salt(b"before", &[1; 16])
            .unwrap()
            .to_string();
        assert_eq!(check(b"before", &made), Checked::Outdated);
        assert_eq!(check(b"after", &made), Checked::Wrong);
    }

    #[tokio::test]
    async fn a_name_nobody_has_never_signs_in() {
        let passwords = Passwords::new(&Ids::seeded(1));
        let checked = passwords.check("nobody", None).await.unwrap();
        assert_eq!(checked, Checked::Wrong);
    }
}
