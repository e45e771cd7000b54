-- Nights on call: in order, three times round, then for ever; news for whoever has it; and again when it was not mended.
local function down(t, more)
    t:begin "2026-03-25 22:30"
    local trigger = { plan = "service_down", title = "支付接口返回502", key = "payment" }
    for key, value in pairs(more or {}) do trigger[key] = value end
    t:trigger(trigger)
end

test("three times round, then with the duty room, until somebody takes it", function(t)
    down(t)
    t:advance "95m"
    t:tells [[
        [0:00] call 唐宇 (运维主值, duty:it-oncall)
        [0:05] 唐宇 (运维主值, duty:it-oncall) no answer; call 宋佳
        [0:10] 宋佳 (运维备值, duty:it-oncall) no answer; call 卫东
        [0:20] 卫东 (运维负责人, post:it-manager) no answer; call 唐宇
        [0:50] 宋佳 (运维备值, duty:it-oncall) no answer; call 卫东
        [1:00] log: nobody has taken it yet: 支付接口返回502
        [1:00] call 唐宇
        [1:30] 卫东 (运维负责人, post:it-manager) no answer; call 王强
    ]]
    t:person("li.ming"):answers "1m"
    t:advance "15m"
    t:tells [[ 李明 answers ]]
end)

test("news goes to whoever has it, the newest of before as well", function(t)
    down(t)
    t:update { note = "大厅排队" }
    t:update { note = "热线打爆", cause = "磁盘故障" }
    t:person("song.jia"):answers "1m"
    t:advance "7m"
    t:tells [[
        宋佳 answers
        notify 宋佳 by phone: 【续报】支付接口返回502：热线打爆
    ]]
    t:update { note = ("障"):rep(600) }
    t:tells [[ 障障障… ]]
end)

test("grave ones and many people: the manager hears of it, once", function(t)
    t:begin "2026-03-25 22:30"
    t:person("tang.yu"):answers "1m"
    t:trigger { plan = "service_down", title = "支付接口返回502", grade = "II" }
    t:tells [[ notify 卫东 (运维负责人, post:it-manager) by phone: For your information: 支付接口返回502: grade II ]]
    t:never "people affected"
    t:update { affected = 5000 }
    t:advance "5m"
end)

test("a thousand people: the manager hears of it; fewer are not his", function(t)
    down(t, { grade = "III" })
    t:update { affected = 999 }
    assert(not t:trace():find("For your information", 1, true))
    t:update { affected = 1000 }
    t:tells [[ For your information: 支付接口返回502: 1000 people affected ]]
end)

test("who falls asleep over it is replaced", function(t)
    t:begin "2026-03-25 22:30"
    t:person("tang.yu"):answers "1m"
    t:trigger { plan = "service_down", title = "支付接口返回502" }
    t:advance "2h"
    t:person("tang.yu"):silent()
    t:person("song.jia"):answers "1m"
    t:crash "planner"
    t:advance "40m"
    t:tells [[
        [0:01] 唐宇 answers
        [1:02] 唐宇 answers
        [2:12] log: 唐宇 is no longer on it; calling again
        [2:17] 唐宇 (运维主值, duty:it-oncall) no answer; call 宋佳
        [2:18] 宋佳 answers
    ]]
end)

test("alarms of one service are one incident", function(t)
    t:begin "2026-03-25 22:30"
    t:person("tang.yu"):answers "1m"
    t:trigger { source = "alertmanager", title = "pay-1", labels = { service = "payment" } }
    t:advance "2m"
    t:trigger { source = "alertmanager", title = "pay-2", labels = { service = "payment" } }
    t:trigger { source = "alertmanager", title = "pay-3", labels = { service = "payment" } }
    t:never "plan service_down"
    t:advance "2m"
    t:tells [[
        joined
        notify 唐宇
    ]]
end)

test("up: everybody reached hears it; down again in ten minutes it is the same incident", function(t)
    t:begin "2026-03-25 22:30"
    t:person("song.jia"):answers "1m"
    t:trigger { plan = "service_down", title = "支付接口返回502", key = "payment" }
    t:advance "30m"
    t:resolve()
    t:tells [[
        closed: resolved
        notify 宋佳 by phone: 已恢复
        notify 唐宇 by phone: 已恢复
    ]]
    t:advance "9m"
    t:trigger { plan = "service_down", title = "又断了", key = "payment" }
    t:tells [[
        reopened
        call 唐宇
    ]]
end)
