//! `dcep._core`: the door from Python to the Rust crates. Only conversion of whole batches lives here, no decision.

mod crypto;
mod engine;
mod history;

use pyo3::prelude::*;

#[pymodule]
mod _core {
    #[pymodule_export]
    use super::crypto::{
        ed25519_key_acceptable, ed25519_public, ed25519_sign, ed25519_sign_batch, ed25519_verify, ed25519_verify_batch,
        merkle_root,
    };
    #[pymodule_export]
    use super::engine::{Engine, read_wires, verify_records};
    #[pymodule_export]
    use super::history::{consumed_rows, merged_rows};
}
