//! The history's rows for Python: bytes in, bytes out, without the interpreter's lock.

use dcep_engine::consumed;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::crypto::exactly;

type Bytes<'py> = Bound<'py, PyBytes>;

/// Return the sorted rows of a frame, and the earliest and the latest expiry among them.
#[pyfunction]
pub fn consumed_rows<'py>(
    py: Python<'py>,
    network: &[u8],
    seq: u64,
    body: &[u8],
    outcomes: &[u8],
) -> PyResult<(Bytes<'py>, u64, u64)> {
    let network = exactly("network", network)?;
    let found = py
        .detach(|| consumed::consumed(&network, seq, body, outcomes))
        .map_err(|_| PyValueError::new_err("outcomes that are not those of the frame"))?;
    Ok((
        PyBytes::new(py, found.rows.as_flattened()),
        found.earliest,
        found.latest,
    ))
}

/// Return the rows of sorted runs in order.
#[pyfunction]
pub fn merged_rows<'py>(py: Python<'py>, runs: Vec<Bytes<'py>>) -> Bytes<'py> {
    let runs: Vec<&[u8]> = runs.iter().map(|run| run.as_bytes()).collect();
    PyBytes::new(py, &py.detach(|| consumed::merged(&runs)))
}
