//! Stories: whole episodes through a whole node, with a clock moved by hand.

mod bureau;
mod faults;
mod issue;
mod playbook;
mod sinks;
mod tampering;
