//! `dcep._core`: the door from Python to the Rust crates. Only conversion of whole batches lives here, no decision.

mod crypto;
mod engine;
mod history;

use pyo3::prelude::*;

#[pymodule]
mod _core {
    #[pymodule_export]
    use super::crypto::{
        key_acceptable, merkle_root, p256_signature_from_der, public_key, sign, sign_batch, verify, verify_batch,
    };
    #[pymodule_export]
    use super::engine::{Engine, read_wires, verify_records};
    #[pymodule_export]
    use super::history::{consumed_rows, merged_rows};
}
