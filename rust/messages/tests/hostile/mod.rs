//! Bytes that were right once, and how long they are tried.
#![allow(dead_code, reason = "each test takes what it needs")]

use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, FileFailurePersistence, TestCaseResult, TestRunner};

/// The inputs of one turn; in a short run there is one.
const CASES: u32 = 400;

#[derive(Clone, Debug)]
enum Mutation {
    Flip(Index, u8),
    Put(Index, Vec<u8>),
    Insert(Index, Vec<u8>),
    Cut(Index),
    Drop(Index, usize),
    Repeat(Index, usize, usize),
    Splice(Index, Vec<u8>, Index),
}

/// Lengths and counts at their ends and in the middle.
fn extremes() -> impl Strategy<Value = Vec<u8>> {
    let numbers = [0_u64, 1, u64::MAX >> 1, (u64::MAX >> 1) + 1, u64::MAX];
    let cut = |(number, width): (u64, usize)| number.to_be_bytes()[..width].to_vec();
    (select(numbers.to_vec()), select(vec![1, 2, 4, 8])).prop_map(cut)
}

fn mutation(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Mutation> {
    prop_oneof![
        (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| Mutation::Flip(at, bit)),
        (any::<Index>(), extremes()).prop_map(|(at, bytes)| Mutation::Put(at, bytes)),
        (any::<Index>(), vec(any::<u8>(), 1..9)).prop_map(|(at, bytes)| Mutation::Insert(at, bytes)),
        any::<Index>().prop_map(Mutation::Cut),
        (any::<Index>(), 1..40_usize).prop_map(|(at, size)| Mutation::Drop(at, size)),
        (any::<Index>(), 1..40_usize, 1..40_usize).prop_map(|(at, size, times)| Mutation::Repeat(at, size, times)),
        (any::<Index>(), select(seeds), any::<Index>()).prop_map(|(at, other, from)| Mutation::Splice(at, other, from)),
    ]
}

fn mutate(mut data: Vec<u8>, mutation: Mutation) -> Vec<u8> {
    let place = |at: Index, data: &[u8]| at.index(data.len() + 1);
    match mutation {
        Mutation::Flip(at, bit) => {
            let at = place(at, &data);
            if let Some(byte) = data.get_mut(at) {
                *byte ^= 1 << bit;
            }
        }
        Mutation::Put(at, bytes) => {
            let at = place(at, &data);
            let end = (at + bytes.len()).min(data.len());
            data.splice(at..end, bytes);
        }
        Mutation::Insert(at, bytes) => {
            let at = place(at, &data);
            data.splice(at..at, bytes);
        }
        Mutation::Cut(at) => data.truncate(place(at, &data)),
        Mutation::Drop(at, size) => {
            let at = place(at, &data);
            data.drain(at..(at + size).min(data.len()));
        }
        Mutation::Repeat(at, size, times) => {
            let at = place(at, &data);
            let piece = data[at..(at + size).min(data.len())].repeat(times);
            data.splice(at..at, piece);
        }
        Mutation::Splice(at, other, from) => {
            data.truncate(place(at, &data));
            data.extend_from_slice(&other[place(from, &other)..]);
        }
    }
    data
}

/// Return one of the seeds after a few mutations; sometimes bytes that have nothing to do with it.
pub fn mutated(seeds: &[Vec<u8>]) -> impl Strategy<Value = Vec<u8>> + use<> {
    let few = vec(mutation(seeds.to_vec()), 0..5);
    let changed = (select(seeds.to_vec()), few);
    prop_oneof![
        19 => changed.prop_map(|(seed, mutations)| mutations.into_iter().fold(seed, mutate)),
        1 => vec(any::<u8>(), 0..300),
    ]
}

/// Try inputs as long as `DCEP_FUZZ_SECONDS` says, shared among so many targets; some hundreds where it says nothing.
///
/// What fails is made small, and its seed kept in `proptest-regressions`, from where it is tried first ever after.
pub fn fuzz<S: Strategy>(name: &str, targets: u64, inputs: &S, check: impl Fn(S::Value) -> TestCaseResult) {
    let file: &'static str = Box::leak(format!("proptest-regressions/{name}.txt").into_boxed_str());
    let config = Config {
        cases: CASES,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(file))),
        ..Config::default()
    };
    let seconds: u64 = std::env::var("DCEP_FUZZ_SECONDS").map_or(0, |text| text.parse().expect("whole seconds"));
    let (begun, lasting, mut tried) = (Instant::now(), Duration::from_secs(seconds) / targets as u32, 0_u64);
    loop {
        if let Err(failure) = TestRunner::new(config.clone()).run(inputs, &check) {
            panic!("{name}: {failure}");
        }
        tried += u64::from(CASES);
        if begun.elapsed() >= lasting {
            break;
        }
    }
    println!("{name}: {tried} inputs in {} s", begun.elapsed().as_secs());
}

/// Return the bytes of a column of the vectors of commands, of every row.
pub fn of_commands(column: &str) -> Vec<Vec<u8>> {
    let files = [
        include_str!("../../../../vectors/commands/channel.txt"),
        include_str!("../../../../vectors/commands/freezing.txt"),
        include_str!("../../../../vectors/commands/governance.txt"),
        include_str!("../../../../vectors/commands/issuance.txt"),
        include_str!("../../../../vectors/commands/payments.txt"),
        include_str!("../../../../vectors/commands/policies.txt"),
        include_str!("../../../../vectors/commands/timekeeping.txt"),
        include_str!("../../../../vectors/commands/vaults.txt"),
        include_str!("../../../../vectors/commands/wallets.txt"),
    ];
    let lines = files.into_iter().flat_map(str::lines);
    let found = lines.filter_map(|line| line.strip_prefix(column).filter(|rest| rest.starts_with(' ')));
    found.map(|text| from_hex(text.trim())).collect()
}

/// Return a column of a table of the vectors, as bytes.
pub fn of_table(table: &str, column: usize) -> Vec<Vec<u8>> {
    table
        .lines()
        .skip(1)
        .filter_map(|line| line.split('\t').nth(column))
        .map(from_hex)
        .collect()
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .bytes()
        .map(|digit| (digit as char).to_digit(16).expect("hex") as u8)
        .collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}
