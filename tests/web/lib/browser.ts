/*
 * browser - Debian's Chromium, driven; and what no page of ours may ever do.
 *
 * A page that logs an error, throws, breaks its own Content-Security-Policy, opens a dialog or asks
 * another host for anything fails the test that calls `page.check()`.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
    type Browser,
    type BrowserContextOptions,
    chromium,
    type Locator,
    type Page,
} from "playwright-core";
import { ROOT, SLOW } from "./house";
import { atEnd } from "./tap";

const CHROMIUM = "/usr/bin/chromium";
const FLAGS = [
    "--no-sandbox", /* tests run as root too, in containers without user namespaces */
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];
const WAIT_MS = 10_000 * SLOW;
const AXE = readFileSync(join(ROOT, "out/web/tests/node_modules/axe-core/axe.min.js"), "utf8");

let browser: Browser | null = null;

export interface Tab {
    page: Page;
    faults: string[];
    check(): void; /* throws when there were faults */
    close(): Promise<void>;
}

export interface Look {
    width?: number;
    height?: number;
    scheme?: "light" | "dark";
    locale?: "zh-CN" | "en-US";
    key?: string; /* who is looking; left out: somebody unknown */
}

async function theBrowser(): Promise<Browser> {
    if (browser) return browser;
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    atEnd(async () => browser?.close());
    return browser;
}

/* A tab on this address, as a fresh visitor sees it. */
export async function openTab(base: string, path: string, look: Look = {}): Promise<Tab> {
    const options: BrowserContextOptions = {
        viewport: { width: look.width ?? 1280, height: look.height ?? 900 },
        colorScheme: look.scheme ?? "light",
        locale: look.locale ?? "en-US",
        baseURL: base,
    };
    if (look.key) options.extraHTTPHeaders = { Authorization: `Bearer ${look.key}` };
    const context = await (await theBrowser()).newContext(options);
    const page = await context.newPage();
    const faults: string[] = [];
    page.setDefaultTimeout(WAIT_MS);
    page.on("pageerror", (e) => faults.push(`threw: ${e.message}`));
    page.on("dialog", (d) => {
        faults.push(`dialog: ${d.message()}`);
        void d.dismiss();
    });
    page.on("console", (m) => {
        if (!["error", "warning"].includes(m.type())) return;
        faults.push(`says: ${m.text()} ${m.location().url}`);
    });
    page.on("request", (r) => {
        if (!r.url().startsWith(base) && !r.url().startsWith("data:")) {
            faults.push(`asks ${r.url()}`);
        }
    });
    await page.goto(path);
    return {
        page,
        faults,
        check: () => assert.deepEqual(faults, []),
        close: async () => {
            /* what a test has put in the way of requests may be under way: its end is no fault */
            await page.unrouteAll({ behavior: "ignoreErrors" });
            await context.close();
        },
    };
}

interface AxeResult {
    id: string;
    help: string;
    nodes: { target: string[]; any: { message: string }[] }[];
}

/* What axe finds on a page; [] when nothing. */
export async function axeFindings(page: Page): Promise<string[]> {
    if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(AXE);
    const found = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as {
            axe: { run(on: Document): Promise<{ violations: AxeResult[] }> };
        };
        return (await axe.run(document)).violations;
    });
    return found.map((v) => {
        const at = v.nodes.map((n) => `${n.target.join(" ")}: ${n.any[0]?.message ?? ""}`);
        return `${v.id}: ${v.help} (${at.slice(0, 3).join("; ")})`;
    });
}

/* Until one of these places says it. */
export async function says(place: Locator, words: RegExp | string): Promise<void> {
    await place.filter({ hasText: words }).first().waitFor();
}

/* Until there is no such place: what goes, goes a moment after what was done. */
export async function none(place: Locator): Promise<void> {
    await place.first().waitFor({ state: "detached" });
}
