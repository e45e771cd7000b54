--- 大型群众聚集: very many people in one place, who may want something.
-- First that nobody is crushed, then that they are heard: a room, up to five of them, a record, and
-- for each demand an answer with a date and somebody who owes it. The program tells no crowd anything
-- and counts nobody; people do. The plan on paper: gathering.md.
local plan = plan "gathering" {
    title      = { zh = "浑江市大型群众聚集事件应急预案", en = "Large public gathering" },
    kind       = "special",
    category   = "security", text = "gathering.md",
    version    = "2026.1", issued = "2026-03-01", filed = "2026-03-20", review_by = "2029-03-01", drill_every = "3y",
    owner      = "dept:petition",
    basis      = { "中华人民共和国突发事件应对法", "信访工作条例", "大型群众性活动安全管理条例" },
    principles = {
        { zh = "先保人身安全，再听诉求", en = "Safety of everybody there first, then what they want" },
        { zh = "可散不可聚，可顺不可激，可解不可结", en = "Part, do not press; calm, do not provoke; untie, do not knot" },
        { zh = "慎用警力，慎用强制措施", en = "Police sparingly, force as the last of all" },
        { zh = "谁的事谁到场，答应的事有期限", en = "Whose matter it is comes; what is promised has a date" },
    },
    starts_on  = { { kind = "gathering" } },
    one_per    = { "place.site" },

    facts = {
        people       = { type = "number", stale_after = "1h", from = { "dept:police", "dept:petition" },
                         label = { zh = "现场人数", en = "people there" } },
        inside       = { type = "number", per = "square", stale_after = "15m", from = "dept:police",
                         label = { zh = "场内人数", en = "people in the square" } },
        injured      = { type = "number", from = "dept:health", label = { zh = "受伤人数", en = "people injured" } },
        road_blocked = { type = "boolean", stale_after = "2h", from = "dept:transport", label = { zh = "道路中断", en = "a road is blocked" } },
        second_place = { type = "boolean", from = "dept:petition", label = { zh = "另一处聚集", en = "a second place" } },
        demand       = { event = true, key = "id", fields = { id = "text", what = "text", matter = "text", days = "number" },
                         from = "dept:petition", label = { zh = "诉求", en = "demand" } },
    },

    -- The Act grades no such event: every number is the city's.
    levels = {
        IV  = { when = "people >= 50", ordered_by = "post:secretary-general",
                members = { "dept:petition", "dept:police", "dept:health" }, expected = "12h", lower_after = "1h", report = "2h" },
        III = { when = "people >= 300 or inside >= capacity or road_blocked or injured >= 1", ordered_by = "post:secretary-general",
                members = { "dept:transport", "dept:publicity", "group:districts" }, expected = "24h", lower_after = "2h", report = "1h" },
        II  = { when = "people >= 1000 or injured >= 10 or second_place", ordered_by = "post:secretary-general",
                members = { "dept:civil" }, expected = "24h", lower_after = "4h", report = "30m" },
        I   = { when = "people >= 3000 or injured >= 30", ordered_by = "post:secretary-general", expected = "48h", lower_after = "4h",
                report = "30m" },
    },

    measures = {
        verify     = { phase = "first", owner = "dept:petition", due = "15m",
                       title = { zh = "核实人数、地点、诉求", en = "Verify: how many, where, what they want" },
                       done_when = { zh = "结果报值班室", en = "the duty room knows" } },
        exits      = { phase = "first", owner = "dept:police", due = "15m",
                       title = { zh = "疏通出入口、急救通道", en = "Exits and the ambulance's way kept free" },
                       done_when = { zh = "逐口到人", en = "each is manned" } },
        medical    = { phase = "first", owner = "dept:health", due = "20m",
                       title = { zh = "医疗点", en = "Medical post" }, done_when = { zh = "医疗点开设", en = "it is open" } },
        receive    = { phase = "IV", owner = "dept:petition", due = "2h", on_lower = "keep",
                       title = { zh = "接待群众代表", en = "Receive representatives" },
                       done_when = { zh = "不超过五名，室内，有记录，双方签字", en = "up to five, in a room, on record, signed by both" } },
        traffic    = { phase = "IV", owner = "dept:transport", due = "30m",
                       title = { zh = "绕行、公交疏导", en = "Detours, and buses past it" },
                       done_when = { zh = "绕行公布", en = "detours are known" } },
        comfort    = { phase = "III", owner = "dept:civil", due = "1h",
                       title = { zh = "饮水、卫生、老幼照料", en = "Water, toilets, the old and the young" },
                       done_when = { zh = "点位开设", en = "they are there" } },
        one_mouth  = { phase = "III", owner = "dept:publicity", due = "2h", on_lower = "keep",
                       title = { zh = "一个口径发布事实", en = "Say what is so, by one mouth" },
                       done_when = { zh = "事实和答复期限已公布", en = "the facts, and when there is an answer, are public" } },
        way_home   = { phase = "II", owner = "dept:transport", due = "2h",
                       title = { zh = "返程车辆", en = "Buses home" }, done_when = { zh = "车辆到点", en = "they are there" } },
        reply_back = { phase = "recovery", owner = "dept:petition", due = "15d",
                       title = { zh = "回访代表", en = "Ask the representatives again" },
                       done_when = { zh = "逐人回访", en = "each was asked" } },
        unit_head  = { owner = "dept:petition", due = "60m",
                       title = { zh = "事发单位负责人到场", en = "The head of the unit concerned comes" },
                       done_when = { zh = "到场与群众见面", en = "there, and speaking with people" } },
        hold_entry = { owner = "dept:police", due = "10m",
                       title = { zh = "{at} 限流：只出不进", en = "{at}: nobody in, everybody may leave" },
                       done_when = { zh = "入口限流，出口全开", en = "entries closed, exits open" } },
        answer     = { owner = "dept:petition", due = "60d",
                       title = { zh = "书面答复：{what}", en = "Answer in writing: {what}" },
                       done_when = { zh = "答复已送达代表", en = "the representatives have it" } },
    },

    reports = {
        initial = { by = "duty:duty-room", sign = "post:secretary-general", to = "dept:province-duty", from = "received",
                    phone = "30m", due = "1h", basis = "municipal" },
        update  = { by = "dept:petition", sign = "post:secretary-general", to = "dept:province-duty", due = "20m", zero = true },
        final   = { by = "dept:petition", sign = "post:secretary-general", to = "dept:province-duty", from = "terminated", due = "7d" },
    },

    ends_when = {
        { id = "gone_home", when = "people < 50", hold = "24h", zh = "群众散去，24小时未再聚集", en = "people have gone home, and for 24 h" },
        { id = "heard", confirm = "dept:petition", zh = "诉求逐条登记，有单位、有期限", en = "each demand has an owner and a date" },
    },

    fallback = {
        { to = "duty:duty-room", within = "5m" },
        { to = "post:secretary-general", within = "5m" },
    },
}

-- Whose matter it is: that unit comes, and answers. What is not here goes to the petition office.
local CONCERNS = { housing = "dept:urban", heating = "dept:urban", water = "dept:water", schools = "dept:education",
                   pollution = "dept:environment", transport = "dept:transport", relief = "dept:civil" }

local function owner_of(matter)
    return CONCERNS[matter] or "dept:petition"
end

--- More are in than fit: nobody else goes in, or it is known above within a quarter of an hour.
local function hold_entry(square)
    if measure("hold_entry", { key = square, at = square }):wait("done", "15m") ~= "done" then
        escalate(T({ zh = "{at} 超过容量，限流未落实", en = "{at} is over its capacity, and people still go in" }, { at = square }))
    end
end

--- The Act, art. 78: its head goes there and speaks with people.
local function unit_head(incident)
    local coming = measure("unit_head", { owner = owner_of(incident.labels.matter) })
    if not coming:wait("arrived", "1h") then
        escalate(T { zh = "{title}：事发单位负责人未到场", en = "{title}: the head of the unit concerned has not come" })
    end
end

--- A promise is a date: sixty days at most, as the regulation has it.
local function register(demand)
    local days = math.max(1, math.min(60, demand.days or 60)) // 1
    measure("answer", { key = demand.id, what = demand.what or demand.id, owner = owner_of(demand.matter), due = ("%dd"):format(days) })
end

function plan.respond(incident)
    each("inside >= capacity", hold_entry)
    on("demand", register)
    spawn(unit_head, incident)
    local text = T { zh = "【聚集】{title}，请核实并答复", en = "Gathering: {title}. Verify and answer" }
    while not call { text = text, rungs = {
        { to = "duty:duty-room", within = "3m" },
        { to = "post:secretary-general", within = "5m" },
    } } do
        log("nobody has answered yet: " .. incident.title)
    end
end

--- Four hours and nobody has sat down with them: the matter is not heard, whatever else is done.
function plan.level.IV()
    if measure("receive"):wait("arrived", "4h") == nil then
        escalate(T { zh = "{title}：四小时未接待代表", en = "{title}: nobody has received them for four hours" })
    end
end

return plan
