/*
 * The demo's phones in a browser, against the daemon: from a trigger to a ring to an answer.
 */
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { openTab } from "./lib/browser";
import { openHouse } from "./lib/house";
import { finish, test } from "./lib/tap";

const house = await openHouse();

const phone = (page: Page, person: string): Locator =>
    page.locator(`.phone[data-person="${person}"]`);

/* The call on a phone that says this; notices go out beside it. */
const message = (page: Page, person: string, words: string): Locator =>
    phone(page, person).locator(".message").filter({ hasText: `【首报】${words}` });

async function isLive(page: Page): Promise<void> {
    await page.locator(".connection.live").waitFor();
}

/* Why: this is what a newcomer sees within two minutes. */
test("a trigger makes the officer's phone ring, and a click answers it", async () => {
    const tab = await openTab(house.base, "/phones", { locale: "zh-CN" });
    await isLive(tab.page);
    const id = await house.trigger({ plan: "flood", title: "手机响了" });
    const rings = message(tab.page, "wang.qiang", "手机响了");
    await rings.waitFor();
    assert.equal(await rings.getAttribute("data-state"), "ringing");
    assert.match(await rings.locator(".code b").innerText(), /^\d{4}$/);
    assert.match(await tab.page.title(), /^\(1\) /);
    await rings.getByRole("button", { name: "能到", exact: true }).click();
    await rings.and(tab.page.locator(".answered")).waitFor();
    assert.equal(await rings.getByRole("button").count(), 0);

    assert.match(
        (await rings.getByRole("link", { name: "打开消息中的链接" }).getAttribute("href")) ?? "",
        /^\/a\/[\w-]{32}$/,
    );
    await rings.getByRole("link", { name: "手机响了" }).click();
    await tab.page.waitForURL(`**/#/i/${id}`);
    await tab.page.locator('[data-kind="call_answered"]').filter({ hasText: "王强 应答" }).waitFor();
    tab.check();
    await tab.close();
});

test("who cannot come says so, and the next phone rings", async () => {
    const tab = await openTab(house.base, "/phones");
    await isLive(tab.page);
    await house.trigger({ plan: "flood", title: "declined" });
    await message(tab.page, "wang.qiang", "declined")
        .getByRole("button", { name: "Cannot come" })
        .click();
    await message(tab.page, "wang.qiang", "declined").and(tab.page.locator(".declined")).waitFor();
    await message(tab.page, "li.ming", "declined").and(tab.page.locator(".ringing")).waitFor();
    tab.check();
    await tab.close();
});

/* Why: "seen" tells the room that somebody is awake, before he has decided. */
test("touching a message reports it as seen", async () => {
    const tab = await openTab(house.base, "/phones");
    await isLive(tab.page);
    const id = await house.trigger({ plan: "flood", title: "looked at" });
    const text = message(tab.page, "wang.qiang", "looked at").locator(".text");
    await text.click();
    await message(tab.page, "wang.qiang", "looked at").and(tab.page.locator(".seen")).waitFor();
    const { events } = await house.get<{ events: { kind: string }[] }>(
        `/api/v1/incidents/${id}/timeline`,
    );
    assert.ok(events.some((e) => e.kind === "notice_seen"), JSON.stringify(events, null, 1));
    tab.check();
    await tab.close();
});

test("a drill rings as a drill", async () => {
    const tab = await openTab(house.base, "/phones");
    await isLive(tab.page);
    await house.trigger({ plan: "flood", title: "only a drill", drill: true });
    const rings = message(tab.page, "wang.qiang", "only a drill");
    await rings.locator(".mark.drill").waitFor();
    tab.check();
    await tab.close();
});

/* Why: somebody's finger is on its way to the button. */
test("phones that ring stand first, and one that is answered keeps its place", async () => {
    const tab = await openTab(house.base, "/phones");
    await isLive(tab.page);
    await house.trigger({ plan: "flood", title: "keeps its place" });
    const rings = message(tab.page, "wang.qiang", "keeps its place");
    await rings.waitFor();
    const place = () => phone(tab.page, "wang.qiang").boundingBox();
    const before = await place();
    await rings.getByRole("button", { name: "Accept" }).click();
    await rings.and(tab.page.locator(".answered")).waitFor();
    assert.equal((await place())?.x, before?.x);
    assert.equal((await place())?.y, before?.y);
    tab.check();
    await tab.close();
});

await finish();
