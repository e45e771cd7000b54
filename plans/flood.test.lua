-- The nights of a flood: silence, escalation, orders up and down, the end, and what dies in between.
local function rises(t, fields)
    t:trigger { plan = "flood", title = "7号站超警", place = { district = "chengdong" }, fields = fields }
end

test("a silent officer; IV, raised to II, lowered, over", function(t)
    t:begin "2026-07-20 02:00"
    t:person("wang.qiang"):silent()
    t:person("li.ming"):answers "3m"
    t:person("sun.wei"):answers("1m"):orders "10m"
    t:person("han.mei"):answers("5m"):orders(false)
    rises(t, { g7 = { stage_m = 4.6, trend_m_h = 0.1 } })
    t:advance "21m"
    t:tells [[
        [0:00] propose IV to 孙伟
        [0:00] call 王强 (主班, duty:duty-room) by phone
        [0:03] 王强 (主班, duty:duty-room) no answer; call 李明 (副班, duty:duty-room) by phone
        [0:06] 李明 answers
        [0:10] order: activate IV by 孙伟 (post:flood-hq-deputy)
        [0:10] measure patrol to 水务局, due 03:10
        [0:10] measure pumps to 住建局, due 04:10
        [0:10] report update 1 due
    ]]
    t:expect { level = "IV" }
    t:update { g7 = { stage_m = 5.3 } }
    t:tells [[ propose I to 韩梅 ]]
    t:advance "20m"
    t:expect { level = "IV", proposal = { level = "I", state = "awaiting_order" } }
    t:order { action = "raise", level = "II", by = "han.mei", reason = "洪峰" }
    t:tells [[
        measure evacuate to 住建局
        measure schools to 教育局
        scope III starts
        scope II starts
    ]]
    t:advance "30m"
    t:tells [[ 韩梅 answers ]]
    t:order { action = "lower", level = "IV", by = "han.mei", reason = "回落" }
    t:expect { scope = { II = false, III = false }, item = { evacuate = "issued" } }
    t:crash "engine"
    t:update { g7 = { stage_m = 4.4, trend_m_h = -0.1 }, rain_3h_mm = 0, rain_12h_mm = 4 } :keeps "25h"
    t:confirm("settled", "sun.wei")
    t:advance "24h"
    t:tells [[ propose terminate ]]
    t:order { action = "terminate", by = "han.mei", reason = "险情解除", despite = "转移群众分批返回" }
    t:tells [[
        measure dry_out to 卫健委
        report final 1 due
    ]]
end)

test("nobody answers: twice round, then the duty room for ever", function(t)
    t:begin "2026-07-20 02:00"
    rises(t)
    t:advance "70m"
    t:tells [[
        [0:00] call 王强
        [0:09] 赵磊 (带班领导, duty:duty-room) no answer; call 孙伟
        [0:14] 孙伟 (防指副总指挥, post:flood-hq-deputy) no answer; call 钱敏
        [0:19] 钱敏 (防指副总指挥 B角, post:flood-hq-deputy) no answer; call 韩梅
        [0:24] 韩梅 (防指总指挥, post:flood-hq-commander) no answer; call 王强
        [0:48] log: nobody has answered yet: 7号站超警
        [0:48] call 王强
        [0:58] 王强 (主班, duty:duty-room) no answer; call 李明
    ]]
    t:person("zhao.lei"):answers "1m"
    t:crash "planner"
    t:advance "30m"
    t:tells [[ log: answered by 赵磊 ]]
end)

test("the watch: each hour the duty room is asked, until the end", function(t)
    t:begin "2026-07-20 02:00"
    t:person("wang.qiang"):answers "1m"
    rises(t)
    t:advance "122m"
    t:tells [[
        [0:01] log: answered by 王强
        [1:01] notify 王强 (主班, duty:duty-room) by phone: 值守：7号站超警，请报最新情况
        [2:01] notify 王强 (主班, duty:duty-room) by phone: 值守：7号站超警，请报最新情况
    ]]
end)

test("the streets drown before the river rises: rain counts", function(t)
    t:begin "2026-07-20 02:00"
    rises(t, { rain_12h_mm = 50 })
    t:tells [[ propose IV to 孙伟 ]]
    t:update { rain_3h_mm = 50 }
    t:tells [[ III ]]
    t:update { rain_3h_mm = 100 }
    t:tells [[ propose I to 韩梅 ]]
end)

test("an underpass at 27 cm is closed without an order, or it is known above; dry, it counts anew", function(t)
    t:begin "2026-07-20 02:00"
    t:person("wang.qiang"):answers "1m"
    rises(t)
    t:update { ["jiefang-road"] = { ponding_cm = 26 } }
    assert(not t:trace():find("close_pass", 1, true))
    t:update { ["jiefang-road"] = { ponding_cm = 27 } }
    t:tells [[ measure close_pass to 住建局, due 02:10 ]]
    t:advance "21m"
    t:tells [[ [0:20] escalated: Nobody closes jiefang-road ]]
    t:item("close_pass", "done", { by = "zheng.hao" })
    t:update { ["jiefang-road"] = { ponding_cm = 3 } }
    t:update { ["jiefang-road"] = { ponding_cm = 40 } }
    t:tells [[ measure close_pass to 住建局, due 02:31 ]]
    t:item("close_pass", "done", { by = "zheng.hao" })
end)

test("a breach rings commander and deputy at once; a false one rings nobody", function(t)
    t:begin "2026-07-20 02:00"
    t:person("wang.qiang"):answers "1m"
    rises(t)
    t:update { breach = false }
    t:advance "5m"
    t:tells [[ 王强 answers ]]
    t:update { breach = true }
    t:advance "5m"
    t:tells [[
        propose I to 韩梅
        call 韩梅 (防指总指挥, post:flood-hq-commander) by phone: 决口！7号站超警
        no answer; call 孙伟
    ]]
end)

test("level III: the experts are silent, and it is known", function(t)
    t:begin "2026-07-20 02:00"
    t:person("wang.qiang"):answers "1m"
    rises(t, { g7 = { stage_m = 5.0 } })
    t:order { action = "activate", level = "III", by = "sun.wei", reason = "超警0.5米" }
    t:advance "31m"
    t:tells [[
        【会商】预报洪峰多高，何处最险？
        [0:30] escalated: Experts silent:
    ]]
end)

test("level II: the commander is silent, and it is known", function(t)
    t:begin "2026-07-20 02:00"
    t:person("wang.qiang"):answers "1m"
    rises(t, { g7 = { peak_m = 5.2 } })
    t:tells [[ propose II to 韩梅 ]]
    t:order { action = "activate", level = "II", by = "han.mei", reason = "洪峰", oral = "wang.qiang" }
    t:advance "31m"
    t:tells [[
        [0:15] 韩梅 (防指总指挥, post:flood-hq-commander) no answer; call 孙伟
        [0:30] escalated: The commander is silent
    ]]
end)

test("level I: the period is proposed, soldiers asked for, and who lives below is gone six hours before the peak", function(t)
    t:begin "2026-07-20 02:00"
    t:person("wang.qiang"):answers "1m"
    rises(t, { g7 = { stage_m = 5.2 } })
    t:order { action = "activate", level = "I", by = "han.mei", reason = "保证水位" }
    t:tells [[
        propose declare emergency flood period to 韩梅
        resource Soldiers and boats to 省总值班室, due 05:00
        measure clear_below to 住建局, due 04:00
    ]]
    t:update { peak_at = "2026-07-20T09:30:00+08:00" }
    t:order { action = "declare", what = "紧急防汛期", by = "han.mei", reason = "防洪法" }
    t:advance "91m"
    t:tells [[
        order: declare
        [1:30] All below the stage line moved, 6 h before the peak overdue: urged, time 1
    ]]
end)

test("level I and the peak is near: an hour is left to move in, whatever the forecast", function(t)
    t:begin "2026-07-20 02:00"
    t:person("wang.qiang"):answers "1m"
    rises(t, { g7 = { stage_m = 5.2 }, peak_at = "2026-07-20T07:00:00+08:00" })
    t:order { action = "activate", level = "I", by = "han.mei", reason = "保证水位" }
    t:tells [[ measure clear_below to 住建局, due 03:00 ]]
end)

test("each level at its mark, and not below it", function(t)
    t:begin "2026-06-01 08:00"
    for _, mark in ipairs {
        { { g7 = { stage_m = 4.49 } } },
        { { g7 = { stage_m = 4.5 } }, "IV" },
        { { g12 = { stage_m = 3.8 } }, "IV" },
        { { g7 = { stage_m = 4.9 } }, "III" },
        { { g7 = { peak_m = 5.1 } } },
        { { g7 = { peak_m = 5.2 } }, "II" },
        { { g7 = { stage_m = 5.2 } }, "I" },
        { { rain_12h_mm = 49 } },
        { { rain_12h_mm = 50 }, "IV" },
        { { rain_3h_mm = 49 } },
        { { rain_3h_mm = 50 }, "III" },
        { { rain_3h_mm = 100 }, "I" },
        { { breach = true }, "I" },
    } do
        t:trigger { plan = "flood", title = "超警", fields = mark[1] }
        t:expect { proposal = mark[2] and { level = mark[2] } or false }
    end
end)
