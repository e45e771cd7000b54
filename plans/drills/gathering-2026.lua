--- 桌面推演: a feast on the square, fuller than it may be; and people who want to know when they have heat.
return scenario "gathering-2026" {
    plan = "gathering", mode = "tabletop", begins = "2026-10-01 19:00",
    title = { zh = "2026年国庆广场聚集推演", en = "Tabletop: the square on the national day, 2026" },
    director = "person:fan.rong", evaluators = { "person:meng.bo" },

    objectives = {
        reach  = { zh = "10分钟内有人应答", en = "Somebody answers within 10 min" },
        safe   = { zh = "超过容量即限流", en = "Over capacity: nobody else goes in" },
        heard  = { zh = "诉求即登记到单位和期限", en = "Each demand gets an owner and a date" },
        talk   = { zh = "2小时内接待代表", en = "Representatives are received within 2 h" },
    },

    injects = {
        { no = 1, at = "0:00", by = "trigger", title = { zh = "人民广场人员聚集", en = "A crowd in the People's Square" },
          place = { district = "chengdong", site = "人民广场" }, fields = { people = 400 },
          expect = { "call answered", within = "10m" }, objective = "reach" },
        { no = 2, at = "0:15", by = "update", from = { zh = "广场值守", en = "The wardens" },
          fields = { ["people-square"] = { inside = 8200 } },
          expect = { "measure hold_entry", within = "1m" }, objective = "safe" },
        { no = 3, at = "0:40", by = "message", from = { zh = "群众代表", en = "A representative" }, to = "person:xie.yun",
          text = { zh = "小区三天没有供热，请给答复", en = "Three days without heat. We want an answer" },
          expect = { "received receive", within = "30m" }, objective = "talk" },
        { no = 4, at = "1:10", by = "update", fields = { demand = { id = "d1", what = "恢复供热", matter = "heating", days = 3 } },
          expect = { "measure answer", within = "1m" }, objective = "heard" },
        { no = 5, at = "2:00", by = "update", fields = { people = 20, ["people-square"] = { inside = 300 } } },
        { no = 6, at = "2:30", by = "end" },
    },
}
