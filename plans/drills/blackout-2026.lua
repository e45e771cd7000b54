--- 桌面推演: a winter evening without light. The hospital's diesel runs low, and nobody says when it is back.
return scenario "blackout-2026" {
    plan = "blackout", mode = "tabletop", begins = "2026-12-08 18:10",
    title = { zh = "2026年冬季大面积停电推演", en = "Tabletop: blackout in winter, 2026" },
    director = "person:fan.rong", evaluators = { "person:shi.lei" },

    objectives = {
        reach     = { zh = "10分钟内有人应答", en = "Somebody answers within 10 min" },
        order     = { zh = "15分钟内启动响应", en = "The level is ordered within 15 min" },
        generator = { zh = "不足4小时即派发电车", en = "Less than 4 h left: a generator is sent at once" },
        higher    = { zh = "停热低温升级", en = "Without heat in the frost: raised" },
    },

    injects = {
        { no = 1, at = "0:00", by = "trigger", title = { zh = "220千伏东山变失压", en = "The Dongshan substation is dead" },
          fields = { lost_pct = 25, users_off_pct = 33 }, expect = { "call answered", within = "10m" }, objective = "reach" },
        { no = 2, at = "0:10", by = "update", from = { zh = "供电公司", en = "The power company" },
          fields = { lost_pct = 45, users_off_pct = 52 }, expect = { "order III", within = "15m" }, objective = "order" },
        { no = 3, at = "0:30", by = "update", from = { zh = "市第一医院", en = "Hospital 1" },
          fields = { ["hospital-1"] = { backup_h = 3 } }, expect = { "measure generator", within = "1m" }, objective = "generator" },
        { no = 4, at = "1:00", by = "silence_of", person = "jiang.tao", lasts = "1h" },
        { no = 5, at = "1:40", by = "update", fields = { heat_off_h = 5, temp_c = -9 },
          expect = { "order II", within = "30m" }, objective = "higher" },
        { no = 6, at = "3:00", by = "update", fields = { restored_pct = 85, key_restored_pct = 95 } },
        { no = 7, at = "3:30", by = "end" },
    },
}
