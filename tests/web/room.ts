/*
 * The command room in a browser, against the daemon: what a duty officer sees and does.
 */
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { openTab } from "./lib/browser";
import { openHouse } from "./lib/house";
import { finish, test } from "./lib/tap";

const SILENCE_MS = 25_000; /* more than the page bears without a heartbeat */

const house = await openHouse();

const card = (page: Page, id: string): Locator => page.locator(`.card[data-incident="${id}"]`);
const isLive = (page: Page) => page.locator(".connection.live").waitFor();
const row = (page: Page, kind: string) => page.locator(`.timeline li[data-kind="${kind}"]`).first();

/* Until the text of an element is as it should be. */
async function says(place: Locator, words: RegExp | string): Promise<void> {
    await place.filter({ hasText: words }).first().waitFor();
}

/* Why: the first minute decides whether anybody goes on. */
test("an empty room tells how to make the first incident", async () => {
    const tab = await openTab(house.base, "/");
    await isLive(tab.page);
    await says(tab.page.locator(".empty"), "No incident is open.");
    await says(tab.page.locator(".empty code"), `${house.base}/t/`);
    assert.ok(await tab.page.getByLabel("title").isVisible());
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
    await answer.getByLabel("person").selectOption({ label: "somebody else (by id)" });
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
    const scopes = ["read", "respond", "order"];
    const { key } = await house.ask({ op: "key_create", name: "leader", scopes });
    const id = await house.trigger({ plan: "flood", title: "to be ended" });
    const tab = await openTab(house.base, `/#/i/${id}`, { key: key as string });
    const reason = tab.page.getByLabel("reason");
    await tab.page.locator("summary").filter({ hasText: "Order the end" }).click();
    await tab.page.getByRole("button", { name: "Order the end" }).click();
    assert.ok(await reason.evaluate((e: HTMLTextAreaElement) => e.validity.valueMissing));
    await reason.fill("the water is falling");
    await tab.page.getByRole("button", { name: "Order the end" }).click();
    await says(row(tab.page, "ordered"), /^.*order: terminate.*: the water is falling$/);
    await says(tab.page.locator(".incident .mark.state"), "closed");
    await says(tab.page.locator(".acts"), "The incident is over; nothing more can be done.");
    assert.equal(await tab.page.locator(".new-one").count(), 0); /* may not trigger */
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
    assert.equal(await page.locator(".not-live").count(), 0);
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
    assert.equal(await tab.page.getByRole("link", { name: "Demo phones" }).count(), 0);
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
