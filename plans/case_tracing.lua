--- 个案追踪: one case of an epidemic, and whoever was near it.
-- Opened by the plan epidemic for each case; an incident of its own, so that a hundred of them keep a
-- hundred clocks. It is done when everything in it is.
local plan = plan "case_tracing" {
    title       = { zh = "病例个案追踪处置方案", en = "Tracing of a case" },
    kind        = "department",
    category    = "health", text = "case_tracing.md",
    version     = "2026.1", issued = "2026-03-01", review_by = "2029-03-01",
    owner       = "dept:cdc",
    basis       = { "中华人民共和国传染病防治法", "突发公共卫生事件应急条例（国务院令第376号）" },
    principles  = { { zh = "不漏一人，不伤一人", en = "Miss nobody, shame nobody" } },
    parent_only = true,

    facts = {
        onset    = { type = "time", from = "dept:cdc", label = { zh = "发病时间", en = "onset" } },
        contacts = { type = "number", from = "dept:cdc", label = { zh = "密接人数", en = "contacts" } },
        ill      = { event = true, key = "id", fields = { id = "text" }, from = "dept:cdc",
                     label = { zh = "密接发病", en = "a contact falls ill" } },
    },

    measures = {
        isolate = { phase = "first", owner = "dept:health", due = "1h",
                    title = { zh = "隔离治疗病例", en = "Isolate and treat the case" }, done_when = { zh = "入住负压病房", en = "in the ward" } },
        sample  = { phase = "first", owner = "dept:cdc", due = "24h",
                    title = { zh = "采样检测", en = "Laboratory" }, done_when = { zh = "结果已报", en = "the result is reported" } },
        list    = { phase = "first", owner = "dept:cdc", due = "12h",
                    title = { zh = "列出密接者", en = "List the contacts" }, done_when = { zh = "名单核对两遍", en = "the list was checked twice" } },
        trace   = { phase = "first", owner = "dept:cdc", due = "24h", after = { "list" },
                    title = { zh = "找到密接者", en = "Find the contacts" }, done_when = { zh = "名单逐人到位", en = "each of them is found" } },
        watch   = { owner = "dept:cdc", due = "14d", title = { zh = "医学观察14天", en = "Watch them for 14 days" },
                    done_when = { zh = "逐人解除", en = "each was released" } },
    },

    ends        = "done",
    on_resolved = "note",
    fallback    = {
        { to = "dept:cdc", within = "10m" },
        { to = "duty:duty-room", within = "5m" },
    },
}

--- Fourteen days count from when all are found.
function plan.respond()
    on("ill", function(contact)
        notify { to = { "dept:cdc", "dept:health" },
                 text = T({ zh = "{title}：密接者 {id} 发病，请按新病例上报", en = "{title}: contact {id} is ill. Report a new case" },
                          contact) }
    end)
    measure("trace"):wait("done")
    measure("watch"):wait("done")
end

return plan
