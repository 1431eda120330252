//! Rows of the history's index, whole frames at once: which commands of a frame consumed their numbers, and where.
//!
//! A row is key ‖ frame u64 ‖ place u32 ‖ status ‖ reason u16 ‖ command id; the key is account, lane and number as they
//! stand at the beginning of a record. Rows compare as bytes, so whatever is sorted is sorted by its key.

use dcep_messages::frames::split;
use dcep_messages::ids::NetworkId;
use dcep_messages::layout::{Field, Malformed, Reader};
use dcep_messages::outcomes::{Outcome, Status};
use dcep_messages::signed::{decode_record, prefix};

const KEY_SIZE: usize = 16;
const EXPIRY_SIZE: usize = 8;
/// Key, place, outcome and id.
pub const ROW_SIZE: usize = KEY_SIZE + 12 + 3 + 32;

/// One command that consumed its number.
pub type Row = [u8; ROW_SIZE];

/// The rows of a frame in order of their keys, and the earliest and the latest expiry among them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "said above")]
pub struct Consumed {
    pub rows: Vec<Row>,
    pub earliest: u64,
    pub latest: u64,
}

/// Return the rows of a frame; Malformed if its outcomes are not one for each of its records.
///
/// A body that is no list of records has none.
pub fn consumed(network: &NetworkId, seq: u64, body: &[u8], outcomes: &[u8]) -> Result<Consumed, Malformed> {
    let (prefix, mut reader) = (prefix(network), Reader::new(outcomes));
    let mut found = Consumed {
        rows: Vec::new(),
        earliest: u64::MAX,
        latest: 0,
    };
    let Ok(records) = split(body) else {
        return Ok(found);
    };
    for (place, record) in records.iter().enumerate() {
        let outcome = Outcome::read(&mut reader)?;
        if !matches!(outcome.status, Status::Settled | Status::Refused) {
            continue;
        }
        let command = decode_record(record)?;
        let (Some(key), Some(expiry)) = (record.first_chunk::<KEY_SIZE>(), expiry_of(record)) else {
            return Err(Malformed::Bytes);
        };
        // A command that carries no account has zeros there, and no number to consume.
        if *key == [0; KEY_SIZE] {
            continue;
        }
        found
            .rows
            .push(row(key, seq, place as u32, &outcome, &command.id(&prefix)));
        found.earliest = found.earliest.min(expiry);
        found.latest = found.latest.max(expiry);
    }
    reader.finish()?;
    found.rows.sort_unstable();
    Ok(found)
}

/// Return all rows of several sorted runs in order.
#[must_use]
pub fn merged(runs: &[&[u8]]) -> Vec<u8> {
    let mut rows: Vec<Row> = runs
        .iter()
        .flat_map(|run| run.as_chunks::<ROW_SIZE>().0)
        .copied()
        .collect();
    // Runs are found and merged; the sort is stable for that, keys do not repeat.
    rows.sort();
    rows.into_flattened()
}

fn expiry_of(record: &[u8]) -> Option<u64> {
    let bytes = record.get(KEY_SIZE..)?.first_chunk::<EXPIRY_SIZE>()?;
    Some(u64::from_be_bytes(*bytes))
}

fn row(key: &[u8; KEY_SIZE], seq: u64, place: u32, outcome: &Outcome, id: &[u8; 32]) -> Row {
    let mut row = [0; ROW_SIZE];
    let bytes = key
        .iter()
        .copied()
        .chain(seq.to_be_bytes())
        .chain(place.to_be_bytes())
        .chain([outcome.status as u8])
        .chain(outcome.reason.to_be_bytes())
        .chain(id.iter().copied());
    row.iter_mut().zip(bytes).for_each(|(slot, byte)| *slot = byte);
    row
}
