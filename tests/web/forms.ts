/*
 * Pages without script in a browser, against the daemon: a message's link, and signing in. A
 * browser says more about a form than a program does (Origin, Sec-Fetch-Site), and keeps the cookie
 * or not.
 */
import assert from "node:assert/strict";
import { openTab } from "./lib/browser";
import { openHouse } from "./lib/house";
import { finish, test } from "./lib/tap";

const house = await openHouse();

interface Message {
    state: string;
    text: string;
    answer_url: string;
    code: string;
}

/* The first message that rings anywhere, with this in its text. */
async function ringing(part = ""): Promise<Message> {
    for (;;) {
        const { phones } = await house.get<{ phones: { messages: Message[] }[] }>("/api/v1/phones");
        const found = phones
            .flatMap((p) => p.messages)
            .find((m) => m.state === "ringing" && m.text.includes(part));
        if (found) return found;
        await new Promise((done) => setTimeout(done, 20));
    }
}

/* Why: on a telephone this is all of Muster that somebody sees. */
test("a message is answered by its link and code, in a browser", async () => {
    await house.trigger({ plan: "service_down", title: "payment is down" });
    const message = await ringing();
    const tab = await openTab(house.base, `${new URL(message.answer_url).pathname}?lang=en`);
    await tab.page.getByLabel("Code").fill(message.code);
    await tab.page.getByLabel("Note").fill("on my way");
    await tab.page.getByRole("button", { name: "I am coming" }).click();
    await tab.page.getByText("Your answer is recorded.").waitFor();
    await tab.page.reload(); /* sends nothing again */
    await tab.page.getByText("Your answer is recorded.").waitFor();
    tab.check();
    await tab.close();
});

/* Why: who cannot come and knows who sits beside must not leave it to a clock. */
test("a call is passed on from a telephone, and the next one rings", async () => {
    await house.trigger({ plan: "service_down", title: "passed on" });
    const message = await ringing("passed on");
    const path = `${new URL(message.answer_url).pathname}?lang=en`;
    const tab = await openTab(house.base, path, { width: 390, height: 844 });
    await tab.page.getByLabel("Code").fill(message.code);
    const pass = tab.page.getByRole("button", { name: /^Pass it to/ });
    const name = ((await pass.innerText()).match(/^Pass it to (.*)$/) ?? [])[1] ?? "?";
    await pass.click();
    await tab.page.getByRole("heading", { name: `Passed to ${name}` }).waitFor();
    await ringing("转来");
    tab.check();
    await tab.close();
});

/* Why: who mistypes at three in the morning must be told what to do, and lose nothing. */
test("a wrong code is said on the page, and what was typed beside it stays", async () => {
    await house.trigger({ plan: "service_down", title: "mail is down" });
    const message = await ringing();
    const tab = await openTab(house.base, new URL(message.answer_url).pathname, {
        locale: "zh-CN",
    });
    await tab.page.locator("#code").fill(message.code === "0000" ? "1111" : "0000");
    await tab.page.locator("#note").fill("马上到");
    await tab.page.locator("button.yes").click();
    await tab.page.getByRole("alert").filter({ hasText: "还可再试 4 次" }).waitFor();
    assert.equal(await tab.page.locator("#note").inputValue(), "马上到");
    await tab.page.locator("#code").fill(message.code);
    await tab.page.locator("button.yes").click();
    await tab.page.getByText("您的应答已记录").waitFor();
    await tab.close(); /* the browser logs the 403 as an error: nothing to check */
});

/* Why: a command room that cannot give the order is a television. */
test("the link of a demonstration signs in once, and its session may order the end", async () => {
    const link = /http:\S+(\/login\/ml_\S+)/.exec(house.log())?.[1] ?? "";
    const id = await house.trigger({ plan: "quiet", title: "to be ended" });
    const tab = await openTab(house.base, link);
    await tab.page.getByRole("button", { name: "Sign in" }).click();
    await tab.page.waitForURL(`${house.base}/`);
    const cookies = await tab.page.context().cookies();
    assert.deepEqual(
        cookies.map((c) => [c.name, c.httpOnly, c.secure, c.sameSite]),
        [["__Host-muster", true, true, "Strict"]],
    );
    await tab.page.goto(`/#/i/${id}`);
    await tab.page.locator("summary").filter({ hasText: "Order the end" }).click();
    await tab.page.getByLabel("reason").fill("it is over");
    await tab.page.getByRole("button", { name: "Order the end" }).click();
    await tab.page.locator('[data-kind="ordered"]').first().waitFor();
    await tab.page.getByRole("button", { name: "Sign out" }).click();
    await tab.page.waitForURL(`${house.base}/login`);
    assert.deepEqual(await tab.page.context().cookies(), []);
    tab.check();
    await tab.close();
});

/* Why: any page that is open in the same browser could otherwise answer in somebody's name. */
test("a form of another site changes nothing", async () => {
    await house.trigger({ plan: "service_down", title: "not yours" });
    const message = await ringing("not yours");
    const tab = await openTab(house.base, "/livez");
    await tab.page.goto("about:blank");
    const answered = tab.page.waitForResponse((r) => r.url() === message.answer_url);
    await tab.page.evaluate(
        ([action, code]) => {
            const form = document.createElement("form");
            Object.assign(form, { method: "post", action });
            const field = document.createElement("input");
            form.append(Object.assign(field, { name: "code", value: code }));
            document.body.append(form);
            form.submit();
        },
        [message.answer_url, message.code] as const,
    );
    assert.equal((await answered).status(), 403);
    assert.equal((await ringing("not yours")).answer_url, message.answer_url);
    await tab.close();
});

interface Ringing extends Message {
    incident: { id: string };
    text: string;
}

/* The messages about an incident to whoever carries this phone. */
async function toPhone(person: string, incident: string): Promise<Ringing[]> {
    for (;;) {
        const { phones } = await house.get<{ phones: { person: string; messages: Ringing[] }[] }>(
            "/api/v1/phones",
        );
        const found = phones
            .filter((p) => p.person === person)
            .flatMap((p) => p.messages)
            .filter((m) => m.incident.id === incident);
        if (found.length) return found;
        await new Promise((done) => setTimeout(done, 20));
    }
}

interface Ledger {
    items: { name?: string; state: string; note?: string; evidence?: string; by?: string }[];
}

/* Why: a department that can only telephone says nothing in the record; most of them have no more
 * than the phone of their duty officer. */
test("a department receives an item and is done with it, on the page of its message", async () => {
    const id = await house.trigger({ plan: "river", title: "gauge 7 over warning" });
    const of = await toPhone("dept:water", id);
    const message = of[of.length - 1] as Ringing;
    const tab = await openTab(house.base, `${new URL(message.answer_url).pathname}?lang=en`);
    await tab.page.setViewportSize({ width: 390, height: 800 });
    await tab.page.getByRole("heading", { name: "Verify the stage" }).waitFor();
    await tab.page.getByText("gauge 7 over warning", { exact: true }).waitFor();
    await tab.page.locator("#code").fill(message.code);
    await tab.page.getByRole("button", { name: "Received" }).click();
    await tab.page.locator("dd", { hasText: /^received$/ }).waitFor();
    await tab.page.locator("#code").fill(message.code);
    await tab.page.locator("#evidence").fill("photo-7.jpg");
    await tab.page.locator("#note").fill("4.92 m at 02:10");
    await tab.page.getByRole("button", { name: "Done" }).click();
    await tab.page.getByRole("heading", { name: "This is done" }).waitFor();
    await tab.page.reload(); /* sends nothing again */
    await tab.page.getByText("photo-7.jpg").waitFor();
    assert.equal(await tab.page.getByRole("button").count(), 0);
    tab.check();
    await tab.close();
    const { items } = await house.get<Ledger>(`/api/v1/items?incident=${id}`);
    const item = items.find((i) => i.name === "verify");
    assert.deepEqual(
        [item?.state, item?.note, item?.evidence],
        ["done", "4.92 m at 02:10", "photo-7.jpg"],
    );
});

/* Why: "no" without a reason is a telephone call at three in the morning. */
test("an item is rejected with a reason alone", async () => {
    const id = await house.trigger({ plan: "river", title: "gauge 8 over warning" });
    const message = (await toPhone("dept:water", id))[0] as Ringing;
    const tab = await openTab(house.base, new URL(message.answer_url).pathname, {
        locale: "zh-CN",
    });
    await tab.page.locator("#code").fill(message.code);
    await tab.page.getByRole("button", { name: "退回" }).click();
    await tab.page.getByRole("alert").filter({ hasText: "退回须填写理由" }).waitFor();
    await tab.page.locator("#code").fill(message.code);
    await tab.page.locator("#note").fill("8号站归水文局");
    await tab.page.getByRole("button", { name: "退回" }).click();
    await tab.page.getByRole("heading", { name: "此事项已了结" }).waitFor();
    await tab.page.getByText("8号站归水文局").waitFor();
    await tab.close(); /* the browser logs the refusal as an error: nothing to check */
});

/* Why: a question is answered by what is pressed, and the room sees who chose what. */
test("a question is answered by its buttons, and in the room for somebody", async () => {
    const id = await house.trigger({ plan: "roll", title: "roll call" });
    const message = await ringing("At your post?");
    const tab = await openTab(house.base, `${new URL(message.answer_url).pathname}?lang=en`);
    const code = tab.page.getByLabel("Code");
    await code.fill(message.code);
    await code.press("Enter"); /* presses nothing: nobody chooses by chance */
    await tab.page.getByText("You are being asked.").waitFor();
    await tab.page.getByRole("button", { name: "缺员" }).click();
    await tab.page.getByText("Until the question is over you may choose anew").waitFor();
    tab.check();
    await tab.close();

    const room = await openTab(house.base, `/#/i/${id}`);
    const chose = room.page.locator(".people li").filter({ hasText: "short of staff" });
    await chose.first().waitFor();
    await room.page.getByLabel("answer to the question").selectOption("present");
    const person = room.page.locator('form.answer select[name="as"]');
    await person.selectOption(
        (await chose.first().innerText()).includes("孙伟") ? "li.ming" : "sun.wei",
    );
    await room.page.getByRole("button", { name: "Accepts" }).click();
    await room.page.locator('[data-kind="tallied"]').first().waitFor();
    room.check();
    await room.close();
});

await finish();
