//! The heads told outside of the database, compared with the chain in it.

use std::io;
use std::iter::Peekable;

use super::{Fault, Found};
use crate::app::Error;
use crate::domain::journal::Head;

/// The heads told outside, in step with the walk along the chain.
pub(super) struct Outside<I: Iterator<Item = io::Result<Head>>> {
    heads: Peekable<I>,
    pub(super) compared: u64,
    /// The last position at which both agreed.
    agreed: i64,
    /// The last position taken from the file.
    taken: i64,
    differs: bool,
}

impl<I: Iterator<Item = io::Result<Head>>> Outside<I> {
    pub(super) fn over(heads: I) -> Self {
        Self {
            heads: heads.peekable(),
            compared: 0,
            agreed: 0,
            taken: 0,
            differs: false,
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

    fn next_up_to(&mut self, position: i64) -> Result<Option<Head>, Error> {
        let due =
            |head: &io::Result<Head>| head.as_ref().map_or(true, |head| head.position <= position);
        let head = self.heads.next_if(due).transpose();
        let head = head.map_err(Error::internal)?;
        self.compared += u64::from(head.is_some());
        Ok(head)
    }
}
