-- What luacheck knows of a plan's world: Lua 5.4 without what the sandbox takes away, and the words
-- of the plan language. `muster plan check` is the stricter judge; this one sees unused locals,
-- shadowing and lines that are too long as well.
std = "none"
max_line_length = 140
globals = {}
read_globals = {
    -- Lua
    "assert", "error", "getmetatable", "ipairs", "next", "pairs", "pcall", "select", "setmetatable",
    "tonumber", "tostring", "type", "xpcall", "math", "string", "table", "utf8", "require",
    -- words of a plan
    "plan", "T", "call", "notify", "wait", "on", "each", "wait_until", "sleep", "timeout",
    "parallel", "race", "settle", "every", "at", "civil", "spawn", "defer", "cancel",
    "state", "log", "now", "random", "uuid", "measure", "before", "consult", "ask", "fetch",
    "directive", "item", "resource", "propose", "publish", "agenda", "escalate", "child", "assign",
    "report",
    -- the site, its channels and its drills
    "site", "channel", "scenario",
    -- their tests
    "test",
}
