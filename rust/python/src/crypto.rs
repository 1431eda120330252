//! `dcep-crypto` for Python: bytes in, bytes out. A length that is not the one required is a `ValueError`.

use dcep_crypto::merkle::root;
use dcep_crypto::p256;
use dcep_crypto::suites::{self, PublicKey, Seed, Signature, Signed};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

type Bytes<'py> = Bound<'py, PyBytes>;
type Item<'py> = (Bytes<'py>, Bytes<'py>, Bytes<'py>, u8);

/// Return the public key of a seed.
#[pyfunction]
pub fn public_key<'py>(py: Python<'py>, suite: u8, seed: &[u8]) -> PyResult<Bytes<'py>> {
    let public = suites::public_key(suite, &exactly("seed", seed)?).ok_or_else(no_secret)?;
    Ok(PyBytes::new(py, public.as_bytes()))
}

/// Return the signature of a message; `public` must be the public key of `seed`.
#[pyfunction]
pub fn sign<'py>(py: Python<'py>, suite: u8, seed: &[u8], public: &[u8], message: &[u8]) -> PyResult<Bytes<'py>> {
    let signature = suites::sign(&exactly("seed", seed)?, &key_of(suite, public)?, message);
    Ok(PyBytes::new(py, &signature.ok_or_else(no_secret)?))
}

/// Return the signatures, one behind the other, for each (seed, public, message, suite).
#[pyfunction]
pub fn sign_batch<'py>(py: Python<'py>, items: Vec<Item<'py>>) -> PyResult<Bytes<'py>> {
    let orders = items.iter().map(order).collect::<PyResult<Vec<_>>>()?;
    let sign = |(seed, public, message): &(Seed, PublicKey, &[u8])| suites::sign(seed, public, message);
    let signatures: Option<Vec<Signature>> = py.detach(|| orders.iter().map(sign).collect());
    Ok(PyBytes::new(py, signatures.ok_or_else(no_secret)?.as_flattened()))
}

/// Say whether one signature is good.
#[pyfunction]
pub fn verify(suite: u8, key: &[u8], message: &[u8], signature: &[u8]) -> PyResult<bool> {
    Ok(suites::verify(&signed(suite, key, message, signature)?))
}

/// Return the places of the bad signatures among (key, message, signature, suite), ascending.
#[pyfunction]
pub fn verify_batch<'py>(py: Python<'py>, items: Vec<Item<'py>>) -> PyResult<Vec<usize>> {
    let batch = items
        .iter()
        .map(|(key, message, signature, suite)| {
            signed(*suite, key.as_bytes(), message.as_bytes(), signature.as_bytes())
        })
        .collect::<PyResult<Vec<Signed>>>()?;
    Ok(py.detach(|| suites::verify_batch(&batch)))
}

/// Say whether a key may be registered: canonically encoded, and one for which only its holder can sign.
#[pyfunction]
pub fn key_acceptable(suite: u8, key: &[u8]) -> PyResult<bool> {
    Ok(suites::is_acceptable_key(&key_of(suite, key)?))
}

/// Return r and s of a DER signature, one behind the other; None if it is none.
#[pyfunction]
pub fn p256_signature_from_der<'py>(py: Python<'py>, der: &[u8]) -> Option<Bytes<'py>> {
    p256::signature_from_der(der).map(|signature| PyBytes::new(py, &signature))
}

/// Return the RFC 6962 root over the data of the leaves.
#[pyfunction]
pub fn merkle_root<'py>(py: Python<'py>, leaves: Vec<Bytes<'py>>) -> Bytes<'py> {
    let leaves: Vec<&[u8]> = leaves.iter().map(|leaf| leaf.as_bytes()).collect();
    PyBytes::new(py, &py.detach(|| root(&leaves)))
}

fn signed<'a>(suite: u8, key: &[u8], message: &'a [u8], signature: &[u8]) -> PyResult<Signed<'a>> {
    Ok(Signed {
        key: key_of(suite, key)?,
        message,
        signature: exactly("signature", signature)?,
    })
}

fn order<'a>((seed, public, message, suite): &'a Item) -> PyResult<(Seed, PublicKey, &'a [u8])> {
    let (seed, public) = (exactly("seed", seed.as_bytes())?, key_of(*suite, public.as_bytes())?);
    Ok((seed, public, message.as_bytes()))
}

fn no_secret() -> PyErr {
    PyValueError::new_err("the seed is no secret of this suite")
}

fn key_of(suite: u8, key: &[u8]) -> PyResult<PublicKey> {
    let wrong = || PyValueError::new_err(format!("{} bytes are no key of suite {suite}", key.len()));
    PublicKey::new(suite, key).ok_or_else(wrong)
}

pub(crate) fn exactly<const N: usize>(name: &str, bytes: &[u8]) -> PyResult<[u8; N]> {
    let wrong = |_| PyValueError::new_err(format!("{name} must have {N} bytes, not {}", bytes.len()));
    bytes.try_into().map_err(wrong)
}
