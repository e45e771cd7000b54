---@meta
-- The plan language for editors with the Lua language server (LuaCATS). It is never run: let the
-- server take this folder as one of its libraries. What is listed here is what is built.
-- luacheck: ignore

---@alias Duration string "90s" "5m" "1h30m" "2d"
---@alias Text string | { zh: string?, en: string? }
---@alias Target string "person:ID" "duty:ID" "post:ID" "dept:ID" "group:ID"
---@alias Targets Target | Target[]

---@class Incident
---@field id string
---@field title string
---@field note string? what the trigger says beyond its title
---@field plan string
---@field version string?
---@field kind string?
---@field source string?
---@field event string?
---@field category string?
---@field grade string? I, II, III, IV
---@field warning string? red, orange, yellow, blue
---@field drill boolean
---@field place table
---@field labels table
---@field fields table
---@field opened_at integer ms since 1970
---@field count integer
incident = {}

---@class Answer
---@field by string id of the person
---@field name string
---@field at integer ms since 1970
---@field note string?
---@field call string

---@class Reading a reported fact: a field of the head's facts
---@field name string
---@field station string?
---@field value any
---@field at integer ms since 1970

---@class Handle
local Handle = {}

---The next result of a notice; nil when the time is over.
---@param d? Duration
---@return "sent" | "delivered" | "seen" | "failed" | nil
function Handle:result(d) end

---@class Rung
---@field to Targets
---@field within? Duration

---@class Fact
---@field type? "number" | "boolean" | "text" | "time"
---@field unit? string
---@field per? string a kind of station
---@field stale_after? Duration
---@field from? Target
---@field label? Text
---@field event? boolean
---@field key? string
---@field fields? table<string, string>

---@class Head
---@field title Text
---@field kind? "general" | "special" | "department"
---@field category? "natural" | "accident" | "health" | "security"
---@field version? string
---@field owner? Target
---@field starts_on? { kind: string?, source: string?, event: string?, labels: table? }[]
---@field facts? table<string, Fact>
---@field fallback Rung[]
---@field ends? "order" | "resolved" | "done"
---@field on_resolved? "close" | "note"

---@class Plan
---@field respond fun(incident: Incident)

---@param name string
---@return fun(head: Head): Plan
function plan(name) end

---Fill {field} from the values, then from the incident.
---@param text Text
---@param values? table
---@return Text
function T(text, values) end

---Call people until one of them accepts; nil when nobody did.
---@param options { to: Targets?, text: Text, within: Duration?, rungs: Rung[]?, rounds: integer? }
---@return Answer?
function call(options) end

---Tell people; does not wait.
---@param options { to: Targets, text: Text, via: string?, within: Duration? }
---@return Handle
function notify(options) end

---Wait for a fact; nil when the time is over.
---@param fact string
---@param d? Duration
---@param options? { match: table | fun(fact: table): boolean }
---@return table?
function wait(fact, d, options) end

---Call fn for every such fact from now on.
---@param fact string
---@param fn fun(fact: table)
---@param options? { serial: boolean }
---@return Handle
function on(fact, fn, options) end

---@param d Duration
function sleep(d) end

---@param d Duration
---@param fn fun(tick: integer, missed: integer)
---@return Handle
function every(d, fn) end

---true and what fn returned, or false when the time was over.
---@param d Duration
---@param fn fun(): ...
---@return boolean, ...
function timeout(d, fn) end

---@param branches (fun(): any)[]
---@return table results
function parallel(branches) end

---@param branches (fun(): ...)[]
---@return integer index, ...
function race(branches) end

---@param fn fun(...)
---@return Handle
function spawn(fn, ...) end

---@param handle Handle
function cancel(handle) end

---@param fn fun()
function defer(fn) end

---What the incident shows.
---@param fields table
function state(fields) end

---A line in the record of the incident.
---@param text any
function log(text) end

---@return integer ms since 1970, the same all through a turn
function now() end

---@param n integer
---@return integer 1 to n
function random(n) end

---@return string
function uuid() end
