-- A case, from its report to the day when the last contact is released.
local function one_case(t)
    t:begin "2026-02-03 08:00"
    t:person("feng.tao"):answers "5m"
    t:trigger { plan = "epidemic", title = "不明原因肺炎", fields = { cases = 1 } }
    t:update { case = { id = "c1", district = "城东区" } }
    t:about "case_tracing"
end

test("isolate, list, find, watch: fourteen days from when all are found", function(t)
    one_case(t)
    t:tells [[
        measure isolate to 卫健委, due 09:00
        measure list to 疾控中心, due 20:00
        measure sample to 疾控中心, due 02-04 08:00
        measure trace to 疾控中心, once what must come before is done
    ]]
    t:item("isolate", "done", { by = "feng.tao" })
    t:item("sample", "done", { by = "qin.yue" })
    t:advance "10h"
    t:item("list", "done", { by = "qin.yue" })
    t:advance "20h"
    t:crash "engine"
    t:item("trace", "done", { by = "qin.yue" })
    t:tells [[ measure watch to 疾控中心, due 02-18 14:00 ]]
    t:advance "14d"
    t:item("watch", "done", { by = "qin.yue" })
    for _, name in ipairs { "isolate", "sample", "list", "trace", "watch" } do
        t:item(name, "strike", { by = "qin.yue" })
    end
    t:advance "1m"
    t:tells [[ closed ]]
end)

test("a contact falls ill: both are told that it is a case", function(t)
    one_case(t)
    t:update { ill = { id = "k7" } }
    t:tells [[ notify 秦越 ]]
end)
