/*
 * The command room in a browser, against the daemon: what a duty officer sees and does.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page, Route } from "playwright-core";
import type { Incident, IncidentList, ItemList, Timeline } from "../../engine/web/src/shapes";
import { axeFindings, type Look, none, openTab, says, type Tab } from "./lib/browser";
import { openHouse } from "./lib/house";
import { finish, test } from "./lib/tap";

const SILENCE_MS = 25_000; /* more than the page bears without a heartbeat */

const house = await openHouse();

const card = (page: Page, id: string): Locator => page.locator(`.card[data-incident="${id}"]`);
const isLive = (page: Page) => page.locator(".connection.live").waitFor();
const row = (page: Page, kind: string) => page.locator(`.timeline li[data-kind="${kind}"]`).first();

/* The key of somebody who may do this. */
async function keyFor(name: string, ...scopes: string[]): Promise<string> {
    const reply = await house.ask({ op: "key_create", name, scopes });
    assert.ok(reply["key"], JSON.stringify(reply));
    return reply["key"] as string;
}

/* sun.wei orders a level of "river". */
let leader = "";
async function order(id: string, action: string, more: object): Promise<void> {
    leader ||= await keyFor("leader-of-the-river", "order");
    const body = { action, as: "sun.wei", reason: "gauge 7 over warning", ...more };
    await house.post(`/api/v1/incidents/${id}/order`, body, leader);
}

/* Why: the first minute decides whether anybody goes on. */
test("an empty room tells how to make the first incident", async () => {
    const tab = await openTab(house.base, "/");
    await isLive(tab.page);
    await says(tab.page.locator(".empty"), "No incident is open.");
    await says(tab.page.locator(".empty code"), `${house.base}/t/`);
    await tab.page.getByLabel("title").waitFor();
    assert.ok(await tab.page.getByRole("link", { name: "Demo phones" }).isVisible());
    tab.check();
    await tab.close();
});

/* Why: nobody presses reload at three in the morning. */
test("an incident that comes in is shown at once, who is called and for how long", async () => {
    const tab = await openTab(house.base, "/", { locale: "zh-CN" });
    await isLive(tab.page);
    const id = await house.trigger({
        plan: "flood",
        title: "7号站超警戒水位",
        grade: "III",
        place: { district: "城东区" },
        fields: { g7: { stage_m: 4.9 } },
    });
    const shown = card(tab.page, id);
    await says(shown.locator("h3"), "7号站超警戒水位");
    await says(shown, "III 级 较大");
    await says(shown, "城东区");
    await says(shown.locator(".calling"), "王强（主班）");
    await says(shown.locator(".due"), /^2:\d\d 后呼叫下一梯次$/);
    await says(tab.page.locator(".latest"), "触发：7号站超警戒水位");
    assert.match(await tab.page.title(), /^\(1\) 指挥室/);
    tab.check();
    await tab.close();
});

/* Why: who has it is the first question of everybody else. */
test("an answer is shown to who is looking, and to who comes later", async () => {
    const id = await house.trigger({ plan: "flood", title: "answered" });
    const tab = await openTab(house.base, "/");
    await says(card(tab.page, id).locator(".calling"), "王强");
    await house.post(`/api/v1/incidents/${id}/answer`, { as: "wang.qiang", note: "on my way" });
    await says(card(tab.page, id).locator(".answered"), /first answer.*王强/);
    await tab.page.reload();
    await says(card(tab.page, id).locator(".answered"), /first answer.*王强/);
    await card(tab.page, id).getByRole("link").click();
    await says(row(tab.page, "call_answered"), "王强 answers: on my way");
    tab.check();
    await tab.close();
});

/* Why: a drill that is taken for the real thing, or the other way, is a disaster of its own. */
test("a drill is triggered as a drill, and says so wherever it stands", async () => {
    const tab = await openTab(house.base, "/");
    await tab.page.locator(".new-one summary").click();
    await tab.page.getByLabel("title").fill("spring drill");
    await tab.page.getByLabel("plan").selectOption("quiet");
    assert.ok(await tab.page.getByRole("button", { name: "Trigger and call people" }).isVisible());
    await tab.page.getByLabel("This is a drill").check();
    await tab.page.getByRole("button", { name: "Trigger a drill" }).click();
    await says(tab.page.locator(".drill-banner"), "[DRILL] This is a drill, not a real incident.");
    await says(tab.page.locator(".incident h2"), "spring drill");
    await says(tab.page.locator(".card.drill"), /\[DRILL\].*spring drill/s);
    tab.check();
    await tab.close();
});

/* Why: a plan that cannot run is the worst news that this page can have. */
test("an incident without a running plan says so in words, and stands first", async () => {
    const tab = await openTab(house.base, "/");
    await isLive(tab.page);
    const id = await house.trigger({ kind: "smoke", title: "smoke" });
    await says(card(tab.page, id).locator(".mark.bad"), "Fallback: no plan is running");
    await says(tab.page.locator(".latest"), /the fallback starts.* · smoke$/);
    const first = tab.page.locator(".card").first();
    assert.equal(await first.getAttribute("data-incident"), id);
    await card(tab.page, id).getByRole("link").click();
    await says(tab.page.locator(".trouble"), "Work by the paper plan.");
    tab.check();
    await tab.close();
});

test("somebody is answered for, a note is added, and the daemon's refusal is read", async () => {
    const id = await house.trigger({ plan: "flood", title: "by hand" });
    const tab = await openTab(house.base, `/#/i/${id}`);
    const { page } = tab;
    const answer = page.locator("form.answer");
    await answer.getByLabel("person").selectOption({ label: "another one (by id)" });
    await answer.getByLabel("person's id").fill("nobody.at.all");
    await answer.getByRole("button", { name: "Accepts" }).click();
    await says(answer.getByRole("alert"), 'the site has no person "nobody.at.all"');
    tab.faults.length = 0; /* the browser logs each answer that is a refusal */

    await answer.getByLabel("person", { exact: true }).selectOption("wang.qiang");
    await answer.getByLabel("note (optional)").fill("ill");
    await answer.getByRole("button", { name: "Cannot come" }).click();
    await says(row(page, "call_declined"), "王强 declines: ill");
    await says(page.locator(".called .calling"), "李明");
    await says(page.locator(".called .before"), /王强.*declined/);

    await page.getByLabel("note", { exact: true }).fill("the dike holds");
    await page.getByRole("button", { name: "Record" }).click();
    await says(row(page, "updated"), "the dike holds");
    assert.equal(await page.getByLabel("note", { exact: true }).inputValue(), "");
    await says(page.locator(".acts"), "Orders need somebody who may order.");
    tab.check();
    await tab.close();
});

/* Why: the end of a response is an order, by somebody who may give it, for a reason. */
test("who may order ends a response, after a second step, for a reason", async () => {
    const key = await keyFor("leader", "read", "respond", "order");
    const id = await house.trigger({ plan: "quiet", title: "to be ended" });
    const tab = await openTab(house.base, `/#/i/${id}`, { key });
    const reason = tab.page.getByLabel("reason");
    await tab.page.locator("summary").filter({ hasText: "Order the end" }).click();
    await tab.page.getByRole("button", { name: "Order the end" }).click();
    assert.ok(await reason.evaluate((e: HTMLTextAreaElement) => e.validity.valueMissing));
    await reason.fill("the water is falling");
    await tab.page.getByRole("button", { name: "Order the end" }).click();
    await says(row(tab.page, "ordered"), /^.*order: terminate.*: the water is falling$/);
    await says(tab.page.locator(".incident .mark.state"), "closed");
    await says(tab.page.locator(".acts"), "The incident is over; nothing more can be done.");
    await none(tab.page.locator(".new-one")); /* may not trigger */
    tab.check();
    await tab.close();
});

test("facts are shown with their time, and change as they are reported", async () => {
    const fields = { g7: { stage_m: 4.9 } };
    const id = await house.trigger({ plan: "flood", title: "water", fields });
    const tab = await openTab(house.base, `/#/i/${id}`);
    const fact = tab.page.getByRole("row", { name: "g7.stage_m" });
    await says(fact, /4\.9.*\d\d:\d\d/);
    await house.post(`/api/v1/incidents/${id}/update`, { fields: { g7: { stage_m: 5.3 } } });
    await says(fact, "5.3");
    tab.check();
    await tab.close();
});

/* Why: an old value that looks like the present one decides wrongly. */
test("a fact that is too old is marked, and so is that there are more", async () => {
    const id = await house.trigger({ plan: "river", title: "old", fields: { rain_mm: 20 } });
    const tab = await openTab(house.base, `/#/i/${id}`);
    const fact = tab.page.getByRole("row", { name: "rain_mm" });
    await says(fact.locator(".mark.bad"), "stale, taken as unknown");
    await says(tab.page.locator(".conditions"), "condition of level III (rain_mm >= 50): no data");
    await none(tab.page.getByText("There are more facts"));
    await changed(tab.page, id, (i) => ({ ...i, facts_more: true }));
    await says(tab.page.locator(".known"), "There are more facts than are shown here.");
    tab.check();
    await tab.close();
});

/* Show this incident as if the daemon had it otherwise: what it takes minutes or hundreds for. */
async function changed(page: Page, id: string, how: (i: Incident) => Incident): Promise<void> {
    const otherwise = (i: Incident) => (i.id === id ? how(i) : i);
    const answer = async (route: Route) => {
        const response = await route.fetch();
        const body = (await response.json()) as Incident | IncidentList;
        const json =
            "incidents" in body
                ? { ...body, incidents: body.incidents.map(otherwise) }
                : otherwise(body);
        await route.fulfill({ response, json });
    };
    /* a reading that is on its way when the tab is closed has nobody to answer */
    await page.route(/\/api\/v1\/incidents(\/[\w-]+)?(\?.*)?$/, async (route) => {
        await answer(route).catch((why: unknown) => {
            if (!page.isClosed()) throw why;
        });
    });
    await house.post(`/api/v1/incidents/${id}/update`, { note: "read it again" });
}

/* Why: who commands, on whose word, and until when, is what everybody asks next. */
test("the level in force is in the list, and its order whole in the incident", async () => {
    const fields = { g7: { stage_m: 4.9 } };
    const id = await house.trigger({ plan: "river", title: "levels", fields });
    const tab = await openTab(house.base, `/#/i/${id}`);
    const command = tab.page.locator(".command");
    await says(command, "No response level has been ordered.");
    await says(command.locator(".proposals"), /activate level IV response.*演练指挥/);
    await order(id, "activate", { level: "IV", measures: "<b>double</b> the watch" });
    await says(card(tab.page, id).locator(".mark.level.lIV"), "level IV response");
    await says(command.locator(".in-force"), "level IV response");
    await says(command, /ordered by孙伟 \(演练指挥\).*gauge 7 over warning.*levels/);
    await says(command, /expected until\d\d-\d\d \d\d:\d\d/);
    await says(command.locator("dd li"), "Patrol the dykes");
    await says(command.locator("dd li"), "<b>double</b> the watch");
    await none(command.locator(".proposals"));

    await house.post(`/api/v1/incidents/${id}/update`, { fields: { g7: { stage_m: 5.1 } } });
    await says(command.locator(".proposals"), "raise to level II response");
    const of = command.locator('[data-of="level/II"]');
    await says(of, "condition of level II (stage_m >= 5): true");
    await house.post(`/api/v1/incidents/${id}/update`, {
        fields: { g7: { stage_m: 4.1 }, g12: { stage_m: 3.1 } },
    });
    const falling = command.locator('[data-of="end/falling"]');
    await says(falling, /the water falls: counting until.*\d\d:\d\d/);
    await none(tab.page.locator(".incident .awaiting"));
    tab.check();
    await tab.close();
});

/* Why: nobody is to find out in the morning that all had waited for one word. */
test("an order that nobody gives is red in the list and first in the incident", async () => {
    const fields = { g7: { stage_m: 5.1 } };
    const id = await house.trigger({ plan: "river", title: "no word" });
    await order(id, "activate", { level: "IV", measures: "watch" });
    await house.post(`/api/v1/incidents/${id}/update`, { fields });
    const tab = await openTab(house.base, `/#/i/${id}`, { locale: "zh-CN" });
    const late = (i: Incident): Incident => ({
        ...i,
        order: i.order ? { ...i.order, pending_approval: true } : null,
        proposals: [
            { number: 90, action: "lower", level: "III", state: "open", opened_at: i.opened_at },
            ...i.proposals.map((p) => ({ ...p, state: "awaiting_order" as const })),
        ],
    });
    await says(tab.page.locator(".proposals"), "提升至 二级响应");
    await changed(tab.page, id, late);
    await says(card(tab.page, id).locator(".mark.bad"), "待令");
    const first = tab.page.locator(".proposals li").first();
    await says(first, /待令.*提升至 二级响应.*报 演练指挥/);
    await says(tab.page.locator(".command .in-force"), "待补批");
    assert.equal(await tab.page.locator(".proposals .awaiting").count(), 1);
    assert.deepEqual(await axeFindings(tab.page), []);
    tab.check();
    await tab.close();
});

/* Why: what nobody does by its time is done by nobody, unless somebody sees it. */
test("the ledger follows its items: overdue first, done ones last, what waits said", async () => {
    const id = await house.trigger({ plan: "river", title: "ledger" });
    const tab = await openTab(house.base, `/#/i/${id}`);
    const rows = tab.page.locator(".items tbody tr");
    const item = (name: string) => rows.filter({ hasText: name });
    await says(item("Verify the stage"), /水务局.*issued.*overdue/);
    await says(tab.page.locator(".items .counts"), "1 open");

    await order(id, "activate", { level: "IV", measures: "watch" });
    await says(item("Close the underpass"), /住建局.*waits for what must be done before/);
    const directive = { text: "<b>drains</b>", lead: "dept:urban", due: "1h", as: "han.mei" };
    await house.post(`/api/v1/incidents/${id}/directive`, directive);
    await says(item("<b>drains</b>"), /directive of 韩梅issued.*\d\d:\d\d/);

    const path = `/api/v1/items?incident=${id}`;
    const { items } = await house.get<ItemList>(path);
    for (const i of items.filter((one) => one.owner === "dept:water")) {
        await house.post(`/api/v1/items/${i.id}/done`, { as: "zhou.jie" });
    }
    await says(rows.last(), "done");
    await tab.page.locator(".items tr.overdue").waitFor({ state: "detached" });
    assert.equal(await tab.page.locator(".items tr.over").count(), 2);
    await says(item("Close the underpass"), /issued.*\d\d:\d\d/);
    tab.check();
    await tab.close();
});

test("an incident whose plan orders nothing has no command and no ledger", async () => {
    const id = await house.trigger({ plan: "quiet", title: "no levels" });
    const tab = await openTab(house.base, `/#/i/${id}`);
    await says(tab.page.locator(".timeline"), "no levels");
    await none(tab.page.locator(".command, .items"));
    tab.check();
    await tab.close();
});

/* ---- orders ---- */

const keyed = new Map<string, string>();

/* A tab of somebody who may do all that a commander may. */
async function commanderTab(path: string, look: Look = {}): Promise<Tab> {
    const scopes = ["read", "respond", "order"];
    if (!keyed.size) keyed.set("commander", await keyFor("commander", ...scopes));
    return openTab(house.base, path, { key: keyed.get("commander") as string, ...look });
}

const orderForm = (page: Page) => page.locator("form.order");

/* What stands beside the field with this label, when the daemon has refused it. */
const refusalAt = (form: Locator, label: string): Locator =>
    form.locator(".field").filter({ hasText: label }).getByRole("alert");

/* How often something stands in the record of an incident. */
async function countOf(id: string, kind: string): Promise<number> {
    const { events } = await house.get<Timeline>(`/api/v1/incidents/${id}/timeline?limit=1000`);
    return events.filter((e) => e.kind === kind).length;
}

/* Why: at three in the morning nobody fills in nine fields, and nobody is to order twice. */
test("a proposal becomes an order: filled in, looked at as a whole, and given once", async () => {
    const fields = { g7: { stage_m: 5.1 } };
    const id = await house.trigger({ plan: "river", title: "proposed", fields });
    const tab = await commanderTab(`/#/i/${id}`);
    const form = orderForm(tab.page);
    await says(card(tab.page, id).locator(".proposed"), "activate level II response");
    await tab.page.getByRole("button", { name: "Order this" }).click();
    await says(form.locator("h4:focus"), "Order: activate level II response");
    await says(form.locator(".principles"), "People first");
    assert.equal(await form.getByLabel("who orders").inputValue(), "sun.wei");
    assert.match(await form.getByLabel("reason").inputValue(), /stage 5.1 m/);
    assert.equal(await form.getByLabel("matter").inputValue(), "proposed");
    assert.equal(await form.getByLabel("expected to last").inputValue(), "1d");
    await says(form.locator(".measures"), /Move people.*住建局.*within 4h/);
    await form.getByRole("button", { name: "Next: check it" }).click();

    const coming = form.locator(".coming");
    await says(coming, /3 measures are issued.*Close.*Patrol.*Move.*Told at once: 孙伟/);
    await says(form.locator(".look"), /expected until\d\d-\d\d \d\d:\d\d \(1d\)/);
    assert.equal(await countOf(id, "ordered"), 0);
    await form.getByRole("button", { name: "Give the order" }).dblclick();
    await says(tab.page.locator(".command .in-force"), "level II response");
    await says(tab.page.locator(".command .outcome"), "Ordered: activate level II response.");
    await none(form);
    assert.equal(await countOf(id, "ordered"), 1);
    await none(tab.page.getByRole("button", { name: "Order this" }));
    tab.check();
    await tab.close();
});

/* Why: a reply that is lost must not cost a second order, nor leave anybody in doubt. */
test("an order whose reply was lost is sent again, and is one order", async () => {
    const fields = { g7: { stage_m: 4.6 } };
    const id = await house.trigger({ plan: "river", title: "lost reply", fields });
    const tab = await commanderTab(`/#/i/${id}`);
    const form = orderForm(tab.page);
    let lost = 0;
    await tab.page.route("**/order", async (route) => {
        if (lost++) return route.continue();
        await route.fetch();
        return route.abort();
    });
    await tab.page.getByRole("button", { name: "Order this" }).click();
    await form.getByRole("button", { name: "Next: check it" }).click();
    await form.getByRole("button", { name: "Give the order" }).click();
    await says(form.getByRole("alert"), "The daemon does not answer; try again.");
    tab.faults.length = 0; /* the browser logs it */
    await form.getByRole("button", { name: "Give the order" }).click();
    await says(tab.page.locator(".command .outcome"), "Ordered");
    assert.equal(lost, 2);
    assert.equal(await countOf(id, "ordered"), 1);
    tab.check();
    await tab.close();
});

/* Why: who reads "not done" at the foot of a long form looks for what was wrong, for minutes. */
test("a refusal stands at its field; an oral order names who took it down", async () => {
    const id = await house.trigger({ plan: "river", title: "by hand" });
    const tab = await commanderTab(`/#/i/${id}`);
    const form = orderForm(tab.page);
    await tab.page.getByRole("button", { name: "Activate a level" }).click();
    await form.getByLabel("response level").selectOption("IV");
    await form.getByLabel("reason").fill("seen from the bridge");
    await form.getByLabel("expected to last").fill("soon");
    await form.getByLabel("an oral order").check();
    await form.getByLabel("who took it down").selectOption({ label: "another one (by id)" });
    await form.getByLabel("person's id").fill("wang.qiang");
    await form.getByRole("button", { name: "Next: check it" }).click();
    await form.getByRole("button", { name: "Give the order" }).click();

    const expected = form.getByLabel("expected to last");
    await says(refusalAt(form, "expected to last"), '"soon"');
    assert.ok(await expected.evaluate((e) => e === document.activeElement));
    assert.equal(await expected.getAttribute("aria-invalid"), "true");
    tab.faults.length = 0; /* the browser logs each answer that is a refusal */
    await expected.fill("12h");
    await form.getByRole("button", { name: "Next: check it" }).click();
    await says(form.locator(".look"), /an oral order.*taken down by 王强/);
    await form.getByRole("button", { name: "Give the order" }).click();
    await says(tab.page.locator(".command dl"), /孙伟.*演练指挥.*oral, taken down by/);

    await tab.page.getByRole("button", { name: "Renew" }).click();
    await form.getByLabel("reason").fill("it goes on");
    await form.getByRole("button", { name: "Next: check it" }).click();
    await says(form.locator(".coming"), "No further measure is issued.");
    await form.getByRole("button", { name: "Back" }).click();
    assert.equal(await form.getByLabel("reason").inputValue(), "it goes on");
    await form.getByRole("button", { name: "Cancel" }).click();
    await none(form);
    assert.equal(await countOf(id, "ordered"), 1);
    tab.check();
    await tab.close();
});

test("a response that was ordered is ended by a person that is named", async () => {
    const id = await house.trigger({ plan: "river", title: "to end" });
    await order(id, "activate", { level: "IV", measures: "watch" });
    const tab = await commanderTab(`/#/i/${id}`);
    const form = orderForm(tab.page);
    await tab.page.getByRole("button", { name: "End the response" }).click();
    await form.getByLabel("who orders").selectOption({ label: "another one (by id)" });
    await form.getByLabel("person's id").fill("han.mei");
    await form.getByLabel("reason").fill("over");
    await form.getByRole("button", { name: "Next: check it" }).click();
    await says(form.locator(".coming"), "open measures are put to the commander");
    await form.getByRole("button", { name: "Give the order" }).click();
    await says(form.getByRole("alert"), "韩梅 may not end a response in river");
    tab.faults.length = 0; /* the browser logs each answer that is a refusal */

    await form.getByLabel("who orders").selectOption("sun.wei");
    await form.getByLabel("although items are open").fill("they go on tomorrow");
    await form.getByRole("button", { name: "Next: check it" }).click();
    await form.getByRole("button", { name: "Give the order" }).click();
    await says(tab.page.locator(".command"), "The response is ended; it was: level IV response.");
    await says(tab.page.locator(".command .proposals"), /lift.*Patrol the dykes/);
    await says(tab.page.locator(".items tr"), "its level is left: keep or lift?");
    await none(card(tab.page, id).locator(".mark.level"));

    const put = tab.page.locator(".items tr").filter({ hasText: "Patrol" });
    await put.getByRole("button").click();
    const act = tab.page.locator("form.item-act");
    await act.getByLabel("who decides it").selectOption("sun.wei");
    await act.getByRole("button", { name: "Keep" }).click();
    await put.locator(".put").waitFor({ state: "detached" });
    await says(put, "issued");
    tab.check();
    await tab.close();
});

test("a criterion is confirmed by one of those whom the plan names", async () => {
    const id = await house.trigger({ plan: "river", title: "confirmed" });
    await order(id, "activate", { level: "IV", measures: "watch" });
    const tab = await openTab(house.base, `/#/i/${id}`);
    const { page } = tab;
    await page.locator(".command summary").filter({ hasText: "people settled" }).click();
    await page.getByLabel("who confirms it").selectOption("li.ming");
    await page.getByRole("button", { name: "Confirm that it is met" }).click();
    await says(page.locator('[data-of="end/settled"]'), "people settled: met");
    await none(page.locator(".command summary"));
    tab.check();
    await tab.close();
});

/* Why: a ledger that only shows is one that is kept on paper beside it. */
test("an item goes from received to struck off, with whose word it was", async () => {
    const id = await house.trigger({ plan: "river", title: "step by step" });
    const tab = await openTab(house.base, `/#/i/${id}`);
    const item = tab.page.locator(".items tr").filter({ hasText: "Verify the stage" });
    const act = tab.page.locator("form.item-act");
    for (const [button, state] of [
        ["Received", "received"],
        ["Done", "done"],
        ["Strike off", "struck off"],
    ] as const) {
        await item.getByRole("button", { name: "Act Verify the stage" }).click();
        await act.getByLabel("whose word").selectOption({ label: "another one (by id)" });
        await act.getByLabel("person's id").fill("zhou.jie");
        await act.getByLabel("note").fill("read twice");
        await act.getByRole("button", { name: button }).click();
        await act.waitFor({ state: "detached" });
        await says(item, state);
    }
    await none(item.getByRole("button"));
    await says(row(tab.page, "item_state"), /周杰.*read twice/);
    tab.check();
    await tab.close();
});

test("a directive is given to a department, and stands in the ledger with its leader", async () => {
    const id = await house.trigger({ plan: "river", title: "directed" });
    const tab = await openTab(house.base, `/#/i/${id}`);
    await tab.page.locator("summary").filter({ hasText: "Give a directive" }).click();
    const form = tab.page.locator("form.directive");
    await form.getByLabel("directive", { exact: true }).fill("clear the drains");
    await form.getByLabel("lead").selectOption("dept:urban");
    await form.getByLabel("assisted by").selectOption("dept:water");
    await form.getByLabel("whose directive").selectOption("sun.wei");
    await form.getByLabel("due within").fill("tomorrow");
    await form.getByRole("button", { name: "Give the directive" }).click();
    const due = form.getByLabel("due within");
    await says(refusalAt(form, "due within"), '"tomorrow"');
    tab.faults.length = 0; /* the browser logs each answer that is a refusal */
    await due.fill("2h");
    await form.getByRole("button", { name: "Give the directive" }).click();
    await says(tab.page.locator(".items tr"), /clear the drains住建局directive of 孙伟issued/);
    assert.equal(await due.inputValue(), "");
    tab.check();
    await tab.close();
});

/* Why: a wrong number that is taken orders people about; it must be refused where it was typed. */
test("facts are reported with their station, and a value of a wrong type is refused", async () => {
    const id = await house.trigger({ plan: "river", title: "reported" });
    const tab = await openTab(house.base, `/#/i/${id}`);
    await tab.page.locator("summary").filter({ hasText: "Report facts" }).click();
    const form = tab.page.locator("form.report");
    await form.getByLabel("station or subject").selectOption({ label: "7号站 (g7)" });
    const stage = form.getByLabel("stage (m)");
    await stage.fill("high");
    await form.getByRole("button", { name: "Report" }).click();
    await says(refusalAt(form, "stage (m)"), "a number is wanted");
    tab.faults.length = 0; /* the browser logs each answer that is a refusal */
    await stage.fill("4.9");
    await form.getByRole("button", { name: "Report" }).click();
    await says(tab.page.getByRole("row", { name: "g7.stage_m" }), /7号站 stage.*4\.9\s*m/);
    await form.getByLabel("station or subject").selectOption({ label: "the incident itself" });
    await form.getByLabel("rain (mm)").fill("12");
    await form.getByRole("button", { name: "Report" }).click();
    await says(tab.page.getByRole("row", { name: "rain_mm" }), /12\s*mm/);
    tab.check();
    await tab.close();
});

/* Why: a button that only refuses is worse than none, and teaches people to press buttons. */
test("who may only read sees what there is, and nothing to press", async () => {
    const id = await house.trigger({ plan: "river", title: "read only" });
    await order(id, "activate", { level: "IV", measures: "watch" });
    await house.post(`/api/v1/incidents/${id}/update`, { fields: { g7: { stage_m: 5.1 } } });
    const key = await keyFor("reader", "read");
    const tab = await openTab(house.base, `/#/i/${id}`, { key });
    await says(tab.page.locator(".proposals"), "raise to level II response");
    await says(tab.page.locator(".command"), "people settled");
    await says(tab.page.locator(".acts"), "You may only read.");
    await says(tab.page.locator(".items"), "Patrol the dykes");
    const pressed = ".command button, .command summary, .items button, .acts button, .acts summary";
    await none(tab.page.locator(pressed));
    const guest = await openTab(house.base, `/#/i/${id}`); /* may respond, not order */
    await says(guest.page.locator(".proposals"), "raise to level II response");
    await guest.page.locator(".items button").first().waitFor();
    await none(guest.page.locator(".command button:visible"));
    tab.check();
    await tab.close();
    await guest.close();
});

/* Why: a daemon that is slow gives short pages; an incident beyond the first would not be seen. */
test("lists are read to their end, though the daemon ends a page early", async () => {
    const ids = [];
    for (const title of ["first", "second", "third"]) {
        ids.push(await house.trigger({ plan: "river", title }));
    }
    const last = ids[2] as string;
    await order(last, "activate", { level: "IV", measures: "watch" });
    const tab = await openTab(house.base, "/login");
    await tab.page.route(/limit=(200|500)\b/, (route) =>
        route.continue({ url: route.request().url().replace(/limit=\d+/, "limit=1") }),
    );
    await tab.page.goto(`/#/i/${last}`);
    for (const id of ids) await card(tab.page, id).waitFor();
    await none(tab.page.locator(".more-open"));
    await says(tab.page.locator(".items .counts"), "3 open");
    tab.check();
    await tab.close();
});

/* Why: nobody looks at a wall all night. */
test("a new alarm sounds for who has switched it on, and no old one does", async () => {
    const id = await house.trigger({ plan: "quiet", title: "to be heard" });
    const tab = await openTab(house.base, "/");
    await card(tab.page, id).waitFor();
    await tab.page.evaluate(() => {
        const make = AudioContext.prototype.createOscillator;
        AudioContext.prototype.createOscillator = function () {
            document.body.dataset["tones"] = String(Number(document.body.dataset["tones"]) + 1);
            return make.call(this);
        };
        document.body.dataset["tones"] = "0";
    });
    const tones = () => tab.page.evaluate(() => Number(document.body.dataset["tones"]));
    const button = tab.page.getByRole("button", { name: "Alarm sound" });
    await button.click();
    await says(button, "Alarm sound: on");
    const once = await tones();
    assert.ok(once > 0);
    await house.post(`/api/v1/incidents/${id}/update`, { note: "nothing new" });
    await changed(tab.page, id, (i) => ({ ...i, state: "awaiting_order" }));
    await says(tab.page.locator(".alarms .awaiting"), "to be heard");
    await tab.page.waitForFunction((n) => Number(document.body.dataset["tones"]) > n, once);
    const twice = await tones();
    await button.click();
    const other = await house.trigger({ plan: "quiet", title: "in silence" });
    await changed(tab.page, other, (i) => ({ ...i, state: "awaiting_order" }));
    await says(tab.page.locator(".alarms .awaiting"), "in silence");
    assert.equal(await tones(), twice);
    tab.check();
    await tab.close();
});

test("with the keyboard alone a proposal is ordered", async () => {
    const fields = { g7: { stage_m: 4.6 } };
    const id = await house.trigger({ plan: "river", title: "by keys alone", fields });
    const tab = await commanderTab(`/#/i/${id}`);
    const { page } = tab;
    await page.getByRole("button", { name: "Order this" }).focus();
    await page.keyboard.press("Enter");
    await page.locator("form.order h4:focus").waitFor();
    await page.locator('form.order [name="reason"]').focus();
    await page.keyboard.press("Tab"); /* on, by keys, to the button */
    await page.getByRole("button", { name: "Next: check it" }).focus();
    await page.keyboard.press("Enter");
    await says(page.locator("form.order h4:focus"), "Check the order");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Give the order");
    await page.keyboard.press("Enter");
    await says(page.locator(".command .in-force"), "level IV response");
    tab.check();
    await tab.close();
});

/* Why: the incident that waits for a word is never the one that somebody looks at. */
test("what waits for an order and what is overdue is named above everything", async () => {
    const id = await house.trigger({ plan: "river", title: "nobody did it" });
    const awaiting = await house.trigger({ plan: "river", title: "no word yet" });
    const tab = await openTab(house.base, "/");
    const bar = tab.page.getByRole("region", { name: "Alarms" });
    await says(bar.locator(".overdue"), /Overdue items: \d+/);
    await none(bar.locator(".awaiting"));
    await changed(tab.page, awaiting, (i) => ({ ...i, state: "awaiting_order" }));
    await says(bar.locator(".awaiting"), "Awaiting an order: 1 no word yet");
    await card(tab.page, awaiting).and(tab.page.locator(".awaits")).waitFor();
    assert.match(await tab.page.title(), /awaiting order/);
    await bar.locator(".awaiting").getByRole("link", { name: "no word yet" }).click();
    await says(tab.page.locator(".incident h2:focus"), "no word yet");
    await house.post(`/api/v1/incidents/${id}/resolve`, {});
    tab.check();
    await tab.close();
});

/* Why: a form that loses what was typed is filled in once and never again. */
test("what is being typed stays, with its focus, while alarms come in", async () => {
    const id = await house.trigger({ plan: "quiet", title: "typing" });
    const tab = await openTab(house.base, `/#/i/${id}`);
    const note = tab.page.getByLabel("note", { exact: true });
    await note.pressSequentially("the water is ");
    const other = await house.trigger({ kind: "smoke", title: "in between" });
    await card(tab.page, other).waitFor();
    await house.post(`/api/v1/incidents/${id}/update`, { note: "from elsewhere" });
    await says(row(tab.page, "updated"), "from elsewhere");
    await tab.page.keyboard.type("rising");
    assert.equal(await note.inputValue(), "the water is rising");
    tab.check();
    await tab.close();
});

test("the list keeps the focus where it was when its order changes", async () => {
    const id = await house.trigger({ plan: "quiet", title: "focused" });
    const tab = await openTab(house.base, "/");
    const link = card(tab.page, id).getByRole("link");
    await link.focus();
    for (const title of ["a", "b", "c"]) {
        const above = await house.trigger({ kind: "smoke", title });
        await card(tab.page, above).waitFor();
    }
    assert.ok(await link.evaluate((e) => e === document.activeElement));
    tab.check();
    await tab.close();
});

test("with the keyboard alone one gets to an incident, and its heading has the focus", async () => {
    const id = await house.trigger({ plan: "quiet", title: "by keys" });
    const tab = await openTab(house.base, "/");
    await card(tab.page, id).waitFor();
    await tab.page.keyboard.press("Tab");
    assert.equal(await tab.page.evaluate(() => document.activeElement?.className), "skip");
    await tab.page.keyboard.press("Enter");
    assert.equal(await tab.page.evaluate(() => document.activeElement?.id), "main");
    await card(tab.page, id).getByRole("link").focus();
    await tab.page.keyboard.press("Enter");
    await says(tab.page.locator(".incident h2:focus"), "by keys");
    tab.check();
    await tab.close();
});

test("what is over leaves the open ones, and is found among the closed", async () => {
    const id = await house.trigger({ plan: "quiet", title: "soon over" });
    const tab = await openTab(house.base, "/");
    await card(tab.page, id).waitFor();
    await house.post(`/api/v1/incidents/${id}/resolve`, {});
    await card(tab.page, id).waitFor({ state: "detached" });
    await tab.page.getByRole("button", { name: "Show closed incidents" }).click();
    await says(tab.page.locator(".closed"), "soon over");
    await card(tab.page, id).getByRole("link").click();
    await says(tab.page.locator(".acts"), "The incident is over; nothing more can be done.");
    tab.check();
    await tab.close();
});

test("an id that nobody knows is said to be unknown", async () => {
    const tab = await openTab(house.base, "/#/i/0198f2c4-7a51-7c3e-9d1b-3f0a6f2d8e11");
    await says(tab.page.locator(".incident"), "There is no incident with this id.");
    await tab.close();
});

test("the language is the browser's, until somebody chooses, and then theirs", async () => {
    const id = await house.trigger({ plan: "flood", title: "words" });
    const tab = await openTab(house.base, `/#/i/${id}`, { locale: "zh-CN" });
    const { page } = tab;
    await says(row(page, "incident_opened"), "触发：words，预案 flood");
    await page.getByRole("button", { name: "English" }).click();
    await says(row(page, "incident_opened"), "trigger: words, plan flood");
    await says(page.locator("h1"), "Command room");
    assert.equal(await page.getAttribute("html", "lang"), "en");
    await house.post(`/api/v1/incidents/${id}/update`, { note: "later" });
    await says(page.locator(".latest"), "update: later");
    await page.reload();
    await says(page.locator("h1"), "Command room");
    tab.check();
    await tab.close();
});

/* axe finds nothing on the page as it stands, on a phone and on a desk, by day and by night. */
async function isForEverybody(page: Page): Promise<void> {
    for (const colorScheme of ["light", "dark"] as const) {
        for (const width of [390, 1280]) {
            await page.emulateMedia({ colorScheme });
            await page.setViewportSize({ width, height: 900 });
            const wide = await page.evaluate(() => document.documentElement.scrollWidth);
            assert.ok(wide <= width, `${wide} px at ${width}`);
            assert.deepEqual(await axeFindings(page), [], `${colorScheme}, ${width}`);
        }
    }
}

/* Why: a drill that nobody finds again, and that nobody learns from, might as well not be held. */
test("drills are found with their papers, and what was learnt is noted after the end", async () => {
    const own = await openHouse(); /* where nothing is in earnest */
    const scopes = ["order", "respond"];
    const key = (await own.ask({ op: "key_create", name: "master", scopes }))["key"] as string;
    const started = { plan: "quiet" };
    const { incident } = await own.post<{ incident: string }>("/api/v1/drills", started, key);
    await own.post(`/api/v1/incidents/${incident}/close`, { note: "enough" }, key);
    for (const [locale, words] of [
        ["en-US", ["Drills", "every 3 years", "Evaluation", "Note an improvement"]],
        ["zh-CN", ["演练", "每 3 年", "演练评估", "登记改进事项"]],
    ] as const) {
        const tab = await openTab(own.base, "/", { locale });
        await isLive(tab.page);
        const fold = tab.page.locator(".drills-fold");
        await fold.getByText(words[0], { exact: true }).click();
        await says(fold, words[1]);
        const paper = fold.getByRole("link", { name: words[2] }).first();
        const page = await fetch(own.base + ((await paper.getAttribute("href")) ?? ""));
        assert.equal(page.status, 200);
        assert.match(await page.text(), /<table/);
        await isForEverybody(tab.page);
        await fold.locator(`a[href="/#/i/${incident}"]`).click();
        await tab.page.locator(".acts summary", { hasText: words[3] }).click();
        const form = tab.page.locator("form.lesson");
        await form.locator("textarea").fill(`a second pump ${locale}`);
        await form.locator('select[name="owner"]').selectOption("-");
        await form.locator('input[name="owner_other"]').fill("dept:urban");
        await form.locator('input[name="due"]').fill("30d");
        await form.getByRole("button").click();
        await says(form.locator(".outcome"), /Recorded|已记录/);
        await isForEverybody(tab.page);
        const told = await fetch(`${own.base}/api/v1/incidents/${incident}/drill`);
        assert.match(await told.text(), new RegExp(`a second pump ${locale}`));
        tab.check();
        await tab.close();
    }
});

/* Why: who saved a plan and sees nothing believes that it is in force. */
test("a set that is refused says so, with its first error, until it is mended", async () => {
    const quiet = join(house.folder, "plans", "quiet.lua");
    const good = readFileSync(quiet, "utf8");
    for (const [locale, words] of [
        ["en-US", "What was saved of site and plans has an error and is not in force"],
        ["zh-CN", "保存的单位或预案有错误，未生效"],
    ] as const) {
        const tab = await openTab(house.base, "/", { locale });
        await isLive(tab.page);
        await none(tab.page.locator(".alarms .refused"));
        writeFileSync(quiet, good.replace('log("quiet")', 'lgo("quiet")'));
        const told = tab.page.locator(".alarms .refused");
        await says(told, words);
        await says(told, /quiet\.lua:5: .*lgo/);
        await isForEverybody(tab.page);
        await tab.page.reload();
        await says(told, words);
        writeFileSync(quiet, `${good}-- ${locale}\n`);
        await told.waitFor({ state: "detached" });
        tab.check();
        await tab.close();
    }
});

/* Why: their plans do not run any more, and that is nobody's doing who sits here. */
test("incidents that a new program cannot drive are named", async () => {
    const id = await house.trigger({ plan: "quiet", title: "left behind" });
    const verification = {
        driver: "x",
        runs: 3,
        done: 3,
        diverged: 1,
        open: [id],
        running: false,
    };
    for (const [locale, words] of [
        ["en-US", "Plans that differ from their record since the change of program: 1."],
        ["zh-CN", "1 起事件的预案与记录不符"],
    ] as const) {
        const tab = await openTab(house.base, "/", { locale });
        await tab.page.route("**/api/v1/plans", async (route) => {
            const body = await (await route.fetch()).json();
            await route.fulfill({ json: { ...body, verification } });
        });
        await tab.page.reload();
        await says(tab.page.locator(".alarms .diverged"), words);
        await isForEverybody(tab.page);
        await tab.page.locator(".alarms .diverged").getByRole("link").click();
        await says(tab.page.locator(".incident h2"), "left behind");
        tab.check();
        await tab.close();
    }
});

/* Why: an old picture that looks like the present is worse than none. */
test("a line that has gone silent is not called live, though nobody closed it", async () => {
    const tab = await openTab(house.base, "/");
    const { page } = tab;
    await page.clock.install();
    await page.reload();
    await isLive(page);
    await page.route("**/api/v1/events?*", (route) => route.abort());
    await page.clock.fastForward(SILENCE_MS);
    await says(page.locator(".connection"), "reconnecting");
    await says(page.locator(".not-live"), /is lost\. What you see is from .*\d\d:\d\d/);
    assert.equal(await page.locator("main").getAttribute("class"), "old");
    await page.unroute("**/api/v1/events?*");
    await page.clock.fastForward(SILENCE_MS);
    await isLive(page);
    await none(page.locator(".not-live"));
    await tab.close();
});

/* Why: a page that only says "loading" is one that somebody waits for, in vain. */
test("who may not read is asked to sign in, and sees nothing", async () => {
    const closed = await openHouse(false);
    const tab = await openTab(closed.base, "/");
    await says(tab.page.locator("main"), "To see incidents, sign in or use a key.");
    await says(tab.page.locator(".connection"), "not signed in");
    const link = tab.page.locator("main").getByRole("link", { name: "Sign in" });
    assert.equal(await link.getAttribute("href"), "/login");
    await none(tab.page.getByRole("link", { name: "Demo phones" }));
    await tab.close();
});

test("when the daemon dies the page says so; when it is back nothing is missing", async () => {
    const tab = await openTab(house.base, "/");
    await isLive(tab.page);
    await house.stop("SIGKILL");
    await says(tab.page.locator(".connection"), "reconnecting");
    await house.start();
    const id = await house.trigger({ plan: "quiet", title: "after the fall" });
    await says(card(tab.page, id), "after the fall");
    await isLive(tab.page);
    await tab.close();
});

await finish();
