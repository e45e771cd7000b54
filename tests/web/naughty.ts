/*
 * The Big List of Naughty Strings, as titles and as notes: each is shown as it is, none does
 * anything.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Happening, ReportList } from "../../engine/web/src/shapes";
import { openTab } from "./lib/browser";
import { openHouse, ROOT, withEach } from "./lib/house";
import { finish, test } from "./lib/tap";

const DATA = process.env["MUSTER_TESTDATA"] ?? join(ROOT, "..", "shared", "testdata");
const LIST = join(DATA, "naughty", "blns.json");
const IN_ROOM = 180; /* it shows 200 open incidents */

if (!existsSync(LIST)) {
    console.log(`1..0 # SKIP ${LIST} is not here`);
    process.exit(0);
}

/* An empty title is refused; that is another test's. */
const strings = (JSON.parse(readFileSync(LIST, "utf8")) as string[]).filter((s) => s !== "");
const LAST = "the last note of all";
const BLANK = /^[ \t\r\n\v\f\u3000\u00a0]*$/; /* says nothing: refused as a note */
const house = await openHouse();

function slices<T>(all: T[], most: number): T[][] {
    const found: T[][] = [];
    for (let at = 0; at < all.length; at += most) found.push(all.slice(at, at + most));
    return found;
}

test("each naughty string is shown exactly as a title, and none of them runs", async () => {
    const tab = await openTab(house.base, "/");
    let shown = 0;
    for (const titles of slices(strings, IN_ROOM)) {
        const ids = await withEach(titles, (title) =>
            house.trigger({ plan: "quiet", title, drill: true }),
        );
        await tab.page.waitForFunction(
            (n) => document.querySelectorAll(".open .card").length === n,
            titles.length,
        );
        const found = await tab.page.evaluate(() =>
            Array.from(document.querySelectorAll(".card"), (c) => [
                c.getAttribute("data-incident"),
                c.querySelector(".title")?.textContent,
            ]),
        );
        const byId = new Map(found as [string, string][]);
        for (const [n, id] of ids.entries()) assert.equal(byId.get(id), titles[n]);
        shown += ids.length;
        await withEach(ids, (id) => house.post(`/api/v1/incidents/${id}/resolve`, {}));
        await tab.page.locator(".open .card").first().waitFor({ state: "detached" });
    }
    assert.equal(shown, strings.length);
    tab.check();
    await tab.close();
});

test("each naughty string is shown exactly as a note, and none of them runs", async () => {
    const id = await house.trigger({ plan: "quiet", title: "notes" });
    const tab = await openTab(house.base, `/#/i/${id}`);
    const notes = strings.filter((s) => !BLANK.test(s));
    await withEach(notes, (note) => house.post(`/api/v1/incidents/${id}/update`, { note }));
    await house.post(`/api/v1/incidents/${id}/update`, { note: LAST });
    await tab.page.locator(".timeline li").first().filter({ hasText: LAST }).waitFor();
    const more = tab.page.getByRole("button", { name: /earlier lines$/ });
    while (await more.count()) await more.click();
    const rows = tab.page.locator('.timeline li[data-kind="updated"] .written');
    await tab.page.waitForFunction(
        (n) => document.querySelectorAll('[data-kind="updated"]').length === n,
        notes.length + 1,
    );
    const shown = (await rows.allTextContents()).sort();
    const path = `/api/v1/incidents/${id}/timeline?limit=1000&lang=en`;
    const { events } = await house.get<{ events: Happening[] }>(path);
    const updates = events.filter((e) => e.kind === "updated");
    assert.deepEqual(shown, updates.map((e) => e.text).sort());
    const kept = updates.map((e) => (e.data["ev"] as { note: string }).note);
    assert.deepEqual(kept.sort(), [...notes, LAST].sort());
    tab.check();
    await tab.close();
});

/* Why: what goes to the province is what somebody else has typed, somewhere. */
test("naughty strings in a report are shown and edited as they are, and none runs", async () => {
    const id = await house.trigger({ plan: "dike", title: "reported" });
    const { reports } = await house.get<ReportList>(`/api/v1/reports?incident=${id}`);
    const report = reports[0]?.id ?? "";
    const text = strings.map((s) => s.replaceAll("\r", "")).join("\n").slice(0, 12_000);
    const response = await fetch(`${house.base}/api/v1/reports/${report}`, {
        method: "PUT",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ text, rev: 1 }),
    });
    assert.equal(response.status, 200);
    const tab = await openTab(house.base, `/#/i/${id}`);
    const row = tab.page.locator(`[data-report="${report}"]`);
    await row.locator("button.act").click();
    const shown = row.locator(".markdown > p > bdi");
    await shown.first().waitFor();
    assert.ok((await shown.count()) > 100);
    assert.equal(await row.locator(".markdown > p > bdi > *").count(), 0);
    await row.getByRole("button", { name: "Edit the text" }).click();
    assert.equal(await row.locator("textarea").inputValue(), text);
    const width = await tab.page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 1280);
    tab.check();
    await tab.close();
});

/* Why: U+202E in a title must not turn "III" of the mark beside it, or the clock, around. */
test("marks of direction in a title end with the title", async () => {
    const title = "\u202Eabc\u2067def\u202B";
    const id = await house.trigger({ plan: "quiet", title });
    const tab = await openTab(house.base, `/#/i/${id}`);
    await tab.page.locator('.timeline [data-kind="incident_opened"]').waitFor();
    const isolated = await tab.page.locator("bdi").evaluateAll((all) =>
        all.filter((e) => getComputedStyle(e).unicodeBidi === "isolate").map((e) => e.textContent),
    );
    assert.equal(isolated.filter((text) => text === title).length, 2); /* card and heading */
    assert.equal(isolated.filter((text) => text?.includes(title)).length, 3); /* and timeline */
    await tab.close();
});

test("one endless word widens no page", async () => {
    const title = "水".repeat(300) + "w".repeat(120);
    const id = await house.trigger({ plan: "quiet", title, place: { where: "x".repeat(500) } });
    await house.post(`/api/v1/incidents/${id}/update`, { note: "n".repeat(3_000) });
    const tab = await openTab(house.base, `/#/i/${id}`, { width: 390 });
    await tab.page.locator('.timeline li[data-kind="updated"]').waitFor();
    const width = () => tab.page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok((await width()) <= 390);
    await tab.page.goto("/#/");
    await tab.page.locator(".card").first().waitFor();
    assert.ok((await width()) <= 390);
    await tab.close();
});

await finish();
