-- The weeks of an epidemic: each case has clocks of its own, and says something of all of them.
local function breaks_out(t, fields)
    t:begin "2026-02-03 08:00"
    t:person("feng.tao"):answers "5m"
    t:trigger { plan = "epidemic", title = "不明原因肺炎", labels = { disease = "未知" }, fields = fields }
end

local function case(t, id, more)
    local fields = { id = id, district = "城东区", source_known = true }
    for key, value in pairs(more or {}) do fields[key] = value end
    t:update { case = fields }
end

test("the report: a field team, the laboratory, and who commands", function(t)
    breaks_out(t)
    t:tells [[
        measure field_team to 疾控中心, due 10:00
        measure laboratory to 疾控中心, due 02-04 08:00
        report initial 1 due, by 10:00
        call 冯涛 (卫生应急总指挥, post:health-commander)
    ]]
    t:advance "6m"
    t:tells [[ 冯涛 answers ]]
end)

test("nobody answers: it climbs, and begins again", function(t)
    t:begin "2026-02-03 08:00"
    t:trigger { plan = "epidemic", title = "不明原因肺炎" }
    t:advance "56m"
    t:tells [[
        [0:10] 冯涛 (卫生应急总指挥, post:health-commander) no answer; call 秦越
        [0:20] 秦越 (卫生应急总指挥 B角, post:health-commander) no answer; call 王强
        [0:35] 赵磊 (带班领导, duty:duty-room) no answer; call 孟波 (应急总指挥
        [0:45] 孟波 (应急总指挥, post:emergency-commander) no answer; call 罗敏
        [0:55] log: nobody has answered yet: 不明原因肺炎
        [0:55] call 冯涛
    ]]
    t:person("wang.qiang"):answers "1m"
    t:advance "22m"
    t:tells [[ 王强 answers ]]
end)

test("each case: a tracing, and a report of its own; the same case again corrects it", function(t)
    breaks_out(t, { cases = 1 })
    case(t, "c1", { onset = "2026-02-01T08:00:00+08:00" })
    t:tells [[
        report single 1 due, by 10:00
        <病例 c1（城东区）>
        measure isolate to 卫健委, due 09:00
        measure list to 疾控中心, due 20:00
    ]]
    case(t, "c1", { district = "城东区" })
    case(t, "c2")
    t:tells [[ <病例 c2（城东区）> ]]
    t:about("case_tracing", 2)
    t:expect { item = { isolate = "issued" } }
end)

test("what one case says of all: level II is proposed, once for each sign", function(t)
    breaks_out(t, { cases = 1 })
    t:order { action = "activate", level = "IV", by = "feng.tao", reason = "一例" }
    case(t, "c1")
    case(t, "c2", { staff = true })
    t:tells [[ propose II to 孟波: medical staff infected ]]
    case(t, "c3", { staff = true, source_known = false })
    t:tells [[ propose instead raise to level II: source unknown ]]
    case(t, "c4", { second_generation = true })
    t:tells [[ propose instead raise to level II: a second generation ]]
    t:crash "planner"
    case(t, "c5", { district = "城西区" })
    t:tells [[ propose instead raise to level II: two districts ]]
    t:order { action = "raise", level = "II", by = "meng.bo", reason = "两个区" }
    t:tells [[ measure schools to 教育局 ]]
    t:expect { level = "II" }
end)

test("a case of which nothing is known yet is traced all the same", function(t)
    breaks_out(t)
    t:update { case = { id = "c9" } }
    t:tells [[ <病例 c9（区县待核）> ]]
end)

test("before any level: II is to be activated", function(t)
    breaks_out(t)
    case(t, "c1", { staff = true })
    t:tells [[ propose II to 孟波: medical staff infected ]]
end)

test("level II stands: a sign proposes nothing more", function(t)
    breaks_out(t, { suspected = true })
    t:never "medical staff infected"
    t:tells [[ propose II to 孟波 ]]
    t:order { action = "activate", level = "II", by = "meng.bo", reason = "疑似" }
    case(t, "c1", { staff = true })
end)

test("level III: the experts each day, or it is known that they are silent", function(t)
    breaks_out(t, { cases = 10 })
    t:order { action = "activate", level = "III", by = "feng.tao", reason = "10例" }
    t:answer { by = "qin.yue", note = "病毒性肺炎，飞沫传播" }
    t:advance "24h"
    t:tells [[
        call 秦越 (group:health-experts) by phone: 【会商】
        call 教育局
    ]]
    t:advance "4h"
    t:tells [[ [27:30] escalated: Experts silent: ]]
end)

test("each morning a roll call: who is short is told to who commands, who is silent is known above", function(t)
    breaks_out(t, { cases = 10 })
    t:order { action = "activate", level = "III", by = "feng.tao", reason = "10例" }
    t:person "feng.tao":silent()
    t:advance "31m"
    t:tells [[ 【询问】人员、物资是否足够？ ]]
    t:answer { by = "feng.tao", choice = "short", note = "防护服只够两天" }
    t:advance "61m"
    t:tells [[
        notify 冯涛 (卫生应急总指挥, post:health-commander) by phone: 人员、物资不足：卫健委
        escalated: No answer to the roll call:
    ]]
end)

test("a report each day, and none is forgotten when nothing is new", function(t)
    breaks_out(t, { cases = 1 })
    t:order { action = "activate", level = "IV", by = "feng.tao", reason = "一例" }
    t:advance "49h"
    t:tells [[
        [24:00] report daily
        [48:00] report daily
    ]]
end)

test("the end: the longest incubation and the experts; then stocks, summary, and forgetting", function(t)
    breaks_out(t, { cases = 1 })
    t:order { action = "activate", level = "IV", by = "feng.tao", reason = "一例" }
    t:update { quiet_days = 13 }
    t:confirm("experts", "feng.tao")
    t:advance "1d"
    t:update { quiet_days = 14 }
    t:tells [[ propose terminate to 冯涛 ]]
    t:order { action = "terminate", by = "feng.tao", reason = "14天无新病例", despite = "发热门诊转常态" }
    t:tells [[
        measure forget to 疾控中心
        measure restock to 卫健委
        measure summary to 卫健委
    ]]
end)

test("each level at its mark, and not below it", function(t)
    t:begin "2026-06-01 08:00"
    for _, mark in ipairs {
        { { cases = 0 } },
        { { cases = 1 }, "IV" },
        { { cases = 10 }, "III" },
        { { cases = 30 }, "II" },
        { { deaths = 1 }, "III" },
        { { suspected = true }, "II" },
        { { identified = true } },
        { { identified = true, spreads = true }, "I" },
    } do
        t:trigger { plan = "epidemic", title = "疫情", fields = mark[1] }
        t:expect { proposal = mark[2] and { level = mark[2] } or false }
    end
end)
