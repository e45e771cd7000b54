---@meta
-- The plan language for editors with the Lua language server (LuaCATS): plans, their tests, their
-- drills. It is never run: let the server take this folder as one of its libraries, in .luarc.json
-- of the folder of plans: { "runtime.version": "Lua 5.4", "workspace.library": ["meta"] }.
-- What is listed here is what is built. `muster plan check` is the stricter judge.
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
---@field occasion string? of a standing plan: the name of the occasion that this is
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
---@field call string | CallHandle with answer_for a handle
---@field all { by: string, name: string, at: integer, note: string? }[]? with at_least: all who accepted

---@class CallHandle
local CallHandle = {}

---What was called for is done: the call does not begin anew.
function CallHandle:close() end

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
---@field type? "number" | "boolean" | "text" | "time" required, but of an event; a time is RFC 3339
---@field unit? string shown with it: "m"
---@field per? string a kind of station: then it is reported for each of them
---@field stale_after? Duration so long after the last report it is unknown; else never
---@field from? Targets whose task it is to report it; anybody may
---@field label? Text what people read instead of its name
---@field event? boolean it happens again and again; no type, unit, per, stale_after, nor in conditions
---@field key? string of an event: the field that tells one from the others
---@field fields? table<string, "number" | "boolean" | "text" | "time"> of an event

---@class Head
---@field title Text
---@field kind? "general" | "special" | "department" | "standing" of the paper plan; else "special"
---@field category? "natural" | "accident" | "health" | "security"
---@field version? string which edition of the paper plan this is
---@field owner? Target whose plan it is, who hears of its errors and of what it owes; else the duty room
---@field issued? Date when the paper plan was issued
---@field filed? Date when it was filed; until then the filing is owed, 20 working days after `issued`
---@field review_by? Date by when it is reviewed; past it the check warns (overdue)
---@field drill_every? Period after the last drill that was worked to its end, else after `issued`
---@field starts_on? Match[] which triggers are its own; two plans that match equally well are refused (ambiguous)
---@field facts? table<string, Fact> what may be reported while it runs; another name is refused
---@field fallback Rung[] called in turn when no code can run. Required (no_fallback)
---@field ends? "order" | "resolved" | "done" with levels always "order"; else "done" without it
---@field on_resolved? "close" | "propose" | "note" else "propose" with levels (never "close"), "close" without
---@field text? string "NAME.md" beside the plan: the paper that it works; its headings are checked
---@field basis? Text[] the law that it rests on
---@field principles? Text[] above the measures
---@field levels? table<Level, LevelHead>
---@field measures? table<string, MeasureHead>
---@field reports? table<ReportKind, ReportHead>
---@field ends_when? CriterionHead[] the end is proposed when all hold; only with levels
---@field schedule? table<string, OccasionHead> of a standing plan, which nothing else opens
---@field auto? AutoHead the site must allow it (no_right)
---@field one_per? string[] "kind" "source" "event" "key" "place.NAME" "labels.NAME" "fields.NAME": a trigger equal in these joins an open incident
---@field digest? Duration what joins within this time is told as one; else each by itself
---@field reopen_within? Duration a trigger so soon after the close opens the incident again; else never
---@field parent_only? boolean only a plan opens it, by child; else false
---@field catalogue? string "lib.NAME": a library of texts, in which T looks up

---@class OccasionHead each is an incident of its own, run by plan.occasion.NAME
---@field at string "08:40", "mon 09:00", "15 09:00", "last 09:00", "1st workday 09:00", "2nd tue 09:00", "last fri 09:00"
---@field title? Text how it is called, before its day
---@field days? string with a time alone: "workday", "day_off", "mon-fri", "sat,sun"
---@field if_holiday? "hold" | "next_workday" | "previous_workday" | "skip"
---@field months? integer[] 1 to 12; every month
---@field calendar? string of the site, which says what days are worked; "work"

---@class Match what a trigger must say; all that is given
---@field kind? string
---@field source? string
---@field event? string
---@field labels? table<string, string>

---@class AutoHead
---@field level Level of this plan
---@field after Duration without an order; it is marked to be approved

---@class LevelHead
---@field when? string a condition over facts and constants of stations; any station counts (bad_condition)
---@field ordered_by Target to whom it is proposed; the site must give the right (no_right)
---@field commander? Target who commands; else ordered_by
---@field members? Targets who is told of the order
---@field expected Duration how long it may last
---@field lower_after? Duration so long false before a lower one is proposed; else at once
---@field report? Duration | string[] when to report again: "6h", or times of day { "09:00", "17:00" }

---@class MeasureHead
---@field phase? "first" | Level | "recovery" issued with it; else only a body issues it
---@field owner Target who does it: one, who can be told
---@field title Text {fields} are filled by measure()
---@field due Duration | table<Level, Duration> from when it is issued, or can begin
---@field done_when? Text by what it is known to be done
---@field after? string[] measures of the same phase or one before it; its time runs once they are done or lifted
---@field urge? Duration between reminders once it is due; else 15m
---@field on_lower? "ask" | "keep" | "lift" when its level is left; else "ask" whoever commanded

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

---@class CriterionHead either `when` or `confirm`
---@field id string of its own in the plan
---@field when? string a condition that every station must meet
---@field hold? Duration for so long; else at once
---@field confirm? Target who confirms it
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
---@field occasion table<string, fun(incident: Incident)> of a standing plan: what is done at each

---@param name string
---@return fun(head: Head): Plan
function plan(name) end

---Fill {field} from the values, then from the incident; a string is looked up in the catalogue.
---@param text Text
---@param values? table
---@return Text
function T(text, values) end

---Call people until one of them accepts, or `at_least` so many; nil when that did not come about, and
---who accepted all the same. `to` or `rungs`; each rung may stay silent for `within` (of its own, or
---of the call), all of them `rounds` times (1). With `answer_for` the answer holds so long; then the
---call begins anew, until answer.call:close(), the end of its scope or of the incident.
---@param options { to: Targets?, text: Text, within: Duration?, rungs: Rung[]?, rounds: integer?, at_least: integer?, answer_for: Duration? }
---@return Answer?
---@return { by: string, name: string, at: integer, note: string? }[]?
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

---@alias EngineFact "answer" | "closed" | "confirmed" | "declined" | "done" | "expired" | "joined" | "order" | "overdue" | "rejected" | "report" | "resolved" | "silent" | "stale" | "update"

---Wait for a fact of the engine or of the head; nil when the time is over. A name that is none would
---never come (unknown_fact).
---@param fact EngineFact | string
---@param d? Duration
---@param options? { match: table | fun(fact: table): boolean }
---@return table?
function wait(fact, d, options) end

---Call fn for every such fact from now on.
---@param fact EngineFact | string
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

---Is it a work day, and within the hours of this calendar of the site? As pinned with the plan.
---@param calendar string "cal:work"
---@param moment? integer | string ms since 1970, or a time of a fact; now
---@return boolean
function open_at(calendar, moment) end

---What the clocks of the site's zone show.
---@param moment? integer | string ms since 1970, or a time of a fact; now
---@return Civil
function civil(moment) end

---true and what fn returned, or false when the time was over.
---@param d Duration
---@param fn fun(): ...
---@return boolean, ...
function timeout(d, fn) end

---Wait for all; with fail_fast the first error ends the others.
---@param branches { [integer]: (fun(): any), fail_fast: boolean? }
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

---The first to return, and what it returned; the others are cancelled.
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

---@class Roster seats that people take turns in; `duty:NAME` calls whoever sits there
---@field title? Text
---@field titles? table<string, Text> of its seats
---@field seats table<string, string[]> ids of people, in the order of their turns
---@field order? string[] the seats, in the order in which they are called
---@field handover? string "08:00", "mon 08:00", "1 08:00"
---@field every? string "8h", "1d", "1w", "1mo"
---@field from? string "2026-07-01": the first turn
---@field holiday? { seats: table<string, string[]>, calendar?: string }
---@field hours? table<string, string[]> "mon-fri 09:00-18:00", "workday 08:00-18:00", "day_off 00:00-24:00"
---@field shifts? { seat: string, person: string, from: string, to: string }[]
---@field calendar? string | table<string, string> "rosters/it.ics"
---@field notify? boolean whoever comes on duty is told
---@field approves? Target overrides and swaps
---@field spot_check? { per_month: integer }

---@class Calendar
---@field days? string "mon-fri"
---@field hours? string | string[] "09:00-18:00"
---@field holidays? string

---@class Site the rest is in site.lua
---@field rosters? table<string, Roster>
---@field calendars? table<string, Calendar>
---@field holidays? table<string, table<string, string>> { cn = { ["2026"] = "holidays/cn-2026.lua" } }

---@param data Site
---@return Site
function site(data) end

---@class AnswerTest what the service's answer must say; at least one of the two
---@field status? string "200", "2xx", "200 202"
---@field json? table<string, string | number | boolean | (string | number | boolean)[]> { ["data.code"] = 0 }

---@class ThrottledTest : AnswerTest
---@field retry_after? string where in the answer it says for how many seconds
---@field wait? Duration for so long, where it does not

---@class ProbeTest : AnswerTest
---@field path? string on the host of the url, with {secret.NAME}; without it the url itself

---@class Channel how a message leaves, and what the answer means: plans/channels/NAME.lua
---@field body? table a tree with {placeholders}
---@field encoding? "json" | "form" | "query" | "mail"
---@field variants? { alert: table?, digest: table?, drill: table?, recovered: table? }
---@field maps? table<string, table<string, string | number | boolean>> "{incident.grade|colour}"; "*" is the rest
---@field escape? "entities" & < > in what is filled in become &amp; &lt; &gt;
---@field limits? table<string, integer | string> body_bytes, and by place "2048 bytes", "4096 characters"
---@field url? string with {contact} and {secret.NAME}
---@field method? "POST" | "PUT" | "PATCH"
---@field headers? table<string, string> with {secret.NAME}
---@field query? table<string, string> with {contact} and {secret.NAME}
---@field private? table laid over the body when it is sent, with {contact} and {secret.NAME}; recorded nowhere
---@field sign? "standard-webhooks" | "feishu" | "dingtalk" | "aliyun" | "basic" | "bearer" | "none"
---@field success? AnswerTest without it any 2xx
---@field throttled? ThrottledTest too many; 429 always is
---@field again? AnswerTest not now: tried again
---@field reference? string where in the answer the service's own id of the message is
---@field probe? ProbeTest by this GET it is asked whether it is there
---@field rate? string "20/1m", for each endpoint that says nothing else
---@field receipt? "none" | "delivered" | "seen" which word of the service is believed
---@field receipt_within? Duration then the next contact is tried
---@field contact? "phone" | "email" | "url" | "token" what its contacts are
---@field resend_harmless? boolean
---@field drill? boolean made for drills, too
---@field extends? string a channel whose keys it has
---@field ways? table<string, Channel> kinds of it, for endpoints with as = "NAME"

---channel "gateway" { … }
---@param name string
---@return fun(data: Channel): Channel
function channel(name) end

---@class Expectation { "order III", within = "15m" }
---@field [1] string "call answered", "call declined", "order III", "propose II", "measure NAME", "received NAME", "arrived NAME", "done NAME", "struck NAME", "update FACT", "report KIND", "confirmed ID", "closed", or part of a line of the timeline
---@field within? Duration else until the end

---@class Inject
---@field no integer 1 to 100000, each its own
---@field at Since in the order of time; the trigger at "0:00"
---@field by "trigger" | "message" | "update" | "fault" | "silence_of" | "paper" | "end"
---@field expect? Expectation of every inject but `end`
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
---@field plan string which is drilled (unknown_name)
---@field mode? "tabletop" | "live" else "tabletop"
---@field title Text
---@field begins? string "2026-06-10 09:00": the hour in which it plays
---@field speed? integer of a simulated tabletop: so many times as fast, 1 to 1000; else 1
---@field director Person
---@field evaluators? Person[]
---@field objectives? table<string, Text>
---@field injects Inject[]

---A drill: what comes in when, and what is expected of people.
---@param name string as the file
---@return fun(scenario: Scenario): Scenario
function scenario(name) end

-- Tests: plans/NAME.test.lua

---A night of its own, and what must come of it.
---@param sentence string what would be missed
---@param night fun(t: Trial)
function test(sentence, night) end

---@class Trial what goes wrong is an error with a sentence, and fails the test
local Trial = {}

---@class Said who says something, and what else the command of that name takes
---@field by? string a person or "dept:ID"
---@field note? string
---@field [string] any

---@class Trigger
---@field title string
---@field plan? string else whose it is by kind, source, event and labels
---@field kind? string
---@field source? string
---@field event? string
---@field grade? Level
---@field warning? Colour
---@field place? table<string, string>
---@field labels? table<string, string>
---@field fields? table facts, by station or without
---@field key? string
---@field note? string
---@field drill? boolean

---Another site than site.lua, of sites/ beside the plans; before everything else.
---@param file string "sites/other.lua"
function Trial:site(file) end

---When it begins, in the zone of the site; before everything but site.
---@param time string "2026-07-20 02:00"
function Trial:begin(time) end

---Open an incident.
---@param trigger Trigger
function Trial:trigger(trigger) end

---Report facts, by station or without, and a note.
---@param fields table { g7 = { stage_m = 4.6 }, breach = true, note = "…" }
---@return TrialUpdate
function Trial:update(fields) end

---@class TrialUpdate
local TrialUpdate = {}

---Report the same again and again for so long, so that it does not go stale.
---@param d Duration
function TrialUpdate:keeps(d) end

---@param order { action: string, level: Level?, by: string, reason: string, despite: string?, what: Text?, warning: Colour?, proposal: integer?, expected: Duration?, basis: string? }
function Trial:order(order) end

---Answer what was asked of a person: an opinion with a note, a choice, or no.
---@param answer { by: string, note: string?, choice: string?, decline: boolean?, call: string? }
function Trial:answer(answer) end

---@param directive { by: string, text: string, lead: Target, due: Duration }
function Trial:directive(directive) end

---A criterion of the end, by whoever holds that post or heads that department.
---@param criterion string
---@param by Target
function Trial:confirm(criterion, by) end

---Its source says that it is over.
---@param note? string
function Trial:resolve(note) end

---It is closed by hand.
---@param note? string
function Trial:close(note) end

---@param name string of a measure, or "NAME KEY"
---@param action "receive" | "arrive" | "done" | "reject" | "return" | "strike" | "lift"
---@param said? Said
function Trial:item(name, action, said) end

---@param name string kind and number: "update 1"
---@param action "edit" | "phone" | "sign" | "send" | "fill" | "correct"
---@param said? Said
function Trial:report(name, action, said) end

---People speak to the nth incident of this plan from now on.
---@param plan string
---@param nth? integer else 1
function Trial:about(plan, nth) end

---It dies and comes back: what follows must be the same.
---@param what "engine" | "planner" | "courier"
function Trial:crash(what) end

---@param d Duration so much time passes
function Trial:advance(d) end

---These lines, each by any part of it, in this order, since the last tells; others may lie between.
---@param lines string
function Trial:tells(lines) end

---These lines and no others.
---@param lines string
function Trial:tells_exactly(lines) end

---From here to the end of the test no line holds this.
---@param part string
function Trial:never(part) end

---@class Expected
---@field level? Level | false
---@field state? "open" | "awaiting_order" | "active" | "recovering" | "closed" | "merged"
---@field health? "ok" | "fallback" | "stuck"
---@field items? table<string, integer> how many are "open", "closed", "overdue", or of a state
---@field item? table<string, string> the state of a measure, by its name or "NAME KEY"
---@field reports? table<string, integer> how many, by state or kind, too
---@field report? table<string, string> the state of "update 1"
---@field proposal? { level: Level?, action: string?, state: "open" | "awaiting_order" | nil } | false
---@field scope? table<string, boolean> is the body of this level alive?

---How it stands now.
---@param what Expected
function Trial:expect(what) end

---Everything told so far.
---@return string
function Trial:trace() end

---@param id string a person; "*" is everybody else, who is silent and orders nothing
---@return TrialPerson
function Trial:person(id) end

---@class TrialPerson from now on; each gives the person again
local TrialPerson = {}

---@param after Duration
---@return TrialPerson
function TrialPerson:answers(after) end

---@param after? Duration else 1m
---@return TrialPerson
function TrialPerson:declines(after) end

---@return TrialPerson
function TrialPerson:silent() end

---Gives the order that is put to them, or with false none.
---@param after Duration | false
---@return TrialPerson
function TrialPerson:orders(after) end

---@param name string of the site
---@return TrialEndpoint
function Trial:endpoint(name) end

---@class TrialEndpoint from now on; each gives the endpoint again
local TrialEndpoint = {}

---@param lasts? Duration else for ever
---@return TrialEndpoint
function TrialEndpoint:fails(lasts) end

---@return TrialEndpoint
function TrialEndpoint:works() end

---What a plan gets that fetches from it.
---@param body string
---@return TrialEndpoint
function TrialEndpoint:says(body) end
