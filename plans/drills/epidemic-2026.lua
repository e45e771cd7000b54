--- 桌面推演: pneumonia that nobody knows. The third case is a nurse.
return scenario "epidemic-2026" {
    plan = "epidemic", mode = "tabletop", begins = "2026-02-03 08:00",
    title = { zh = "2026年不明原因肺炎推演", en = "Tabletop: a pneumonia nobody knows, 2026" },
    director = "person:fan.rong", evaluators = { "person:yan.qi" },

    objectives = {
        reach = { zh = "10分钟内有人应答", en = "Somebody answers within 10 min" },
        trace = { zh = "一例一案", en = "Each case has its own tracing" },
        order = { zh = "2小时内启动响应", en = "The level is ordered within 2 h" },
        raise = { zh = "医务人员感染即建议升级", en = "Staff infected: a higher level is proposed" },
    },

    injects = {
        { no = 1, at = "0:00", by = "trigger", title = { zh = "不明原因肺炎", en = "A pneumonia nobody knows" },
          fields = { cases = 1 }, expect = { "call answered", within = "10m" }, objective = "reach" },
        { no = 2, at = "0:20", by = "update", from = { zh = "市第一医院", en = "Hospital 1" },
          fields = { case = { id = "c1", district = "城东区", source_known = true } },
          expect = { "report single", within = "2h" }, objective = "trace" },
        { no = 3, at = "0:30", by = "message", from = { zh = "疾控中心", en = "CDC" }, to = "person:feng.tao",
          text = { zh = "累计两例，建议启动响应", en = "Two cases; a response is advised" }, fields = { cases = 2 },
          expect = { "order IV", within = "2h" }, objective = "order" },
        { no = 4, at = "4:00", by = "update", fields = { cases = 3, case = { id = "c3", district = "城西区", staff = true } },
          expect = { "propose II", within = "1m" }, objective = "raise" },
        { no = 5, at = "6:00", by = "end" },
    },
}
