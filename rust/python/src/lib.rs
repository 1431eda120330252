//! `dcep._core`: the door from Python to the Rust crates. Only conversion of whole batches lives here, no decision.

use pyo3::prelude::*;

#[pymodule]
mod _core {}
