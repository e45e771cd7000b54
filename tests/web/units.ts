/*
 * The parts of the pages that need no browser: words, times, the stream of events.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import "./lib/no_browser";
import { proposalsInOrder, standing } from "../../engine/web/src/command";
import { gather } from "../../engine/web/src/handsets";
import { awaitsOrder } from "../../engine/web/src/incidents";
import { inOrder } from "../../engine/web/src/ledger";
import type { Condition, Incident, Item, Phone, Proposal } from "../../engine/web/src/shapes";
import { StreamReader } from "../../engine/web/src/stream";
import { ago, clock, countdown, length } from "../../engine/web/src/time";
import { language, say, sayName, WORDS } from "../../engine/web/src/words";
import { ROOT } from "./lib/house";
import { finish, test } from "./lib/tap";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const THEN = new Date(2026, 6, 20, 2, 14, 5).getTime(); /* local */

/* Why: a word that is missing in one language is a hole on somebody's screen. */
test("every word is there in Chinese and in English, with the same places to fill", () => {
    const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const [name, words] of Object.entries(WORDS)) {
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
    const files = readdirSync(folder).filter((name) => name !== "words.ts");
    const source = files.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
    const groups = [...source.matchAll(/sayName\("(\w+_)"/g)].map((m) => m[1] as string);
    assert.ok(groups.length > 0);
    for (const word of Object.keys(WORDS)) {
        const inGroup = groups.some((group) => word.startsWith(group));
        assert.ok(inGroup || source.includes(`"${word}"`), word);
    }
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

await finish();
