//! The body of a frame: records, each behind its length.

use crate::layout::{Field, Malformed, Reader};

/// Return the records of a frame's body; Malformed if the lengths do not add up.
pub fn split(body: &[u8]) -> Result<Vec<&[u8]>, Malformed> {
    let (mut reader, mut records) = (Reader::new(body), Vec::new());
    while !reader.is_empty() {
        let size = u16::read(&mut reader)?;
        records.push(reader.take(usize::from(size))?);
    }
    Ok(records)
}

/// Return the body of a frame with these records, none of which is longer than a length says.
#[must_use]
pub fn join<'a>(records: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut body = Vec::new();
    for record in records {
        (record.len() as u16).write(&mut body);
        body.extend_from_slice(record);
    }
    body
}
