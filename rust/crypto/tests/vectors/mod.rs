//! The tables of `vectors/`, which Rust and Python both read.

/// Return the rows of a table, without the line of names, split into their fields.
pub fn rows(table: &str) -> Vec<Vec<&str>> {
    table.lines().skip(1).map(|line| line.split('\t').collect()).collect()
}

/// Return the bytes that are written as hexadecimal digits.
pub fn bytes(digits: &str) -> Vec<u8> {
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}

/// Return exactly `N` bytes that are written as hexadecimal digits.
pub fn exactly<const N: usize>(digits: &str) -> [u8; N] {
    bytes(digits).try_into().unwrap()
}
