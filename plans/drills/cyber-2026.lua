--- 桌面推演: a ransom note at three in the morning, and people's data for sale at breakfast.
return scenario "cyber-2026" {
    plan = "cyber", mode = "tabletop", begins = "2026-04-15 03:00",
    title = { zh = "2026年勒索攻击推演", en = "Tabletop: ransom, 2026" },
    director = "person:fan.rong", evaluators = { "person:song.jia" },

    objectives = {
        triage = { zh = "15分钟内研判", en = "Triage within 15 min" },
        police = { zh = "勒索即报案", en = "A ransom note goes to the police" },
        tell   = { zh = "泄露即启动告知", en = "Data gone: people are told" },
        order  = { zh = "15分钟内启动响应", en = "The level is ordered within 15 min" },
    },

    injects = {
        { no = 1, at = "0:00", by = "trigger", title = { zh = "办事大厅系统被加密", en = "The counters' system is encrypted" },
          expect = { "done triage", within = "15m" }, objective = "triage" },
        { no = 2, at = "0:10", by = "update", from = { zh = "数据局", en = "Data bureau" }, fields = { attack = true, ransom = true },
          expect = { "measure police", within = "1m" }, objective = "police" },
        { no = 3, at = "0:12", by = "paper", to = "person:pan.lin",
          text = { zh = "记者来电：是否有数据泄露？", en = "A journalist calls: are data gone?" },
          expect = { "order III", within = "15m" }, objective = "order" },
        { no = 4, at = "2:30", by = "update", from = { zh = "公安局", en = "Police" }, fields = { records = 300000, shown_publicly = true },
          expect = { "measure persons", within = "1m" }, objective = "tell" },
        { no = 5, at = "4:00", by = "end" },
    },
}
