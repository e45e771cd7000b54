--- 桌面推演: payment is down on pay day. Who has it, and who takes it over when he falls asleep over it?
return scenario "service_down-2026" {
    plan = "service_down", mode = "tabletop", begins = "2026-03-25 22:30",
    title = { zh = "2026年支付系统故障推演", en = "Tabletop: payment is down, 2026" },
    director = "person:wei.dong", evaluators = { "person:song.jia" },

    objectives = {
        take = { zh = "10分钟内有人接手", en = "Somebody takes it within 10 min" },
        know = { zh = "影响和原因补报", en = "How many, and why, is reported" },
        over = { zh = "换人接手", en = "It is taken over" },
    },

    injects = {
        { no = 1, at = "0:00", by = "trigger", title = { zh = "支付接口返回502", en = "Payment answers 502" },
          expect = { "call answered", within = "10m" }, objective = "take" },
        { no = 2, at = "0:20", by = "message", from = { zh = "12345热线", en = "The city's hotline" }, to = "person:tang.yu",
          text = { zh = "大量群众反映不能缴费", en = "Many people cannot pay" }, fields = { affected = 5000 },
          expect = { "update cause", within = "30m" }, objective = "know" },
        { no = 3, at = "0:50", by = "silence_of", person = "tang.yu", lasts = "1h" },
        { no = 4, at = "1:05", by = "paper", to = "person:song.jia",
          text = { zh = "主值联系不上", en = "The primary cannot be reached" },
          expect = { "call answered", within = "30m" }, objective = "over" },
        { no = 5, at = "2:00", by = "end" },
    },
}
