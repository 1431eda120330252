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
