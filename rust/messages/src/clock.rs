//! Time as a value: milliseconds, and the calendar day of Shanghai. Reads no clock.

/// Milliseconds since 1970-01-01 UTC.
pub type UnixMs = u64;
/// A calendar day at UTC+8 without daylight saving: 0 is 2000-01-01.
pub type Day = u32;

const DAY_MS: u64 = 86_400_000;
/// 2000-01-01 00:00 at UTC+8 is 1999-12-31 16:00 UTC.
const DAY_ZERO_MS: u64 = 946_656_000_000;

/// Return the Shanghai day of an instant; whatever lies before 2000 counts as day 0, whatever 32 bits cannot count as the last.
#[must_use]
pub fn day_of(ms: UnixMs) -> Day {
    Day::try_from(ms.saturating_sub(DAY_ZERO_MS) / DAY_MS).unwrap_or(Day::MAX)
}

/// Return the calendar year of the day: whole numbers only, so that every language computes the same.
#[must_use]
#[expect(clippy::arithmetic_side_effects, reason = "a day has 32 bits: no value reaches 2^42")]
pub fn year_of(day: Day) -> u32 {
    // 400 years of the Gregorian calendar are 146,097 days; the average can be one year early or late.
    let day = u64::from(day);
    let mut years = day * 400 / 146_097;
    if day < first_day(years) {
        years -= 1;
    } else if day >= first_day(years + 1) {
        years += 1;
    }
    (2000 + years) as u32
}

/// Return the day that begins a year, counted in years from 2000, itself a leap year.
#[expect(
    clippy::arithmetic_side_effects,
    reason = "years have 24 bits: no value reaches 2^42"
)]
fn first_day(years: u64) -> u64 {
    365 * years + years.div_ceil(4) + years.div_ceil(400) - years.div_ceil(100)
}
