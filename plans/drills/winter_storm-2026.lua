--- 桌面推演: the first great snow. It gets cold before anybody has ordered anything; then the roads go.
return scenario "winter_storm-2026" {
    plan = "winter_storm", mode = "tabletop", begins = "2026-11-20 16:00",
    title = { zh = "2026年入冬暴雪推演", en = "Tabletop: the first great snow, 2026" },
    director = "person:fan.rong", evaluators = { "person:jiang.tao" },

    objectives = {
        warm  = { zh = "低于4度即开取暖点", en = "Below 4 °C warm rooms open, without an order" },
        order = { zh = "1小时内下令", en = "The level is ordered within an hour" },
        raise = { zh = "封路即升级", en = "Roads shut: raised within an hour" },
    },

    injects = {
        { no = 1, at = "0:00", by = "trigger", title = { zh = "暴雪黄色预警", en = "Yellow warning of snow" }, warning = "yellow",
          fields = { temp_c = 2, warning_stands = true }, expect = { "measure warm_rooms", within = "1m" }, objective = "warm" },
        { no = 2, at = "0:30", by = "update", from = { zh = "气象局", en = "Weather service" },
          fields = { temp_drop_c = 9, snow_12h_mm = 5 }, expect = { "order IV", within = "1h" }, objective = "order" },
        { no = 3, at = "2:00", by = "message", from = { zh = "交通运输局", en = "Transport" }, to = "duty:duty-room",
          text = { zh = "三条主干路封闭", en = "Three main roads are shut" }, fields = { roads_shut = 3 },
          expect = { "order III", within = "1h" }, objective = "raise" },
        { no = 4, at = "4:00", by = "update", fields = { snow_12h_mm = 1, roads_shut = 0, warning_stands = false } },
        { no = 5, at = "5:00", by = "end" },
    },
}
