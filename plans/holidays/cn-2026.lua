-- 2026 年节假日安排 · days off and make-up work days of 2026
return {
    basis = {
        zh = "国务院办公厅关于2026年部分节假日安排的通知（2025年11月4日）",
        en = "General Office of the State Council, notice on the holidays of 2026 (4 November 2025)",
    },
    off = {
        { from = "2026-01-01", to = "2026-01-03", zh = "元旦", en = "New Year" },
        { from = "2026-02-15", to = "2026-02-23", zh = "春节", en = "Spring Festival" },
        { from = "2026-04-04", to = "2026-04-06", zh = "清明节", en = "Qingming" },
        { from = "2026-05-01", to = "2026-05-05", zh = "劳动节", en = "Labour Day" },
        { from = "2026-06-19", to = "2026-06-21", zh = "端午节", en = "Dragon Boat Festival" },
        { from = "2026-09-25", to = "2026-09-27", zh = "中秋节", en = "Mid-Autumn Festival" },
        { from = "2026-10-01", to = "2026-10-07", zh = "国庆节", en = "National Day" },
    },
    work = { "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10" },
}
