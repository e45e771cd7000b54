--- 桌面推演: a shopping arcade burns on a Saturday. Somebody must take the command, the number of those
--- trapped grows, a shop has chemicals, and the fire does not end when it should.
return scenario "fire-2026" {
    plan = "fire", mode = "tabletop", begins = "2026-09-12 14:00",
    title = { zh = "2026年商业街火灾桌面推演", en = "Tabletop: a shopping arcade burns, 2026" },
    director = "person:luo.min", evaluators = { "person:fan.rong" },

    objectives = {
        command = { zh = "5分钟内有人指挥", en = "Somebody commands within 5 min" },
        order   = { zh = "15分钟内按被困人数启动响应", en = "By the number trapped, the level is ordered within 15 min" },
        report  = { zh = "续报按时", en = "Reports go up in time" },
    },

    injects = {
        { no = 1, at = "0:00", by = "trigger", title = { zh = "南街商场二楼起火", en = "Fire on the second floor of the South Arcade" },
          place = { district = "chengdong", address = "南街12号" }, fields = { key_place = true, trapped = 1 },
          expect = { "call answered", within = "5m" }, objective = "command" },
        { no = 2, at = "0:05", by = "message", from = { zh = "商场经理", en = "The arcade's manager" }, to = "duty:duty-room",
          text = { zh = "二楼还有店员没有下来", en = "Staff of the second floor are not out" }, fields = { trapped = 5 },
          expect = { "order III", within = "15m" }, objective = "order" },
        { no = 3, at = "0:20", by = "update", from = { zh = "火场侦察组", en = "Reconnaissance" }, fields = { chemicals = true },
          expect = { "report update", within = "15m" }, objective = "report" },
        { no = 4, at = "0:40", by = "fault", endpoint = "phone", lasts = "10m" },
        { no = 5, at = "1:00", by = "update", fields = { trapped = 0, injured = 12, under_control = false } },
        { no = 6, at = "2:05", by = "update", fields = { under_control = true, hot_spots = 2 } },
        { no = 7, at = "2:30", by = "end" },
    },
}
