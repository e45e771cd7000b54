--- 实战演练的脚本: chlorine at the works, with the wind on the town. The air, not an order, says who is warned.
return scenario "hazmat-2026" {
    plan = "hazmat", mode = "tabletop", begins = "2026-05-20 09:30",
    title = { zh = "2026年上半年液氯泄漏推演", en = "Tabletop: chlorine, first half of 2026" },
    director = "person:luo.min", evaluators = { "person:qin.yue" },

    objectives = {
        reach = { zh = "5分钟内有人应答", en = "Somebody answers within 5 min" },
        warn  = { zh = "超限即通知下风向居民", en = "Over the limit: those downwind are told at once" },
        water = { zh = "进入河道即停止取水", en = "In the river: intakes stop at once" },
        order = { zh = "15分钟内启动响应", en = "The level is ordered within 15 min" },
    },

    injects = {
        { no = 1, at = "0:00", by = "trigger", title = { zh = "二车间液氯管道泄漏", en = "Chlorine leaks in shop 2" },
          place = { district = "chengdong", works = "二车间" }, fields = { substance = "液氯", wind_from = "北" },
          expect = { "call answered", within = "5m" }, objective = "reach" },
        { no = 2, at = "0:10", by = "update", from = { zh = "园区监测", en = "The fence" }, fields = { ["fence-s"] = { gas_pct = 140 } },
          expect = { "measure warn", within = "1m" }, objective = "warn" },
        { no = 3, at = "0:20", by = "message", from = { zh = "城东区", en = "Chengdong district" }, to = "duty:duty-room",
          text = { zh = "下风向约1500人", en = "About 1500 people downwind" }, fields = { people_in_reach = 1500 },
          expect = { "order III", within = "15m" }, objective = "order" },
        { no = 4, at = "0:40", by = "update", fields = { river_reached = true },
          expect = { "measure intakes", within = "1m" }, objective = "water" },
        { no = 5, at = "0:50", by = "silence_of", person = "yan.qi", lasts = "30m" },
        { no = 6, at = "1:20", by = "update", fields = { source_stopped = true, ["fence-s"] = { gas_pct = 60 } } },
        { no = 7, at = "2:00", by = "end" },
    },
}
