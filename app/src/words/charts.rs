//! Charts and the choice of a period.

use domain::attack::window::Span;
use time::OffsetDateTime;

use crate::words::Words;

words! {
    show_table: "Show as table", "以表格显示";
    count: "Count", "次数";
    share: "Share", "占比";
    change: "Change", "变化";
    change_explained: "Against the period of equal length right before", "与前一等长时段相比";
    change_new: "new", "新增";
    before_were(n: &str): "{n} in the period before", "前一时段 {n} 次";
    period_before: "Period before", "前一时段";
    brush_hint: "Drag over the bars to zoom in, click one to see its lines.", "在图上拖动可放大时段，点击柱形查看日志。";
    brush_label(title: &str): "{title}. Arrow keys move, with Shift they select, Enter opens what is selected.", "{title}。方向键移动，按住 Shift 选择时段，Enter 打开所选内容。";
    times_in_utc: "Times in UTC.", "时间为 UTC。";
    period: "Period", "时段";
    last_1h: "1 h", "1 小时";
    last_6h: "6 h", "6 小时";
    last_24h: "24 h", "24 小时";
    last_7d: "7 d", "7 天";
    last_30d: "30 d", "30 天";
    any_time: "All", "全部";
    custom_period: "Custom", "自定义";
    period_from: "From", "开始时间";
    period_to: "To", "结束时间";
    period_widened: "So long ago only whole hours or days are counted; shown:", "较早的数据仅按整小时或整天统计，实际显示：";
    show_period: "Show", "查看";
    problem_time: "Give a date and time.", "请填写日期和时间。";
    problem_order: "The end must be later than the start.", "结束时间必须晚于开始时间。";
    problem_long(days: i64): "At most {days} days.", "最长 {days} 天。";
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

impl Words {
    pub(crate) fn span(self, span: Span) -> &'static str {
        match span {
            Span::Hour => self.last_1h(),
            Span::SixHours => self.last_6h(),
            Span::Day => self.last_24h(),
            Span::Week => self.last_7d(),
            Span::Month => self.last_30d(),
        }
    }

    /// `Nov 22`, `11月22日`; as browsers write it in these languages.
    pub(crate) fn day(self, at: OffsetDateTime) -> String {
        let month = u8::from(at.month());
        match self {
            Self::En => format!("{} {}", MONTHS[usize::from(month) - 1], at.day()),
            Self::Zh => format!("{month}月{}日", at.day()),
        }
    }
}
