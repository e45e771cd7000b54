---@meta
-- The plan language for editors with the Lua language server (LuaCATS). It is never run: let the
-- server take this folder as one of its libraries. What is listed here is what is built.
-- luacheck: ignore

---@alias Duration string "90s" "5m" "1h30m" "2d"
---@alias Date string "2026-03-01"
---@alias Period string "3y" "6mo" "2w" "10d": by the calendar
---@alias Text string | { zh: string?, en: string? }
---@alias Target string "person:ID" "duty:ID" "post:ID" "dept:ID" "group:ID", in bodies "role:NAME"
---@alias Targets Target | Named | (Target | Named)[]

---@alias Due Duration | { before: string, by: Duration } a duration, or what before() gives

---@alias Colour "red" | "orange" | "yellow" | "blue"

---@alias Level "I" | "II" | "III" | "IV"

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
---@field count integer of triggers: itself, and what has joined it
---@field reopened integer? how often it was opened again
---@field level Level? in force; nil before an order and after the end
---@field commander Target before an order: of the lowest level
---@field members Target[]
---@field ordered_by Target who has the right by which the level was ordered
incident = {}

---Is a level in force, this one or a higher?
---@param level Level
---@return boolean
function incident:at_least(level) end

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
---@field issued? Date when the paper plan was issued
---@field filed? Date when it was filed; until then the filing is owed, 20 working days after `issued`
---@field review_by? Date
---@field drill_every? Period after the last drill that was worked to its end, else after `issued`
---@field starts_on? { kind: string?, source: string?, event: string?, labels: table? }[]
---@field facts? table<string, Fact>
---@field fallback Rung[]
---@field ends? "order" | "resolved" | "done"
---@field on_resolved? "close" | "propose" | "note"
---@field basis? Text[]
---@field principles? Text[]
---@field levels? table<Level, LevelHead>
---@field measures? table<string, MeasureHead>
---@field reports? table<ReportKind, ReportHead>
---@field ends_when? CriterionHead[]
---@field auto? { level: Level, after: Duration }
---@field one_per? string[] "kind" "place.NAME" …: a trigger equal in these joins an open incident
---@field digest? Duration what joins within this time is told as one
---@field reopen_within? Duration a trigger so soon after the close opens the incident again
---@field parent_only? boolean only a plan opens it, by child
---@field catalogue? string "lib.NAME": a library of texts, in which T looks up

---@class LevelHead
---@field when? string a condition over facts and constants of stations
---@field ordered_by Target
---@field commander? Target
---@field members? Targets
---@field expected Duration
---@field lower_after? Duration
---@field report? Duration | string[] when to report again: "6h", or times of day { "09:00", "17:00" }

---@class MeasureHead
---@field phase? "first" | Level | "recovery"
---@field owner Target
---@field title Text
---@field due Duration | table<Level, Duration>
---@field done_when? Text
---@field after? string[] measures of the same phase or one before it; its time runs once they are done or lifted
---@field urge? Duration
---@field on_lower? "ask" | "keep" | "lift"

---@alias ReportKind "initial" | "update" | "daily" | "single" | "final"

---@class ReportHead
---@field by Target who writes it
---@field sign Target who signs it, or the deputy of that post
---@field to Targets who receives it
---@field from? "received" | "fact" | "terminated" from when its time counts; given by the kind
---@field due? Duration | table by level { IV = "2h" }, by grade { grade = { III = "2h" } }; else of the basis
---@field phone? Duration | table by when it is given by telephone
---@field each? string of single: an event of facts
---@field at? string[] of daily: times of day
---@field data_to? string of daily: up to when the data go, "24:00"
---@field zero? boolean of daily and update: that nothing is new is to be reported, too
---@field basis? string a text, or a rule of the site's deadlines

---@class CriterionHead
---@field id string
---@field when? string
---@field hold? Duration
---@field confirm? Target
---@field zh? string
---@field en? string

---@class Order
---@field action string
---@field level Level?
---@field by string id of the person
---@field name string
---@field reason Text

---@class Item
local Item = {}

---Until it is so far, or ended otherwise; nil when the time is over.
---@param state "received" | "arrived" | "done" | "struck"
---@param d? Duration
---@return string?
function Item:wait(state, d) end

---Who hears of it when it stays overdue, instead of who commands.
---@param to Target
function Item:supervise(to) end

---@param reason string
function Item:lift(reason) end

---@class Plan
---@field respond fun(incident: Incident)
---@field recover? fun(incident: Incident, order: Order)
---@field level table<Level, fun(incident: Incident, order: Order)>

---@param name string
---@return fun(head: Head): Plan
function plan(name) end

---Fill {field} from the values, then from the incident; a string is looked up in the catalogue.
---@param text Text
---@param values? table
---@return Text
function T(text, values) end

---Call people until one of them accepts; nil when nobody did.
---@param options { to: Targets?, text: Text, within: Duration?, rungs: Rung[]?, rounds: integer? }
---@return Answer?
function call(options) end

---@class Named may stand where a target stands
---@field id string
---@field name string
---@field target Target

---@class Opinion
---@field by string id of the person
---@field name string
---@field note string?
---@field file string?
---@field at integer ms since 1970

---@class Opinions
---@field opinions Opinion[]
---@field answered Named[]
---@field silent Named[]
---@field asked Named[]
---@field enough boolean are there at_least of them

---Ask people for their opinion; waits until all have given one or declined, or the time is over.
---@param options { to: Targets, question: Text, within: Duration, chair: Target?, at_least: integer? }
---@return Opinions
function consult(options) end

---@class Choice : Named
---@field choice string
---@field note string?
---@field at integer ms since 1970
---@field by string id of the person who chose

---@class Tally a list for each choice, by its name, and
---@field answered Choice[]
---@field silent Named[]
---@field asked Named[]
---@field enough boolean are there at_least of them
---@field [string] Choice[]

---Ask people one question; waits until at_least (all) have chosen, or the time is over.
---@param options { to: Targets, question: Text, choices: Text[], within: Duration, at_least: integer | "all" | nil, one_per: "dept"? }
---@return Tally
function ask(options) end

---@class Response
---@field status integer
---@field body string
---@field json table? of a body in JSON

---Ask another system through an endpoint of the site; nil and a sentence when it did not answer.
---@param options { endpoint: string, body: table | string, within: Duration }
---@return Response?, string?
function fetch(options) end

---Tell people; does not wait.
---@param options { to: Targets, text: Text, via: string?, within: Duration? }
---@return Handle
function notify(options) end

---Tell people which items are open in the house and which reports are not sent, and what is overdue; does not wait.
---@param options { to: Targets, items: { state: string | string[] | nil, since: Duration? }? }
---@return Handle
function agenda(options) end

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

---Call fn for every station where the condition becomes true; at once where it is true already.
---@param condition string over facts and constants of stations, as in a head
---@param fn fun(station: string?)
---@return Handle
function each(condition, fn) end

---Wait until the condition is true; the station where it is, or true; nil when the time is over.
---@param condition string
---@param options? { hold: Duration?, within: Duration?, every: boolean? }
---@return string | true | nil
function wait_until(condition, options) end

---@param d Duration
function sleep(d) end

---Call fn again and again: each duration, at times of day, or by the level in force.
---@param when Duration | string[] | table<Level, Duration> "1h", { "08:30", "20:30" }, { IV = "12h", I = "1h" }
---@param fn fun(tick: integer, missed: integer)
---@return Handle
function every(when, fn) end

---Call fn once, by the clocks of the site's zone; at once when the time is past.
---@param time string "08:30" is the next one; "2026-07-21 08:30"
---@param fn fun()
---@return Handle
function at(time, fn) end

---@class Civil
---@field year integer
---@field month integer
---@field day integer
---@field hour integer
---@field min integer
---@field sec integer
---@field wday integer 1 is Sunday
---@field yday integer 1 is January 1

---What the clocks of the site's zone show.
---@param moment? integer | string ms since 1970, or a time of a fact; now
---@return Civil
function civil(moment) end

---true and what fn returned, or false when the time was over.
---@param d Duration
---@param fn fun(): ...
---@return boolean, ...
function timeout(d, fn) end

---@param branches (fun(): any)[]
---@return table results
function parallel(branches) end

---@class Outcome
---@field ok boolean
---@field value any? what it returned
---@field err any? its error

---Wait for all; an error is an outcome like another.
---@param branches (fun(): any)[]
---@return Outcome[] | { n: integer } outcomes
function settle(branches) end

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

---Issue a measure of the head, or find the one of this name and key that is open. What else is in
---the table fills {fields} of its title.
---@param name string
---@param options? { key: string?, owner: Target?, due: Due? }
---@return Item
function measure(name, options) end

---@param options { from: string?, text: Text, lead: Target, assist: (Target|Target[])?, goal: string?, indicator: string?, due: Due }
---@return Item
function directive(options) end

---@param options { title: Text, goal: string?, indicator: string?, owner: Target, assist: (Target|Target[])?, due: Due }
---@return Item
function item(options) end

---@param options { what: Text, amount: string?, from: Target, assist: (Target|Target[])?, due: Due }
---@return Item
function resource(options) end

---A due time: so long before what a fact says, and moved when that is corrected.
---@param fact string a time of the incident
---@param d Duration
---@param options? { at_least: Duration?, unknown: Duration? }
---@return Due
function before(fact, d, options) end

---@class Report
local Report = {}

---Until it is so far, or missed; nil when the time is over.
---@param state "edited" | "signed" | "sent"
---@param d? Duration
---@return string?
function Report:wait(state, d) end

---Open one more report of a kind of the head: numbered, drafted and urged as the engine's own.
---@param kind ReportKind
---@param options? { key: string?, due: Duration?, text: Text? }
---@return Report
function report(kind, options) end

---Put an order to whoever may give it; it stands until somebody does. Gives the first order of this
---action; nil when `within` is over, or at once with wait = false.
---@param options { action: string, level: Level?, what: Text?, warning: Colour?, reason: Text, to: Target?, within: Duration, wait: boolean? }
---@return Order?
function propose(options) end

---@class Child
local Child = {}

---Until it is over; nil when the time is over before.
---@param state "closed"
---@param d? Duration
---@return "closed" | "merged" | "refused" | nil
function Child:wait(state, d) end

---An incident of its own under this one, or the one of this key, to which `fields` are reported.
---@param options { plan: string, key: string, title: Text, fields: table? }
---@return Child
function child(options) end

---Ask people to take a role, and give it to whoever accepts; nil when nobody did.
---@param role string
---@param target Targets
---@param options? { within: Duration?, text: Text? }
---@return Answer?
function assign(role, target, options) end

---@class Draft

---Draft a public warning, with the statements of art. 64, and put it to whoever may publish; it is
---sent with their order, and never without.
---@param options { category: Text, level: Colour | "none", from: Text, area: Text, matters: Text, advice: Text, issuer: Text, to: Targets?, lifts: Draft? }
---@return Draft
function publish(options) end

---Call the commander, then the fallback, until somebody answers; never waits.
---@param reason Text
---@return Handle
function escalate(reason) end

-- Drills: plans/drills/NAME.lua

---@alias Since string "0:10", "1:30:05": hours, minutes, seconds after the trigger
---@alias Person string "person:ID"

---@class Expectation { "order III", within = "15m" }
---@field [1] string "call answered", "call declined", "order III", "propose II", "measure NAME", "received NAME", "arrived NAME", "done NAME", "struck NAME", "update FACT", "report KIND", "confirmed ID", "closed", or part of a line of the timeline
---@field within? Duration else until the end

---@class Inject
---@field no integer
---@field at Since
---@field by "trigger" | "message" | "update" | "fault" | "silence_of" | "paper" | "end"
---@field expect? Expectation
---@field objective? string one of the scenario's objectives
---@field title? Text of a trigger
---@field note? Text of a trigger or an update
---@field kind? string of a trigger
---@field grade? Level of a trigger
---@field warning? Colour of a trigger
---@field place? table<string, string> of a trigger
---@field fields? table of a trigger, message or update: what is reported
---@field to? Target of a message or a paper
---@field text? Text of a message or a paper
---@field from? Text who tells or reports it
---@field endpoint? string of a fault
---@field person? string of a silence
---@field lasts? Duration of a fault or a silence

---@class Scenario
---@field plan string which is drilled
---@field mode? "tabletop" | "live"
---@field title Text
---@field begins? string "2026-06-10 09:00": the hour in which it plays
---@field speed? integer of a tabletop: the incident's clock runs so many times as fast
---@field director Person
---@field evaluators? Person[]
---@field objectives? table<string, Text>
---@field injects Inject[]

---A drill: what comes in when, and what is expected of people.
---@param name string as the file
---@return fun(scenario: Scenario): Scenario
function scenario(name) end
