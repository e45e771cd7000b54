--- 桌面推演: the night before the rains, told at a table. The gauge passes its marks, an underpass fills,
--- an endpoint and an officer fall silent, and the worst news comes by word of mouth alone.
return scenario "flood-2026" {
    plan = "flood", mode = "tabletop", begins = "2026-06-10 09:00",
    title = { zh = "2026年汛前桌面推演", en = "Tabletop before the flood season 2026" },
    director = "person:qian.min", evaluators = { "person:chu.lan" },

    objectives = {
        reach = { zh = "10分钟内有人应答", en = "Somebody answers within 10 min" },
        order = { zh = "15分钟内启动响应", en = "The level is ordered within 15 min" },
        close = { zh = "积水27厘米即派人封闭", en = "At 27 cm of water somebody is sent to close" },
        word  = { zh = "口头险情10分钟内入册", en = "What comes by word is on record within 10 min" },
    },

    injects = {
        { no = 1, at = "0:00", by = "trigger", title = { zh = "7号站水位超警", en = "Gauge 7 over its warning mark" },
          place = { district = "chengdong" }, fields = { g7 = { stage_m = 4.6, trend_m_h = 0.2 } },
          expect = { "call answered", within = "10m" }, objective = "reach" },
        { no = 2, at = "0:10", by = "message", from = { zh = "水文局", en = "Hydrology" }, to = "duty:duty-room",
          text = { zh = "7号站5.0米，仍在上涨，预报洪峰5.1米", en = "Gauge 7 at 5.0 m and rising; peak forecast 5.1 m" },
          fields = { g7 = { stage_m = 5.0, peak_m = 5.1 } }, expect = { "order III", within = "15m" }, objective = "order" },
        { no = 3, at = "0:30", by = "update", from = { zh = "城区积水监测", en = "Water in the streets, by its sensors" },
          fields = { ["jiefang-road"] = { ponding_cm = 29 } }, expect = { "measure close_pass", within = "1m" }, objective = "close" },
        { no = 4, at = "0:40", by = "fault", endpoint = "desk", lasts = "20m" },
        { no = 5, at = "0:45", by = "silence_of", person = "wang.qiang", lasts = "30m" },
        { no = 6, at = "1:00", by = "paper", to = "person:qian.min",
          text = { zh = "堤防管理员电话称3号涵闸旁出现决口",
                   en = "The dyke warden telephones of a breach beside sluice 3" },
          expect = { "update breach", within = "10m" }, objective = "word" },
        { no = 7, at = "1:20", by = "message", from = { zh = "水务局", en = "Water board" }, to = "duty:duty-room",
          text = { zh = "抢险队已出发，请明确指挥权", en = "The rescue team is on its way; who commands?" },
          expect = { "order I", within = "15m" }, objective = "order" },
        { no = 8, at = "2:00", by = "end" },
    },
}
