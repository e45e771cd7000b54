/*
 * Orders that are about no level, how incidents belong together, and the kinds of the ledger, in a
 * browser, against the daemon.
 */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { Incident, ItemList } from "../../engine/web/src/shapes";
import { axeFindings, type Look, none, openTab, says, type Tab } from "./lib/browser";
import { openHouse } from "./lib/house";
import { finish, test } from "./lib/tap";

const house = await openHouse();
const { key } = await house.ask({
    op: "key_create",
    name: "commander",
    scopes: ["read", "respond", "order"],
});
const KEY = key as string;

const LOOKS = [
    ["zh-CN", 390],
    ["en-US", 1280],
] as const;

const statusOf = (id: string) => house.get<Incident>(`/api/v1/incidents/${id}`);
const commander = (path: string, look: Look = {}): Promise<Tab> =>
    openTab(house.base, path, { key: KEY, ...look });

/* An incident whose plan has made its proposals. */
async function proposed(title: string): Promise<string> {
    const id = await house.trigger({ plan: "dike", title });
    while ((await statusOf(id)).proposals.length < 2) {
        await new Promise((done) => setTimeout(done, 50));
    }
    return id;
}

async function open(page: Page, fold: string): Promise<void> {
    await page.locator("summary").filter({ hasText: fold }).click();
}

/* Why: what goes to the public is read whole before it goes, or it is read in the newspaper. */
test("a draft shows its eight statements, is published by who may, and stands", async () => {
    const id = await proposed("to be published");
    const tab = await commander(`/#/i/${id}`);
    const { page } = tab;
    const of = page.locator(".proposals li").filter({ hasText: "publish" });
    for (const line of [
        "categoryRainstorm",
        "level of the warningorange warning",
        "from10:00",
        "areaChengdong",
        "what to expectPonding",
        "what to doKeep out",
        "issued by防汛办",
        "published atwhen it is ordered",
    ]) {
        await says(of.locator(".eight > div"), line);
    }
    await of.getByRole("button", { name: "Order this" }).click();
    const form = page.locator("form.order");
    await says(form.locator(".eight"), "Keep out");
    assert.equal(await form.getByLabel("who orders").inputValue(), "sun.wei");
    assert.equal(await form.getByLabel("reason").inputValue(), "Ponding");
    await form.getByRole("button", { name: "Give the order" }).dblclick();
    await says(page.locator(".command .outcome"), "Ordered: publish.");
    const stated = page.locator('.statements [data-action="publish"]');
    await says(stated, /Keep out.*孙伟 \(演练指挥\)/);
    assert.equal((await statusOf(id)).statements?.length, 1);
    await page.locator("button.language").click();
    await says(page.locator(".statements"), /应采取的措施勿入下穿/);
    tab.check();
    await tab.close();
});

test("what is proposed is declared, in both languages; a warning is issued by hand", async () => {
    const id = await proposed("to be declared");
    const tab = await commander(`/#/i/${id}`);
    const { page } = tab;
    const of = page.locator(".proposals li").filter({ hasText: "declare" });
    await of.getByRole("button", { name: "Order this" }).click();
    const form = page.locator("form.order");
    assert.equal(await form.getByLabel("what is declared").inputValue(), "emergency flood period");
    await form.getByRole("button", { name: "Give the order" }).click();
    await says(page.locator(".statements"), "emergency flood period");
    const declared = (await statusOf(id)).statements?.[0];
    assert.deepEqual(declared?.what, { en: "emergency flood period", zh: "紧急防汛期" });

    await open(page, "Other orders");
    await page.getByRole("button", { name: "issue", exact: true }).click();
    await form.getByLabel("reason").fill("the forecast");
    await form.getByRole("button", { name: "Give the order" }).click();
    await says(form.getByRole("alert"), "what is issued?");
    tab.faults.length = 0; /* the browser logs each answer that is a refusal */
    assert.equal(await form.getByLabel("reason").inputValue(), "the forecast");
    await form.getByLabel("colour of the warning").selectOption("orange");
    await form.getByRole("button", { name: "Give the order" }).click();
    await says(page.locator('.statements [data-action="issue"]'), /orange warning.*the forecast/);
    await says(page.locator(".incident > .marks"), "orange warning");
    tab.check();
    await tab.close();
});

/* Why: two incidents of one flood are two commands for the same boats. */
test("an incident is merged into another, and says at once where it goes on", async () => {
    const into = await house.trigger({ plan: "dike", title: "the whole river" });
    const id = await house.trigger({ plan: "dike", title: "the side arm" });
    const tab = await commander(`/#/i/${id}`);
    const { page } = tab;
    await open(page, "Other orders");
    await page.getByRole("button", { name: "merge into another" }).click();
    const form = page.locator("form.order");
    await form.getByLabel("into which incident").selectOption(into);
    await form.getByLabel("reason").fill("one flood");
    await form.getByRole("button", { name: "Give the order" }).click();
    await page.locator(".goes-on").getByRole("link", { name: "the whole river" }).click();
    await says(page.locator(".incident h2"), "the whole river");
    await says(page.locator(".family"), /1 more have joined it.*merged into it/);
    await page.locator(".family").getByRole("link", { name: "the side arm" }).click();
    await says(page.locator(".incident .mark.state"), "merged");
    await page.reload(); /* whoever has its link is led on, too */
    await page.locator(".goes-on").getByRole("link", { name: "the whole river" }).waitFor();
    tab.check();
    await tab.close();
});

test("a part is split off with its items and stations, and one is led there", async () => {
    const id = await house.trigger({ plan: "dike", title: "both banks" });
    const item = { incident: id, title: "sandbags", owner: "dept:urban", due: "2h" };
    await house.post("/api/v1/items", item);
    const tab = await commander(`/#/i/${id}`);
    const { page } = tab;
    await says(page.locator(".items tr"), "sandbags");
    await open(page, "Other orders");
    await page.getByRole("button", { name: "split off a part" }).click();
    const form = page.locator("form.order");
    await form.getByLabel("title of the new incident").fill("left bank");
    await form.getByRole("checkbox", { name: "sandbags" }).check();
    await form.getByRole("checkbox", { name: "(g7)" }).check();
    await form.getByLabel("reason").fill("another crew");
    await form.getByRole("button", { name: "Give the order" }).click();
    await says(page.locator(".incident h2"), "left bank");
    await says(page.locator(".items tr"), "sandbags");
    await page.locator(".family").getByRole("link", { name: "both banks" }).click();
    await says(page.locator(".family"), /stations split offg7/);
    await none(page.locator(".items tr").filter({ hasText: "sandbags" }));
    tab.check();
    await tab.close();
});

test("who has which role and what is under an incident is named, and leads there", async () => {
    const id = await house.trigger({ plan: "dike", title: "the main river" });
    const tab = await commander(`/#/i/${id}`);
    const { page } = tab;
    await says(page.locator(".called"), "李明");
    await house.post(`/api/v1/incidents/${id}/answer`, { as: "li.ming" });
    await says(page.locator(".family"), /logistics: 李明/);
    await page.locator(".family").getByRole("link", { name: "side arm" }).click();
    await says(page.locator(".incident h2"), "side arm");
    await page.locator(".family").getByRole("link", { name: "the main river" }).click();
    await says(page.locator(".incident h2"), "the main river");
    tab.check();
    await tab.close();
});

/* Why: a request that stands on a note of paper is one that nobody answers. */
test("a citizen's request is opened, supervised, done, answered and returned", async () => {
    const id = await house.trigger({ plan: "dike", title: "requests" });
    const tab = await commander(`/#/i/${id}`);
    const { page } = tab;
    await open(page, "Open an item");
    const form = page.locator("form.open-item");
    await form.getByLabel("kind").selectOption("request");
    await form.getByLabel("what is to be done").fill("<b>water</b> in the cellar");
    await form.getByLabel("from whom").fill("Mrs. Lin");
    await form.getByLabel("by which channel").fill("12345");
    await form.getByLabel("how to reach them").fill("0439-2000000");
    await form.getByLabel("who has to do it").selectOption("dept:urban");
    await form.getByLabel("due within").fill("tomorrow");
    await form.getByRole("button", { name: "Open it" }).click();
    await says(form.locator(".field").getByRole("alert"), '"tomorrow"');
    tab.faults.length = 0; /* the browser logs each answer that is a refusal */
    await form.getByLabel("due within").fill("2d");
    await form.getByRole("button", { name: "Open it" }).click();
    const row = page.locator(".items tr").filter({ hasText: "<b>water</b> in the cellar" });
    await says(row, /住建局.*a citizen's request · from Mrs. Lin · 12345/);

    const act = page.locator("form.item-act");
    const press = async (button: string, note = "") => {
        await row.getByRole("button").first().click();
        await says(act, "0439-2000000");
        if (note) await act.getByLabel("note").fill(note);
        await act.getByRole("button", { name: button, exact: true }).click();
        await act.waitFor({ state: "detached" });
    };
    await press("Supervise");
    await says(row, "supervised");
    await press("Done");
    await says(row, "done");
    await press("Replied", "it is pumped out");
    await press("Return", "it is wet again");
    await says(row, "received");
    const { items } = await house.get<ItemList>(`/api/v1/items?incident=${id}`);
    const item = items.find((i) => i.kind === "request");
    assert.deepEqual([item?.reply, item?.supervised], ["it is pumped out", true]);
    tab.check();
    await tab.close();
});

test("a resource says how much, and the kinds of an item ask for what is theirs", async () => {
    const id = await house.trigger({ plan: "dike", title: "resources" });
    const tab = await commander(`/#/i/${id}`, { locale: "zh-CN" });
    const { page } = tab;
    await open(page, "新增事项");
    const form = page.locator("form.open-item");
    assert.equal(await form.getByLabel("数量").count(), 0);
    await form.getByLabel("种类").selectOption("resource");
    await form.getByLabel("数量").fill("20 台");
    await form.getByLabel("做什么").fill("泵车");
    await form.getByLabel("责任单位").selectOption("dept:urban");
    await form.getByLabel("时限").fill("2h");
    await form.getByRole("button", { name: "下达" }).click();
    await says(page.locator(".items tr"), "泵车住建局资源需求 · 20 台");
    tab.check();
    await tab.close();
});

test("the record to print is one click away, in the reader's language", async () => {
    const id = await house.trigger({ plan: "dike", title: "printed" });
    const tab = await commander(`/#/i/${id}`, { locale: "zh-CN" });
    const link = tab.page.getByRole("link", { name: "打印记录" });
    const opened = tab.page.context().waitForEvent("page");
    await link.click();
    const paper = await opened;
    await paper.waitForLoadState();
    assert.match(paper.url(), new RegExp(`/api/v1/incidents/${id}/record\\?lang=zh$`));
    await paper.getByText("printed").first().waitFor();
    await tab.close();
});

test("axe finds nothing in these forms, in both sizes and schemes", async () => {
    const id = await proposed("looked at");
    const more = { incident: id, title: "x", owner: "dept:urban", due: "2h" };
    await house.post("/api/v1/items", { ...more, kind: "request", from: "w".repeat(200) });
    for (const scheme of ["light", "dark"] as const) {
        for (const [locale, width] of LOOKS) {
            const look = { scheme, locale, width };
            const tab = await commander(`/#/i/${id}`, look);
            const { page } = tab;
            await page.locator(".items button.act").first().click();
            for (const n of [1, 3]) await page.locator(".acts summary").nth(n + 1).click();
            await page.locator(".acts .fold > summary").last().click();
            const orders = page.locator(".acts .buttons button[aria-pressed]");
            for (let n = 0; n < 4; n++) {
                await orders.nth(n).click();
                await page.locator("form.order").waitFor();
                assert.deepEqual(await axeFindings(page), [], `${n} ${JSON.stringify(look)}`);
            }
            const wide = await page.evaluate(() => document.documentElement.scrollWidth);
            assert.ok(wide <= width, `${wide} px wide on ${width}`);
            tab.check();
            await tab.close();
        }
    }
});

await finish();
