/*
 * The parts of the pages that need no browser: words, times, the stream of events.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import "./lib/no_browser";
import { alarmsOf, isWorse } from "../../engine/web/src/alarms";
import { draftOf, standing, toConfirm } from "../../engine/web/src/command";
import {
    actionsFor,
    type Draft,
    dueOf,
    durationMs,
    issuedBy,
    levelsFor,
    orderers,
    toldBy,
} from "../../engine/web/src/foresee";
import { KeepFocus } from "../../engine/web/src/focus";
import { gather } from "../../engine/web/src/handsets";
import { factWords } from "../../engine/web/src/incident";
import { awaitsOrder, Incidents } from "../../engine/web/src/incidents";
import { aboutOf } from "../../engine/web/src/items";
import { actionsOf, inOrder } from "../../engine/web/src/ledger";
import { phoneLate, reportActions, reportsInOrder } from "../../engine/web/src/reporting";
import { proposalsInOrder } from "../../engine/web/src/proposals";
import { fieldsOf, subjectsOf, valueOf } from "../../engine/web/src/facts_form";
import type {
    Condition,
    Grade,
    Incident,
    Item,
    Phone,
    PlanSheet,
    Proposal,
    Report,
} from "../../engine/web/src/shapes";
import { StreamReader } from "../../engine/web/src/stream";
import { ago, clock, countdown, length } from "../../engine/web/src/time";
import { PHONES_WORDS } from "../../engine/web/src/phones_words";
import { waitsOf } from "../../engine/web/src/waits";
import { language, say, sayName, WORDS } from "../../engine/web/src/words";
import { say as sayWork, WORK_WORDS } from "../../engine/web/src/work_words";
import { ROOT } from "./lib/house";
import { finish, test } from "./lib/tap";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const ALL_WORDS = { ...WORDS, ...WORK_WORDS, ...PHONES_WORDS };
const THEN = new Date(2026, 6, 20, 2, 14, 5).getTime(); /* local */

/* Why: a word that is missing in one language is a hole on somebody's screen. */
test("every word is there in Chinese and in English, with the same places to fill", () => {
    const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const [name, words] of Object.entries(ALL_WORDS)) {
        assert.equal(words.length, 2, name);
        for (const text of words) assert.ok(text.trim().length > 0, name);
        assert.deepEqual(places(words[0]), places(words[1]), name);
        const isName = ["other_language"].includes(name);
        if (!isName) assert.ok(!/[\u3400-\u9fff]/.test(words[1]), `${name}: ${words[1]}`);
    }
});

/* Why: a word that nothing says any more is one that somebody translates for nothing. */
test("every word is said somewhere", () => {
    const folder = join(ROOT, "engine", "web", "src");
    const files = readdirSync(folder).filter((name) => !name.endsWith("words.ts"));
    const source = files.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
    const groups = [...source.matchAll(/sayName\("(\w+_)"/g)].map((m) => m[1] as string);
    assert.ok(groups.length > 0);
    for (const word of Object.keys(ALL_WORDS)) {
        const inGroup = groups.some((group) => word.startsWith(group));
        assert.ok(inGroup || source.includes(`"${word}"`), word);
    }
});

/* Why: a word that two files have is one that somebody changes in one of them. */
test("each word stands in one file, and a later file says those of the first too", () => {
    const lists = [WORDS, WORK_WORDS, PHONES_WORDS].flatMap((w) => Object.keys(w));
    assert.equal(new Set(lists).size, lists.length);
    language.now = "en";
    assert.equal(sayWork("save"), "Save");
    assert.equal(sayWork("cancel"), "Cancel");
});

/* Why: what people wrote may hold anything, braces too. */
test("what is filled into a sentence is not filled again", () => {
    language.now = "en";
    assert.equal(say("signed_in_as", { who: "{version}" }), "you are {version}");
    assert.equal(sayName("state_", "open"), "open");
    assert.equal(sayName("state_", "of_a_later_version"), "of_a_later_version");
});

/* Why: networks cut where they like. */
test("events come whole however the bytes are cut", () => {
    const alarm = 'id: 1-2\nevent: alarm\ndata: {"a":1}\n\n';
    const bytes = `${alarm}: still here\n\nretry: 5\ndata: x\r\n\r\n`;
    const whole = new StreamReader().feed(bytes);
    assert.deepEqual(whole, [
        { id: "1-2", kind: "alarm", data: '{"a":1}' },
        { id: null, kind: "message", data: "x" },
    ]);
    for (let cut = 1; cut < bytes.length; cut++) {
        const reader = new StreamReader();
        const found = [...reader.feed(bytes.slice(0, cut)), ...reader.feed(bytes.slice(cut))];
        assert.deepEqual(found, whole, `cut at ${cut}`);
    }
    assert.deepEqual(new StreamReader().feed("data: half\n"), []);
});

/* Why: "02:14" of yesterday must not be read as a quarter of an hour ago. */
test("a time that is not of today carries its date", () => {
    assert.equal(clock(THEN, false, THEN + HOUR), "02:14");
    assert.equal(clock(THEN, true, THEN + HOUR), "02:14:05");
    assert.equal(clock(THEN, false, THEN + 23 * HOUR), "07-20 02:14");
    assert.equal(clock(THEN, true, THEN + 365 * 24 * HOUR), "2026-07-20 02:14:05");
});

test("how long ago it was is said in its largest unit, in both languages", () => {
    const said = (ms: number) => ago(THEN, THEN + ms);
    language.now = "en";
    assert.deepEqual(
        [4 * SECOND, 59 * SECOND, 61 * SECOND, 3 * HOUR, 72 * HOUR].map(said),
        ["just now", "59 s ago", "1 min ago", "3 h ago", "3 d ago"],
    );
    assert.equal(said(-MINUTE), "just now"); /* a clock that is a little behind */
    assert.equal(length(90 * MINUTE), "90 min");
    language.now = "zh";
    assert.deepEqual([SECOND, 61 * SECOND, 72 * HOUR].map(said), ["刚刚", "1 分钟前", "3 天前"]);
});

test("a countdown never shows less than nothing", () => {
    assert.deepEqual(
        [161 * SECOND, HOUR + 9 * SECOND, 1, 0, -MINUTE].map(countdown),
        ["2:41", "1:00:09", "0:01", "0:00", "0:00"],
    );
});

/* Why: one person, one phone, whatever it is that rings. */
test("the phones of one person are shown as one, newest message first", () => {
    const message = (id: string, at: string) => ({ id, at }) as Phone["messages"][number];
    const phone = (endpoint: string, ...messages: Phone["messages"]): Phone => ({
        person: "wang.qiang",
        name: "王强",
        endpoint,
        messages,
    });
    const found = gather([phone("phone", message("a", "1")), phone("desk", message("b", "2"))]);
    assert.equal(found.length, 1);
    assert.deepEqual(
        found[0]?.messages.map((m) => [m.id, m.endpoint]),
        [
            ["b", "desk"],
            ["a", "phone"],
        ],
    );
});

/* Why: a proposal that nobody decides is what somebody in the room can do something about. */
test("an order that is waited for is seen in the state and the proposals, while it is open", () => {
    const late = { number: 2, state: "awaiting_order" } as Proposal;
    const fresh = { number: 1, state: "open" } as Proposal;
    const incident = (state: string, ...proposals: Proposal[]) =>
        awaitsOrder({ state, proposals } as Incident);
    assert.deepEqual(
        [
            incident("open"),
            incident("open", fresh),
            incident("awaiting_order"),
            incident("active", fresh, late),
            incident("closed", late),
        ],
        [false, false, true, true, false],
    );
    assert.deepEqual(proposalsInOrder([fresh, late]), [late, fresh]);
});

test("in the list trouble stands first, then what waits for an order, and drills below", () => {
    const incidents = new Incidents();
    const add = (id: string, state: string, health = "ok", drill = false) =>
        incidents.all.set(id, { id, state, health, drill, proposals: [] } as unknown as Incident);
    add("1-fallback", "open", "fallback");
    add("2-waits", "awaiting_order");
    add("3-drill-waits", "awaiting_order", "ok", true);
    add("4-new", "open");
    add("5-newest", "active");
    add("6-over", "closed");
    add("7-owed-by-plans", "upkeep"); /* no emergency */
    assert.deepEqual(
        incidents.open().map((i) => i.id),
        ["1-fallback", "2-waits", "5-newest", "4-new", "3-drill-waits"],
    );
});

/* Why: a link to what is over was "Loading …" for ever, when the list came in between. */
test("an incident that comes while the list is read is kept", async () => {
    const incidents = new Incidents();
    const over = { id: "over", state: "merged" };
    let answer = (_: unknown) => {};
    globalThis.fetch = ((path: string) =>
        new Promise((done) => {
            const give = (body: unknown) => done(new Response(JSON.stringify(body)));
            if (path.includes("?")) give({ incidents: [], next: null, as_of: "1-1" });
            else answer = () => give(over);
        })) as typeof fetch;
    incidents.want("over");
    await new Promise((done) => setTimeout(done, 60)); /* it gathers what it is to read */
    await incidents.load();
    answer(null);
    await new Promise((done) => setTimeout(done, 10));
    assert.equal(incidents.all.get("over")?.state, "merged");
});

/* Why: "unknown" is not "false": somebody has to go and look. */
test("a condition is told unless it is simply false", () => {
    const said = (of: string, truth: string, held: boolean, due?: string) =>
        standing({ of, truth, held, due } as Condition);
    assert.deepEqual(
        [
            said("level/II", "false", false),
            said("level/II", "true", false),
            said("level/II", "true", true),
            said("level/II", "false", true),
            said("level/II", "unknown", false),
            said("end/falling", "true", false, "2026-07-20T07:20:00.000Z"),
            said("end/falling", "true", true, "2026-07-20T07:20:00.000Z"),
            said("end/falling", "true", false),
        ],
        [null, "is_true", "is_true", "is_over", "no_data", "counting", "is_met", "holds_so_far"],
    );
});

test("in the ledger what is late stands first, then what is due soonest, what is over last", () => {
    const item = (id: string, state: string, due_at?: string, overdue = false) =>
        ({ id, state, due_at, overdue }) as Item;
    const ledger = [
        item("a", "struck", "1"),
        item("b", "issued"),
        item("c", "received", "3"),
        item("d", "done", "2"),
        item("e", "arrived", "2"),
        item("f", "issued", "4", true),
    ];
    assert.equal(inOrder(ledger).map((i) => i.id).join(""), "fecbad");
});

/* A plan with three levels: the chief orders IV and III, the mayor all. */
const chief = { person: "sun.wei", name: "孙伟", as: "post:chief" };
const mayor = { person: "han.mei", name: "韩梅", as: "post:mayor" };
const SHEET = {
    levels: [
        { level: "IV", people: [chief, mayor], told: [chief], expected: "3d" },
        { level: "III", people: [chief, mayor], told: [chief], expected: "2d" },
        { level: "II", people: [mayor], told: [mayor, chief], expected: "1d" },
    ],
    ends: [chief, mayor],
    criteria: [{ id: "falling", when: "x < 1" }, { id: "settled", confirm: "dept:a" }],
    measures: [
        { name: "patrol", phase: "IV", due: { IV: "1h", II: "30m" } },
        { name: "move", phase: "II", due: "4h" },
        { name: "verify", phase: "first", due: "15m" },
        { name: "dry", phase: "recovery", due: "3d" },
        { name: "close", due: "10m" },
    ],
    facts: [
        { name: "stage_m", type: "number", per: "gauge", unit: "m", label: { zh: "水位" } },
        { name: "breach", type: "boolean" },
        { name: "case", type: "event", key: "id", fields: [{ name: "id", type: "text" }] },
    ],
    stations: [{ id: "g7", kind: "gauge", name: "7号站" }],
    targets: {},
} as unknown as PlanSheet;

/* Why: a level that cannot be ordered now is one that somebody orders in a hurry. */
test("only what fits the level in force is offered", () => {
    const at = (level: Grade | null, state = "active") =>
        actionsFor({ level, state } as Incident, SHEET).join(" ");
    assert.equal(at(null, "open"), "activate terminate");
    assert.equal(at("IV"), "raise again terminate");
    assert.equal(at("III"), "raise again lower terminate");
    assert.equal(at("II"), "again lower terminate");
    assert.equal(at(null, "recovering"), "");
    assert.deepEqual(levelsFor("raise", "IV", SHEET), ["III", "II"]);
    assert.deepEqual(levelsFor("lower", "II", SHEET), ["IV", "III"]);
    assert.deepEqual(levelsFor("again", "III", SHEET), ["III"]);
});

/* Why: nobody below undoes what was ordered above. */
test("to lower or to end it takes who may order the level in force", () => {
    const who = (draft: Draft, now: Grade | null) =>
        orderers(draft, now, SHEET)
            .map((p) => p.name)
            .join("");
    assert.equal(who({ action: "raise", level: "II" }, "IV"), "韩梅");
    assert.equal(who({ action: "lower", level: "IV" }, "II"), "韩梅");
    assert.equal(who({ action: "lower", level: "IV" }, "III"), "孙伟韩梅");
    assert.equal(who({ action: "terminate", level: null }, "II"), "韩梅");
    assert.equal(who({ action: "terminate", level: null }, null), "孙伟韩梅");
});

test("what an order issues is foreseen: levels in between too, nothing that is open", () => {
    const names = (draft: Draft, now: Grade | null, ...open: string[]) => {
        const ledger = open.map((name) => ({ name, state: "issued" }) as Item);
        return issuedBy(draft, now, SHEET, ledger)
            .map((m) => m.name)
            .join(" ");
    };
    assert.equal(names({ action: "activate", level: "II" }, null), "patrol move");
    assert.equal(names({ action: "activate", level: "II" }, null, "patrol"), "move");
    assert.equal(names({ action: "raise", level: "II" }, "IV"), "move");
    assert.equal(names({ action: "again", level: "IV" }, "IV"), "");
    assert.equal(names({ action: "lower", level: "IV" }, "II"), "");
    assert.equal(names({ action: "terminate", level: null }, "IV"), "dry");
    assert.equal(names({ action: "terminate", level: null }, null), "");
    assert.equal(toldBy({ action: "raise", level: "II" }, SHEET).length, 2);
    assert.equal(toldBy({ action: "terminate", level: null }, SHEET).length, 0);
    const [patrol, move] = SHEET.measures;
    const due = (level: Grade) => [patrol, move].map((m) => m && dueOf(m, level)).join(" ");
    assert.deepEqual([due("IV"), due("III"), due("II")], ["1h 4h", "1h 4h", "30m 4h"]);
});

test("a duration of the plan's language is a length of time, and nothing else is", () => {
    assert.deepEqual(
        ["72h", "1h30m", "3d", "90s", "soon", "", "h"].map(durationMs),
        [72 * HOUR, 90 * MINUTE, 72 * HOUR, 90 * SECOND, null, null, null],
    );
});

test("a proposal gives a draft of the order, unless it is decided item by item", () => {
    language.now = "en";
    const proposal = (action: string, level?: string) =>
        ({ action, level, reason: { zh: "涨", en: "rising" } }) as Proposal;
    assert.deepEqual(draftOf(proposal("raise", "II"), ["raise", "terminate"]), {
        action: "raise",
        level: "II",
        reason: "rising",
    });
    assert.equal(draftOf(proposal("lift"), ["raise", "terminate"]), null);
    assert.equal(draftOf(proposal("raise", "II"), []), null);
});

test("what is no measure says what it is, how much, and from whom", () => {
    language.now = "en";
    const said = (item: object) => aboutOf(item as Item);
    assert.equal(said({ kind: "measure" }), "");
    assert.equal(said({ kind: "directive", from: "孙伟" }), "directive of 孙伟");
    assert.equal(said({ kind: "resource", amount: "20 pumps" }), "resources · 20 pumps");
    const request = { kind: "request", from: "Mrs. Lin", channel: "12345" };
    assert.equal(said(request), "a citizen's request · from Mrs. Lin · 12345");
});

test("a criterion waits for its people while a level is in force, until they confirm", () => {
    const ids = (level: string | null, ...held: string[]) => {
        const conditions = held.map((of) => ({ of, truth: "true", held: true }));
        const incident = { level, state: "active", conditions } as unknown as Incident;
        return toConfirm(incident, SHEET)
            .map((c) => c.id)
            .join();
    };
    assert.deepEqual([ids("IV"), ids(null), ids("IV", "end/settled")], ["settled", "", ""]);
});

/* As core/item_act.c has it: another button only gets a refusal. */
test("an item offers what can be done to it in its state", () => {
    const at = (state: string, more: Partial<Item> = {}) =>
        actionsOf({ state, kind: "measure", ...more } as Item).join(" ");
    assert.equal(at("issued"), "receive arrive done supervise reject lift");
    assert.equal(at("received", { put: true }), "keep lift arrive done supervise reject");
    assert.equal(at("arrived"), "done supervise reject lift");
    assert.equal(at("done"), "strike return");
    assert.equal(at("done", { kind: "request" }), "strike reply return");
    assert.equal(at("rejected"), "return lift");
    assert.equal(at("arrived", { kind: "request" }), "done reply supervise reject lift");
    for (const over of ["struck", "lifted"]) assert.equal(at(over), "");
});

/* Why: a drill must never push the real thing out of sight. */
test("the alarms name the real before drills, and count every item that is overdue", () => {
    const incident = (id: string, state: string, overdue: number, drill = false, late = 0) => {
        const counts = { items: { open: 5, overdue }, reports: { open: 5, overdue: late } };
        return { id, state, drill, proposals: [], ...counts } as unknown as Incident;
    };
    const found = alarmsOf([
        incident("drill", "awaiting_order", 1, true),
        incident("real", "awaiting_order", 0),
        incident("late", "active", 2),
        incident("over", "closed", 3),
    ]);
    assert.deepEqual(
        [found.awaiting.map((i) => i.id), found.overdue.map((i) => i.id), found.items],
        [["real", "drill"], ["late", "drill"], 3],
    );
    const calm = alarmsOf([incident("late", "active", 2)]);
    assert.deepEqual(
        [isWorse(found, calm), isWorse(calm, found), isWorse(calm, calm)],
        [true, false, false],
    );
    const silent = alarmsOf([incident("late", "active", 2, false, 1)]);
    assert.deepEqual([silent.reports, silent.late.map((i) => i.id)], [1, ["late"]]);
    assert.ok(isWorse(silent, calm));
});

test("what waits in an incident is named, the gravest first, until it is over", () => {
    language.now = "en";
    const incident = (state: string, more: object) =>
        ({
            state,
            proposals: [],
            calls: [{}],
            items: { open: 2, overdue: 1 },
            reports: { open: 3, overdue: 1 },
            ...more,
        }) as unknown as Incident;
    const said = (i: Incident) => waitsOf(i).map((w) => w.text);
    assert.deepEqual(said(incident("awaiting_order", {})), [
        "awaiting order",
        "Overdue reports: 1",
        "Overdue items: 1",
        "Open calls: 1",
        "Reports to be sent: 2",
    ]);
    const none = { calls: [], items: { open: 2, overdue: 0 }, reports: { open: 0, overdue: 0 } };
    assert.deepEqual(said(incident("active", none)), []);
    assert.deepEqual(said(incident("closed", {})), []);
});

/* Why: a report that is sent is read again by somebody, one that is late is written now. */
test("reports: what is late first, what is due soonest next, what was sent last", () => {
    const report = (id: string, state: string, more: object = {}) =>
        ({ id, state, opened_at: id, overdue: false, ...more }) as Report;
    const reports = [
        report("a", "sent"),
        report("b", "sent", { missed: true, sent_at: "9" }),
        report("c", "opened", { due_at: "5" }),
        report("d", "opened", { due_at: "6", overdue: true }),
        report("e", "signed", { due_at: "4" }),
        report("f", "opened", { missed: true, overdue: false }),
        report("g", "edited"),
    ];
    assert.equal(reportsInOrder(reports).map((r) => r.id).join(""), "decgfba");
});

/* As core/report_act.c has it: another button only gets a refusal. */
test("a report offers what can be done to it in its state", () => {
    const at = (state: string, more: object = {}) =>
        reportActions({ state, ...more } as Report).join(" ");
    assert.equal(at("opened"), "phone fill");
    assert.equal(at("signed", { phoned_at: "1" }), "send fill");
    assert.equal(at("sent"), "phone correct");
    const phone = { phone_due_at: "2026-07-20T07:20:00.000Z" };
    const due = Date.parse(phone.phone_due_at);
    const late = (more: object, now: number) => phoneLate({ ...phone, ...more } as Report, now);
    assert.deepEqual(
        [late({}, due - 1), late({}, due + 1), late({ phoned_at: "1" }, due + 1)],
        [false, true, false],
    );
});

test("what is reported has the type of its fact; what does not fit is left to the daemon", () => {
    assert.deepEqual(
        [
            valueOf("number", "4.9"),
            valueOf("number", "4,9"),
            valueOf("number", "high"),
            valueOf("boolean", "false"),
            valueOf("text", "12"),
            valueOf("number", undefined),
        ],
        [4.9, 4.9, "high", false, "12", undefined],
    );
    const [station, whole, event] = subjectsOf(SHEET);
    const said = (name: string) => ({ stage_m: "4.9", id: "17" })[name];
    assert.ok(station && whole && event);
    assert.deepEqual(fieldsOf(station, said), { g7: { stage_m: 4.9 } });
    assert.deepEqual(fieldsOf(whole, said), {});
    assert.deepEqual(fieldsOf(event, said), { case: { id: "17" } });
});

test("a fact is named by its station and label, where the plan has them", () => {
    language.now = "zh";
    assert.deepEqual(factWords("g7.stage_m", SHEET), { text: "7号站 水位", unit: "m" });
    assert.deepEqual(factWords("g9.stage_m", SHEET), { text: "", unit: "" });
    assert.deepEqual(factWords("breach", SHEET), { text: "", unit: "" });
    assert.deepEqual(factWords("g7.stage_m", null), { text: "", unit: "" });
});

/* Why: one follows an alarm just as the list is put into another order, and is thrown back. */
test("a list gives back the focus that was lost, and takes it from nobody who moved it", () => {
    class Held {
        isConnected = true;
        focused = 0;
        focus() {
            this.focused++;
        }
    }
    const body = {};
    const fake = { documentElement: { lang: "" }, body, activeElement: body as unknown };
    const globals = globalThis as unknown as Record<string, unknown>;
    const before = [globals["document"], globals["HTMLElement"]];
    [globals["document"], globals["HTMLElement"]] = [fake, Held];
    const [held, heading] = [new Held(), new Held()];
    const list = new KeepFocus({ children: null });
    list.componentDidUpdate({}, {}, held);
    assert.equal(held.focused, 1);
    fake.activeElement = heading;
    list.componentDidUpdate({}, {}, held);
    assert.equal(held.focused, 1);
    [globals["document"], globals["HTMLElement"]] = before;
});

await finish();
