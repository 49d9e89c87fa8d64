//! The heads told outside of the database, compared with the chain in it.
//!
//! A restore puts an older chain in the place of the one that was told outside. Where both the file
//! and the database know of it, what was told before of later positions is the part that was lost,
//! and no fault; the database alone cannot excuse anything.

use std::io;
use std::iter::Peekable;

use super::{Fault, Found, Restored};
use crate::app::Error;
use crate::app::journal::head::Told;
use crate::domain::journal::Head;
use crate::store::epoch::Epoch;

/// The heads told outside, in step with the walk along the chain.
pub(super) struct Outside<I: Iterator<Item = io::Result<Told>>> {
    told: Peekable<I>,
    pub(super) compared: u64,
    /// The last position at which both agreed.
    agreed: i64,
    /// The last position taken from the file.
    taken: i64,
    differs: bool,
    /// The restores both know of, in the order of the file.
    pub(super) restored: Vec<Restored>,
    /// How many of them the walk has passed.
    passed: usize,
}

impl<I: Iterator<Item = io::Result<Told>>> Outside<I> {
    /// What the file told, and the restores in it of which the database knows.
    pub(super) fn over(told: I, restored: Vec<Restored>) -> Self {
        Self {
            told: told.peekable(),
            compared: 0,
            agreed: 0,
            taken: 0,
            differs: false,
            restored,
            passed: 0,
        }
    }

    /// The heads told at or before a position, given the seal that stands there.
    pub(super) fn compare(
        &mut self,
        position: i64,
        seal: &str,
        found: &mut Found,
    ) -> Result<(), Error> {
        while let Some(head) = self.next_up_to(position)? {
            if head.position < self.taken {
                found.fault(Fault::OutsideDisordered {
                    position: head.position,
                });
                continue;
            }
            self.taken = head.position;
            let outside = head.seal.to_string();
            if head.position < position {
                found.fault(Fault::OutsideMissing {
                    position: head.position,
                    seal: outside,
                });
            } else if outside == seal {
                self.agreed = position;
            } else if !std::mem::replace(&mut self.differs, true) {
                found.fault(Fault::OutsideDiffers {
                    position,
                    agreed: self.agreed,
                    outside,
                    here: seal.to_owned(),
                });
            }
        }
        Ok(())
    }

    /// The heads told of positions the chain does not have.
    pub(super) fn beyond(&mut self, found: &mut Found) -> Result<(), Error> {
        while let Some(head) = self.next_up_to(i64::MAX)? {
            found.fault(Fault::OutsideMissing {
                position: head.position,
                seal: head.seal.to_string(),
            });
        }
        Ok(())
    }

    /// The next head of this chain that was told of a position up to this one.
    fn next_up_to(&mut self, position: i64) -> Result<Option<Head>, Error> {
        loop {
            let (restored, passed) = (&self.restored, self.passed);
            let due = |told: &io::Result<Told>| {
                told.as_ref().map_or(true, |told| {
                    told.head.position <= position || !lives(restored, passed, told)
                })
            };
            let Some(told) = self.told.next_if(due) else {
                return Ok(None);
            };
            let told = told.map_err(Error::internal)?;
            if lives(&self.restored, self.passed, &told) {
                self.passed += usize::from(told.restored);
                self.compared += 1;
                // Of a backup in which nothing was sealed yet.
                if told.head == Head::START {
                    continue;
                }
                return Ok(Some(told.head));
            }
            let after = &mut self.restored[self.passed..];
            let by = after.iter_mut().find(|it| it.position < told.head.position);
            if let Some(by) = by.filter(|_| !told.restored) {
                by.lost_to = by.lost_to.max(Some(told.head.position));
            }
        }
    }
}

/// The restores told outside of which the database knows too.
pub(super) fn restores(
    told: impl Iterator<Item = io::Result<Told>>,
    epochs: &[Epoch],
) -> Result<Vec<Restored>, Error> {
    let mut restores = Vec::new();
    for told in told {
        let told = told.map_err(Error::internal)?;
        let is_it = |epoch: &&Epoch| epoch.from == told.head && epoch.began_at == told.at;
        if let Some(epoch) = epochs.iter().find(is_it).filter(|_| told.restored) {
            restores.push(Restored {
                epoch: epoch.number,
                at: epoch.began_at,
                position: epoch.from.position,
                lost_to: None,
            });
        }
    }
    Ok(restores)
}

/// Whether a line is of the chain as it is: no head beyond a later restore, and no restore of
/// another database.
fn lives(restored: &[Restored], passed: usize, told: &Told) -> bool {
    let mut after = restored[passed..].iter();
    if told.restored {
        after
            .next()
            .is_some_and(|next| next.at == told.at && next.position == told.head.position)
    } else {
        after.all(|restore| told.head.position <= restore.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::digest::Digest;

    #[test]
    fn a_backup_without_a_seal_is_no_fault_of_the_chain_after_it() {
        let at = "2026-11-24T12:00:00Z".parse().unwrap();
        let first = Head::START.after(&Digest::of(b"entry").to_string());
        let told = [Told::restored(Head::START, at), Told::sealed(first, at)];
        let restored = Restored {
            epoch: 2,
            at,
            position: 0,
            lost_to: None,
        };
        let mut outside = Outside::over(told.into_iter().map(Ok), vec![restored]);
        let mut found = Found::default();
        outside
            .compare(1, &first.seal.to_string(), &mut found)
            .unwrap();
        outside.beyond(&mut found).unwrap();
        assert_eq!(found.faults_in_all, 0, "{:?}", found.faults);
        assert_eq!(outside.compared, 2);
    }
}
