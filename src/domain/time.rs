//! Time as the trade writes it: civil days and hours in UTC+8.
//!
//! One offset, +08:00, and no time-zone database: every notice in China is dated in Beijing time.
//! An instant is a `DateTime<Utc>`; what a document *said* is a [`WrittenTime`], because `24:00`
//! of one day and `00:00` of the next are one instant but two sentences.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Duration, FixedOffset, NaiveDate, NaiveDateTime, TimeZone, Utc};
use serde::{Deserialize, Serialize};

/// The one offset, UTC+8.
pub const BEIJING: FixedOffset = match FixedOffset::east_opt(8 * 3600) {
    Some(offset) => offset,
    None => panic!("+08:00 is a legal offset"),
};

/// The instant at which a civil day begins.
pub fn day_start(day: NaiveDate) -> DateTime<Utc> {
    instant(day.and_time(chrono::NaiveTime::MIN))
}

/// The civil day an instant falls on.
pub fn day_of(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&BEIJING).date_naive()
}

/// The instant a wall clock in Beijing shows `local`.
pub fn instant(local: NaiveDateTime) -> DateTime<Utc> {
    (local - Duration::hours(8)).and_utc()
}

/// An instant with its offset, as machine formats carry it: `2015-11-28T00:00:00+08:00`.
pub fn rfc3339(at: DateTime<Utc>) -> String {
    at.with_timezone(&BEIJING)
        .to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false)
}

/// An instant in epoch milliseconds, as the store keeps it.
pub fn from_millis(millis: i64) -> Option<DateTime<Utc>> {
    Utc.timestamp_millis_opt(millis).single()
}

/// A time as a document states it, to the minute; `24:00` is legal and stays `24:00`.
///
/// Ordered and compared by the instant it names *and then* by how it is written, so that two
/// spellings of one midnight are adjacent but not equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WrittenTime {
    day: NaiveDate,
    /// Minutes since the day began, 0 ..= 1440.
    minute: u16,
}

/// Why a text is not a [`WrittenTime`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time: expected `YYYY-MM-DDThh:mm`, hours 00 to 24 in Beijing time")]
pub struct NotATime(pub String);

impl WrittenTime {
    /// The time `hour:minute` of `day`, hour 0 to 24; none for times no clock shows.
    pub fn new(day: NaiveDate, hour: u16, minute: u16) -> Option<Self> {
        let minutes = hour.checked_mul(60)?.checked_add(minute)?;
        (minute < 60 && minutes <= 24 * 60).then_some(Self {
            day,
            minute: minutes,
        })
    }

    /// The plain spelling of an instant, seconds dropped: midnight is `00:00`.
    pub fn of(at: DateTime<Utc>) -> Self {
        let local = at.with_timezone(&BEIJING).naive_local();
        let minute = (local - local.date().and_time(chrono::NaiveTime::MIN)).num_minutes();
        Self {
            day: local.date(),
            minute: u16::try_from(minute).expect("a day has 1440 minutes"),
        }
    }

    /// This time, or the minute of an instant where it has passed by then.
    #[must_use]
    pub fn not_before(self, at: DateTime<Utc>) -> Self {
        let minute = Self::of(at);
        if self.at() < minute.at() {
            minute
        } else {
            self
        }
    }

    /// The spelling of an end: midnight is `24:00` of the day that it ends.
    pub fn ending(at: DateTime<Utc>) -> Self {
        let plain = Self::of(at);
        match (plain.minute, plain.day.pred_opt()) {
            (0, Some(day)) => Self {
                day,
                minute: 24 * 60,
            },
            _ => plain,
        }
    }

    /// The instant named.
    pub fn at(self) -> DateTime<Utc> {
        day_start(self.day) + Duration::minutes(i64::from(self.minute))
    }

    /// The day as written.
    pub fn day(self) -> NaiveDate {
        self.day
    }

    /// Hour and minute as written, `(24, 0)` included.
    pub fn clock(self) -> (u16, u16) {
        (self.minute / 60, self.minute % 60)
    }

    /// As a Chinese document prints it: `2026年11月24日20时`, `…24时`, `…18时30分`.
    pub fn zh(self) -> String {
        let (hour, minute) = self.clock();
        let (year, month, day) = (self.day.year(), self.day.month(), self.day.day());
        let day = format_args!("{year}年{month}月{day}日");
        if minute == 0 {
            format!("{day}{hour}时")
        } else {
            format!("{day}{hour}时{minute:02}分")
        }
    }
}

impl Ord for WrittenTime {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at(), self.day).cmp(&(other.at(), other.day))
    }
}

impl PartialOrd for WrittenTime {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for WrittenTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute) = self.clock();
        write!(f, "{}T{hour:02}:{minute:02}", self.day)
    }
}

impl FromStr for WrittenTime {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let refused = || NotATime(text.to_owned());
        let (day, clock) = text.trim().split_once(['T', ' ']).ok_or_else(refused)?;
        let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").map_err(|_| refused())?;
        let clock = clock.strip_suffix("+08:00").unwrap_or(clock);
        let mut parts = clock.split(':');
        let mut part = || match parts.next() {
            Some(digits) if digits.len() == 2 => digits.parse::<u16>().map_err(|_| refused()),
            _ => Err(refused()),
        };
        let (hour, minute) = (part()?, part()?);
        match parts.next() {
            None | Some("00") => {}
            Some(_) => return Err(refused()),
        }
        Self::new(day, hour, minute).ok_or_else(refused)
    }
}

impl Serialize for WrittenTime {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for WrittenTime {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::hour("2026-11-24T20:00", "2026-11-24T12:00:00Z", "2026年11月24日20时")]
    #[case::minutes("2026-11-24 18:30", "2026-11-24T10:30:00Z", "2026年11月24日18时30分")]
    #[case::end_of_day("2019-02-28T24:00", "2019-02-28T16:00:00Z", "2019年2月28日24时")]
    #[case::start_of_day("2019-03-01T00:00", "2019-02-28T16:00:00Z", "2019年3月1日0时")]
    fn a_written_time_names_an_instant_and_keeps_its_spelling(
        #[case] text: &str,
        #[case] at: &str,
        #[case] zh: &str,
    ) {
        let written: WrittenTime = text.parse().unwrap();
        assert_eq!(written.at(), at.parse::<DateTime<Utc>>().unwrap());
        assert_eq!(written.zh(), zh);
        assert_eq!(written.to_string().parse(), Ok(written));
    }

    #[rstest]
    #[case("2026-11-24T24:01")]
    #[case("2026-11-24T25:00")]
    #[case("2026-11-24T9:00")]
    #[case("2026-02-29T08:00")]
    #[case("2026-11-24")]
    #[case("2026-11-24T08:00:30")]
    #[case("即日起")]
    fn a_time_no_clock_shows_is_refused(#[case] text: &str) {
        assert_eq!(text.parse::<WrittenTime>(), Err(NotATime(text.to_owned())));
    }

    #[test]
    fn two_spellings_of_one_midnight_are_one_instant_and_two_sentences() {
        let late: WrittenTime = "2026-11-24T24:00".parse().unwrap();
        let early: WrittenTime = "2026-11-25T00:00".parse().unwrap();
        assert_eq!(late.at(), early.at());
        assert!(late < early);
        assert_eq!(WrittenTime::of(late.at()), early);
    }
}
