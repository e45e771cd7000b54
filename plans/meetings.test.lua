-- Weeks of an office: the schedule opens the meetings, and nobody else.
test("on a workday each department says whether there is anything", function(t)
    t:begin "2026-07-21 08:30" -- a Tuesday
    t:advance "11m"
    t:tells [[
        [0:10] occasion: 日沟通 2026-07-21, plan meetings
        [0:10] call 水务局 by desk: 【询问】今天有无需要会商协调的事项？
    ]]
    t:about "meetings"
    t:answer { as = "zheng.hao", choice = "nothing" }
    t:never "notify 郑浩"
    t:advance "1h"
    t:tells [[
        [0:50] question over, 1 of 5 answers
        [0:50] notify 水务局 by desk: 日沟通未见回复，请补报。
    ]]
    t:expect { state = "closed" }
end)

test("what a department has goes to whoever keeps the table", function(t)
    t:begin "2026-07-21 08:30"
    t:advance "11m"
    t:about "meetings"
    t:answer { as = "dept:water", choice = "see note", note = "三号泵站停机" }
    t:advance "1h"
    t:tells [[ notify 应急管理局 by desk: 水务局 有事项：三号泵站停机 ]]
end)

test("no meeting on a day off, and a weekly one that falls on it comes on the next workday", function(t)
    t:begin "2026-07-25 08:00" -- a Saturday
    t:never "2026-07-25"
    t:never "2026-07-26"
    t:advance "50h"
    t:tells [[
        [48:40] occasion: 日沟通 2026-07-27
        [49:00] <周调度 2026-07-27> occasion: 周调度 2026-07-27
    ]]
end)

test("the minutes of the monthly meeting are owed until they are out", function(t)
    t:begin "2026-07-31 18:00"
    t:advance "3d"
    t:tells [[
        occasion: 月例会 2026-08-03
        measure minutes to 应急管理局
    ]]
    t:about("meetings", 3)
    t:advance "5d"
    t:tells [[ Issue the minutes of the monthly meeting overdue: urged, time 1 ]]
    t:item("minutes", "done", { by = "luo.min" })
    t:item("minutes", "strike", { by = "luo.min" })
    t:advance "1m"
    t:expect { state = "closed" }
end)
