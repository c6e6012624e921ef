//! Times in words. The exact time stands in the `title`; the browser puts it in its own zone.

use time::OffsetDateTime;

use crate::words::Words;

words! {
    just_now: "just now", "刚刚";
    seconds_ago(n: i64): "{n} s ago", "{n} 秒前";
    minutes_ago(n: i64): "{n} min ago", "{n} 分钟前";
    hours_ago(n: i64): "{n} h ago", "{n} 小时前";
    days_ago(n: i64): "{n} d ago", "{n} 天前";
    seconds_left(n: i64): "{n} s left", "剩余 {n} 秒";
    minutes_left(n: i64): "{n} min left", "剩余 {n} 分钟";
    hours_left(n: i64): "{n} h left", "剩余 {n} 小时";
    days_left(n: i64): "{n} d left", "剩余 {n} 天";
    ending: "ending now", "即将结束";
    seconds_long(n: i64): "{n} s", "{n} 秒";
    minutes_long(n: i64): "{n} min", "{n} 分钟";
    hours_long(n: i64): "{n} h", "{n} 小时";
    days_long(n: i64): "{n} d", "{n} 天";
    now: "now", "即将";
    in_time(time: &str): "in {time}", "{time}后";
    never: "never", "从未";
}

impl Words {
    /// `3 min ago`.
    pub(crate) fn ago(self, then: OffsetDateTime, now: OffsetDateTime) -> String {
        match (now - then).whole_seconds() {
            ..=4 => self.just_now().to_owned(),
            seconds @ 5..=59 => self.seconds_ago(seconds),
            seconds @ 60..=3_599 => self.minutes_ago(seconds / 60),
            seconds @ 3_600..=172_799 => self.hours_ago(seconds / 3_600),
            seconds => self.days_ago(seconds / 86_400),
        }
    }

    /// `23 h left`, to the nearest; `None` is for ever.
    pub(crate) fn left(self, until: Option<OffsetDateTime>, now: OffsetDateTime) -> String {
        let Some(until) = until else {
            return self.permanent().to_owned();
        };
        match (until - now).whole_seconds() {
            ..=0 => self.ending().to_owned(),
            seconds @ 1..=59 => self.seconds_left(seconds),
            seconds @ 60..=3_569 => self.minutes_left((seconds + 30) / 60),
            seconds @ 3_570..=171_000 => self.hours_left((seconds + 1_800) / 3_600),
            seconds => self.days_left((seconds + 43_200) / 86_400),
        }
    }

    /// `in 3 min`.
    pub(crate) fn ahead(self, then: OffsetDateTime, now: OffsetDateTime) -> String {
        match (then - now).whole_seconds() {
            ..=0 => self.now().to_owned(),
            seconds => self.in_time(&self.duration(seconds)),
        }
    }

    /// `24 h`, for settings.
    pub(crate) fn duration(self, seconds: i64) -> String {
        match seconds {
            i64::MIN..0 => self.permanent().to_owned(),
            0..=119 => self.seconds_long(seconds),
            120..=7_199 => self.minutes_long(seconds / 60),
            7_200..=172_799 => self.hours_long(seconds / 3_600),
            _ => self.days_long(seconds / 86_400),
        }
    }
}

#[cfg(test)]
mod tests {
    use time::{Duration, OffsetDateTime};

    use crate::words::Words;

    #[test]
    fn rounds() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(400);
        let cases = [
            (3, "just now"),
            (59, "59 s ago"),
            (60, "1 min ago"),
            (7_300, "2 h ago"),
            (200_000, "2 d ago"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(
                Words::En.ago(now - Duration::seconds(seconds), now),
                expected
            );
        }
        assert_eq!(
            Words::Zh.left(Some(now + Duration::hours(23)), now),
            "剩余 23 小时"
        );
        for (seconds, expected) in [
            (59, "59 s left"),
            (3_599, "1 h left"),
            (8 * 3_600 - 5, "8 h left"),
            (30 * 86_400 - 5, "30 d left"),
        ] {
            let until = Some(now + Duration::seconds(seconds));
            assert_eq!(Words::En.left(until, now), expected);
        }
        assert_eq!(Words::En.left(None, now), "for ever");
        assert_eq!(Words::En.left(Some(now), now), "ending now");
        assert_eq!(Words::En.duration(86_400), "24 h");
        let ahead = |seconds| now + Duration::seconds(seconds);
        assert_eq!(Words::En.ahead(ahead(180), now), "in 3 min");
        assert_eq!(Words::Zh.ahead(ahead(40), now), "40 秒后");
        assert_eq!(Words::En.ahead(ahead(-1), now), "now");
    }
}
