//! `dcep-crypto` for Python: bytes in, bytes out. A length that is not the one required is a `ValueError`.

use dcep_crypto::ed25519::{
    PublicKey, Seed, Signature, Signed, is_acceptable_key, public_key, sign, verify, verify_batch,
};
use dcep_crypto::merkle::root;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

type Bytes<'py> = Bound<'py, PyBytes>;

/// Return the public key of a seed.
#[pyfunction]
pub fn ed25519_public<'py>(py: Python<'py>, seed: &[u8]) -> PyResult<Bytes<'py>> {
    Ok(PyBytes::new(py, &public_key(&exactly("seed", seed)?)))
}

/// Return the signature of a message; `public` must be the public key of `seed`.
#[pyfunction]
pub fn ed25519_sign<'py>(py: Python<'py>, seed: &[u8], public: &[u8], message: &[u8]) -> PyResult<Bytes<'py>> {
    Ok(PyBytes::new(
        py,
        &sign(&exactly("seed", seed)?, &exactly("public", public)?, message),
    ))
}

/// Return the signatures of many messages, one behind the other; seeds and public keys come one behind the other too.
#[pyfunction]
pub fn ed25519_sign_batch<'py>(
    py: Python<'py>,
    seeds: &[u8],
    publics: &[u8],
    messages: Vec<Bytes<'py>>,
) -> PyResult<Bytes<'py>> {
    let seeds: Vec<Seed> = pieces("seeds", seeds, messages.len())?;
    let publics: Vec<PublicKey> = pieces("publics", publics, messages.len())?;
    let messages: Vec<&[u8]> = messages.iter().map(|message| message.as_bytes()).collect();
    let signatures: Vec<Signature> = py.detach(|| {
        let signers = seeds.iter().zip(&publics).zip(&messages);
        signers
            .map(|((seed, public), message)| sign(seed, public, message))
            .collect()
    });
    Ok(PyBytes::new(py, signatures.as_flattened()))
}

/// Say whether one signature is good.
#[pyfunction]
pub fn ed25519_verify(key: &[u8], message: &[u8], signature: &[u8]) -> PyResult<bool> {
    Ok(verify(&signed(key, message, signature)?).is_ok())
}

/// Return the places of the bad signatures among (key, message, signature), ascending.
#[pyfunction]
pub fn ed25519_verify_batch<'py>(
    py: Python<'py>,
    items: Vec<(Bytes<'py>, Bytes<'py>, Bytes<'py>)>,
) -> PyResult<Vec<usize>> {
    let batch = items
        .iter()
        .map(|(key, message, signature)| signed(key.as_bytes(), message.as_bytes(), signature.as_bytes()))
        .collect::<PyResult<Vec<Signed>>>()?;
    Ok(py.detach(|| verify_batch(&batch)))
}

/// Say whether a key may be registered: canonically encoded and not of small order.
#[pyfunction]
pub fn ed25519_key_acceptable(key: &[u8]) -> PyResult<bool> {
    Ok(is_acceptable_key(&exactly("key", key)?))
}

/// Return the RFC 6962 root over the data of the leaves.
#[pyfunction]
pub fn merkle_root<'py>(py: Python<'py>, leaves: Vec<Bytes<'py>>) -> Bytes<'py> {
    let leaves: Vec<&[u8]> = leaves.iter().map(|leaf| leaf.as_bytes()).collect();
    PyBytes::new(py, &py.detach(|| root(&leaves)))
}

fn signed<'a>(key: &[u8], message: &'a [u8], signature: &[u8]) -> PyResult<Signed<'a>> {
    Ok(Signed {
        key: exactly("key", key)?,
        message,
        signature: exactly("signature", signature)?,
    })
}

pub(crate) fn exactly<const N: usize>(name: &str, bytes: &[u8]) -> PyResult<[u8; N]> {
    let wrong = |_| PyValueError::new_err(format!("{name} must have {N} bytes, not {}", bytes.len()));
    bytes.try_into().map_err(wrong)
}

fn pieces<const N: usize>(name: &str, bytes: &[u8], count: usize) -> PyResult<Vec<[u8; N]>> {
    let (pieces, rest) = bytes.as_chunks::<N>();
    if rest.is_empty() && pieces.len() == count {
        Ok(pieces.to_vec())
    } else {
        Err(PyValueError::new_err(format!(
            "{name} must have {N} bytes for each of {count} messages, not {}",
            bytes.len()
        )))
    }
}
