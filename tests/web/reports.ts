/*
 * What goes upwards, in a browser, against the daemon: reports as they are read, written, signed,
 * sent and proved.
 */
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import type { Report, ReportList } from "../../engine/web/src/shapes";
import { axeFindings, type Look, none, openTab, says, type Tab } from "./lib/browser";
import { openHouse } from "./lib/house";
import { finish, test } from "./lib/tap";

const house = await openHouse();
const { key } = await house.ask({
    op: "key_create",
    name: "duty",
    scopes: ["read", "respond", "order"],
});
const KEY = key as string;

/* An incident, and its initial report, which is late. */
async function begun(title: string): Promise<[string, Report]> {
    const id = await house.trigger({ plan: "dike", title });
    for (;;) {
        const { reports } = await house.get<ReportList>(`/api/v1/reports?incident=${id}`);
        if (reports[0]?.overdue) return [id, reports[0]];
        await new Promise((done) => setTimeout(done, 50));
    }
}

const LOOKS = [
    ["zh-CN", 390],
    ["en-US", 1280],
] as const;

const whole = (r: Report) => house.get<Report>(`/api/v1/reports/${r.id}`);
const rowOf = (page: Page, r: Report) => page.locator(`[data-report="${r.id}"]`);
const duty = (path: string, look: Look = {}): Promise<Tab> =>
    openTab(house.base, path, { key: KEY, ...look });

/* By somebody else, elsewhere. */
async function changed(r: Report, text: string): Promise<void> {
    const { rev } = await whole(r);
    const response = await fetch(`${house.base}/api/v1/reports/${r.id}`, {
        method: "PUT",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ text, rev, as: "li.ming" }),
    });
    assert.equal(response.status, 200, await response.text());
}

/* Something else is done the moment before the page's first act at this address. */
async function overtaken(page: Page, url: string, by: () => Promise<void>): Promise<void> {
    let acts = 0;
    await page.route(url, async (route) => {
        if (route.request().method() !== "GET" && acts++ === 0) await by();
        await route.continue();
    });
}

async function opened(page: Page, r: Report): Promise<Locator> {
    const row = rowOf(page, r);
    await row.locator("button.act").click();
    await row.locator(".markdown").waitFor();
    return row;
}

/* Why: the clock of the law runs while everybody looks at the water. */
test("a report that is late is named above everything, and what waits leads to it", async () => {
    const [id, report] = await begun("nobody has reported");
    const tab = await duty("/");
    const { page } = tab;
    const bar = page.getByRole("region", { name: "Alarms" });
    await says(bar.locator(".late"), /Overdue reports: \d+.*nobody has reported/);
    await bar.locator(".late").getByRole("link", { name: "nobody has reported" }).click();
    await says(page.locator(".incident h2:focus"), "nobody has reported");
    await page.locator(".waits-here").getByRole("button", { name: "Overdue reports: 1" }).click();
    await says(page.locator("h3:focus"), "Reports");
    const row = rowOf(page, report);
    await says(row, /initial report 1 .*to be drafted.*overdue/);
    await says(row, "市总值班室 writes · 演练指挥 signs · to 水务局");
    await says(row, "by telephone: late since");
    await page.locator("button.language").click();
    await says(row, /首报 1 .*待起草.*逾期/);
    await says(row, "市总值班室 起草 · 演练指挥 签发 · 报 水务局");
    await says(page.locator(".waits-here"), "逾期报告 1 份");
    assert.ok((await page.locator(`[data-incident="${id}"]`).count()) > 0);
    tab.check();
    await tab.close();
});

/* Why: from the draft to the receipt it is one way, and nobody telephones to ask how far it is. */
test("a report is read, written, signed, sent, and what is proved of it is seen", async () => {
    const [id, report] = await begun("from draft to proof");
    const tab = await duty(`/#/i/${id}`);
    const { page } = tab;
    const row = await opened(page, report);
    await says(row.locator(".markdown .title"), "堤防 首报第1号");
    await row.getByRole("button", { name: "Edit the text" }).click();
    const text = row.getByLabel("text of the report");
    assert.ok(await text.evaluate((e) => e === document.activeElement));
    await text.fill("# One\n\n- first \\*\n\n<b>bold</b>");
    await row.getByLabel("who writes it").selectOption("li.ming");
    await row.getByRole("button", { name: "Save" }).click();
    await says(row.locator(".markdown .title"), "One");
    await says(row.locator(".markdown .item"), /^first \*$/);
    await says(row.locator(".markdown"), "<b>bold</b>");
    await says(row.locator("h4"), "drafted");

    assert.equal(await row.getByLabel("who signs").inputValue(), "sun.wei"); /* the only one */
    await row.locator("form.sign").getByRole("button", { name: "Sign" }).click();
    await says(row.locator("h4"), "signed");
    await says(row, "signed by 孙伟");
    await row.getByRole("button", { name: "Send", exact: true }).click();
    await says(row.locator("h4"), /sent.*late by/);
    await says(row.locator(".told"), /水务局.*(sent|delivered|seen)/);
    await none(row.getByRole("button", { name: "Edit the text" }));
    await says(page.locator('.timeline [data-kind="report_sent"]'), /\S/);
    await none(page.locator(".waits-here").getByText("Overdue reports"));

    await row.getByRole("button", { name: "Correct" }).click();
    const further = page.locator(".reports li").filter({ hasText: "corrects initial report 1" });
    await says(further.locator("h4"), "to be drafted");
    await further.locator(".markdown").waitFor(); /* it is looked at */
    tab.check();
    await tab.close();
});

/* Why: two people write the same report in every night that matters. */
test("who saves over another's text sees both, and loses nothing that was typed", async () => {
    const [id, report] = await begun("two writers");
    const tab = await duty(`/#/i/${id}`);
    const { page } = tab;
    const row = await opened(page, report);
    await row.getByRole("button", { name: "Edit the text" }).click();
    await row.locator("textarea").fill("mine, long thought over");
    const theirs = () => changed(report, "theirs, quick");
    await overtaken(page, `**/api/v1/reports/${report.id}`, theirs);
    await row.getByRole("button", { name: "Save" }).click();
    await says(row.getByRole("alert"), "the text is another now: revision 2");
    tab.faults.length = 0; /* the browser logs each answer that is a refusal */
    await says(row.locator(".theirs"), "theirs, quick");
    assert.equal(await row.locator("textarea").inputValue(), "mine, long thought over");
    assert.equal((await whole(report)).text, "theirs, quick");
    assert.deepEqual(await axeFindings(page), []);
    await row.getByLabel("Your text").fill("both");
    await row.getByRole("button", { name: "Save mine in its place" }).click();
    await says(row.locator(".markdown"), /^both$/);
    assert.equal((await whole(report)).text, "both");
    tab.check();
    await tab.close();
});

test("a change by somebody else is seen while one types, and the typing goes on", async () => {
    const [id, report] = await begun("typing");
    const tab = await duty(`/#/i/${id}`, { locale: "zh-CN", width: 390 });
    const { page } = tab;
    const row = await opened(page, report);
    await row.getByRole("button", { name: "修改文本" }).click();
    const text = row.locator("textarea");
    await text.fill("");
    await text.pressSequentially("水位");
    await changed(report, "别人写的");
    await says(row.locator(".theirs"), "别人写的");
    await says(row.locator(".theirs"), "您的文本没有丢失");
    await page.keyboard.type("上涨");
    assert.equal(await text.inputValue(), "水位上涨");

    /* nor does it go when something else is looked at */
    await page.locator(".back a").click();
    await page.locator(`[data-incident="${id}"] h3 a`).click();
    await row.locator("button.act").click();
    await says(row.locator(".theirs"), "别人写的");
    assert.equal(await text.inputValue(), "水位上涨");
    await row.getByRole("button", { name: "放弃我的修改" }).click();
    await says(row.locator(".markdown"), "别人写的");
    tab.check();
    await tab.close();
});

test("the list of reports changes its order, and the typing in one of them goes on", async () => {
    const [id, report] = await begun("in another order");
    const order = { action: "activate", level: "IV", as: "sun.wei", measures: "watch" };
    await house.post(`/api/v1/incidents/${id}/order`, { ...order, reason: "x" }, KEY);
    const tab = await duty(`/#/i/${id}`);
    const { page } = tab;
    const rows = page.locator(".reports > ul > li");
    const row = rows.filter({ hasText: "update report 1" });
    await says(rows.first(), "initial report 1");
    await row.locator("button.act").click();
    await row.getByRole("button", { name: "Edit the text" }).click();
    await row.locator("textarea").fill("");
    await row.locator("textarea").pressSequentially("the water ");
    for (const action of ["sign", "send"]) {
        await house.post(`/api/v1/reports/${report.id}/${action}`, { as: "sun.wei" });
    }
    await says(rows.first(), "update report 1");
    await page.keyboard.type("rises");
    assert.equal(await row.locator("textarea").inputValue(), "the water rises");
    tab.check();
    await tab.close();
});

/* Why: a signature under a text that the signer has not read is none. */
test("nobody signs a text that they have not read", async () => {
    const [id, report] = await begun("changed before the signature");
    const tab = await duty(`/#/i/${id}`);
    const { page } = tab;
    const row = await opened(page, report);
    await overtaken(page, "**/sign", () => changed(report, "another text"));
    await row.locator("form.sign").getByRole("button", { name: "Sign" }).click();
    await says(row.getByRole("alert"), "the text is another now: revision 2");
    tab.faults.length = 0; /* the browser logs each answer that is a refusal */
    await says(row.locator(".markdown"), "another text");
    assert.equal((await whole(report)).state, "edited");

    const sign = row.locator("form.sign");
    await sign.getByLabel("who signs").selectOption({ label: "another one (by id)" });
    await sign.getByLabel("person's id").fill("wu.fang");
    await sign.getByRole("button", { name: "Sign" }).click();
    await says(sign.locator(".field").getByRole("alert"), "吴芳 may not sign it");
    tab.faults.length = 0;
    await sign.getByLabel("who signs").selectOption("sun.wei");
    await sign.getByRole("button", { name: "Sign" }).click();
    await says(row.locator("h4"), "signed");
    await row.getByRole("button", { name: "Edit the text" }).click();
    await says(row, "It is signed: when you save, it must be signed again.");
    tab.check();
    await tab.close();
});

test("a report given by telephone is noted, and a draft is filled in anew", async () => {
    const [id, report] = await begun("by telephone");
    const tab = await duty(`/#/i/${id}`);
    const row = await opened(tab.page, report);
    await row.getByLabel("in whose name").selectOption("li.ming");
    await row.getByLabel("note").fill("told Mr. Zhou");
    await row.getByRole("button", { name: "Given by telephone" }).click();
    await says(row.locator(".times"), /given by telephone \d\d:\d\d/);
    await says(tab.page.locator('.timeline [data-kind="report_phoned"]'), "told Mr. Zhou");
    await none(row.getByRole("button", { name: "Given by telephone" }));
    await house.post(`/api/v1/incidents/${id}/update`, { fields: { g7: { stage_m: 4.9 } } });
    await row.getByRole("button", { name: "Fill in anew" }).click();
    await says(row.locator(".markdown"), "4.9 m");
    tab.check();
    await tab.close();
});

test("who may only read reads reports, and has nothing to press in them", async () => {
    const [id, report] = await begun("read only");
    const reader = await house.ask({ op: "key_create", name: "reader", scopes: ["read"] });
    const tab = await openTab(house.base, `/#/i/${id}`, { key: reader["key"] as string });
    const row = await opened(tab.page, report);
    await says(row.locator(".markdown"), "首报第1号");
    await none(row.locator("form, .report-whole button"));
    tab.check();
    await tab.close();
});

test("with the keyboard alone a report is opened, written and saved", async () => {
    const [id, report] = await begun("by keys");
    const tab = await duty(`/#/i/${id}`);
    const { page } = tab;
    const row = rowOf(page, report);
    await row.locator("button.act").focus();
    await page.keyboard.press("Enter");
    await row.getByRole("button", { name: "Edit the text" }).focus();
    await page.keyboard.press("Enter");
    await row.locator("textarea:focus").waitFor();
    await page.keyboard.press("Control+A");
    await page.keyboard.type("typed");
    await row.getByRole("button", { name: "Save" }).focus();
    await page.keyboard.press("Enter");
    await says(row.locator(".markdown"), /^typed$/);
    await row.locator(".report-whole:focus").waitFor(); /* not thrown to the top of the page */
    tab.check();
    await tab.close();
});

/* Why: what cannot be read at night on a telephone is not read. */
test("axe finds nothing in a report, read or written, in both sizes and schemes", async () => {
    const [id, report] = await begun("looked at");
    await changed(report, `# ${"w".repeat(300)}\n\n${"水".repeat(300)}\n\n- \u202Eabc`);
    for (const scheme of ["light", "dark"] as const) {
        for (const [locale, width] of LOOKS) {
            const look = { scheme, locale, width };
            const tab = await duty(`/#/i/${id}`, look);
            const row = await opened(tab.page, report);
            assert.deepEqual(await axeFindings(tab.page), [], `read ${JSON.stringify(look)}`);
            await row.locator(".report-whole .buttons button").first().click();
            await row.locator("textarea").waitFor();
            assert.deepEqual(await axeFindings(tab.page), [], `write ${JSON.stringify(look)}`);
            const wide = await tab.page.evaluate(() => document.documentElement.scrollWidth);
            assert.ok(wide <= width, `${wide} px wide on ${width}`);
            tab.check();
            await tab.close();
        }
    }
});

await finish();
