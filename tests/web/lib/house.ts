/*
 * house - the daemon as `make run` has it, on a port of its own, for tests of the pages.
 *
 *     const house = await openHouse();     // plans/, "quiet" that calls nobody, "roll", "river", …
 *     await house.post("/api/v1/incidents", { plan: "flood", title: "…" });
 *
 * It ends with the program (atEnd). Where the daemon listens it says itself, over its socket.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
    cpSync,
    existsSync,
    mkdtempSync,
    openSync,
    readFileSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atEnd } from "./tap";

export const ROOT = process.env["MUSTER_ROOT"] ?? process.cwd();
export const SLOW = Number(process.env["MUSTER_TEST_SLOW"] ?? 1);
const MUSTER = process.env["MUSTER"] ?? join(ROOT, "out", "muster");
const READY_MS = 20_000 * SLOW;
const AT_ONCE = 8; /* requests of withEach */

const QUIET = `
local plan = plan "quiet" { title = { zh = "静默", en = "Quiet" }, kind = "special",
    category = "natural", version = "1", owner = "dept:flood-office", ends = "resolved",
    on_resolved = "close", fallback = { { to = "duty:duty-room", within = "5m" } } }
function plan.respond(incident) log("quiet") end
return plan
`;

/* A plan that asks two people one question. */
const ROLL = `
local plan = plan "roll" { title = { zh = "点名", en = "Roll call" }, kind = "special",
    category = "natural", version = "1", owner = "dept:flood-office", ends = "resolved",
    on_resolved = "close", fallback = { { to = "duty:duty-room", within = "5m" } } }
function plan.respond(incident)
    ask { to = { "person:sun.wei", "person:li.ming" }, question = "At your post?", within = "1h",
        choices = { { zh = "在岗", en = "present" }, { zh = "缺员", en = "short of staff" } } }
end
return plan
`;

/* A plan with levels, for sun.wei to order, and measures; what nobody reports is soon stale. */
const RIVER = `
local plan = plan "river" { title = { zh = "河道", en = "River" }, kind = "special",
    category = "natural", version = "1", owner = "dept:flood-office",
    facts = {
        stage_m = { type = "number", unit = "m", per = "gauge",
            label = { zh = "水位", en = "stage" } },
        rain_mm = { type = "number", unit = "mm", stale_after = "1s",
            label = { zh = "雨量", en = "rain" } },
    },
    levels = {
        IV = { when = "stage_m >= warning_m", ordered_by = "post:web-leader", expected = "72h" },
        III = { when = "rain_mm >= 50", ordered_by = "post:web-leader", expected = "48h" },
        II = { when = "stage_m >= 5", ordered_by = "post:web-leader", expected = "24h" },
        I = { when = "stage_m >= 6", ordered_by = "post:web-leader", expected = "24h" },
    },
    principles = { { zh = "避险为先", en = "People first" } },
    ends_when = {
        { id = "falling", when = "stage_m < warning_m", hold = "24h",
            zh = "水位回落", en = "the water falls" },
        { id = "settled", confirm = "dept:flood-office", zh = "群众安置", en = "people settled" } },
    measures = {
        verify = { phase = "first", owner = "dept:water", due = "1s", urge = "1h",
            title = { zh = "核实水位", en = "Verify the stage" } },
        patrol = { phase = "IV", owner = "dept:water", due = "2h",
            title = { zh = "巡查堤防", en = "Patrol the dykes" } },
        close = { phase = "IV", owner = "dept:urban", due = "30m", after = { "patrol" },
            title = { zh = "关闭下穿", en = "Close the underpass" } },
        move = { phase = "III", owner = "dept:urban", due = "4h",
            title = { zh = "转移群众", en = "Move people" } },
    },
    fallback = { { to = "duty:duty-room", within = "5m" } } }
function plan.respond(incident) log("river") end
return plan
`;
/* What goes upwards, is stated, and belongs together; its initial report is late at once. */
const DIKE = `
local plan = plan "dike" { title = { zh = "堤防", en = "Dike" }, kind = "special",
    category = "natural", version = "1", owner = "dept:flood-office",
    facts = { stage_m = { type = "number", unit = "m", per = "gauge" } },
    levels = { IV = { ordered_by = "post:web-leader", expected = "72h" } },
    reports = {
        initial = { by = "duty:duty-room", sign = "post:web-leader", to = "dept:water",
            from = "received", phone = "1s", due = "1s" },
        update = { by = "duty:duty-room", sign = "post:web-leader", to = "dept:water",
            due = "1h", zero = true } },
    fallback = { { to = "duty:duty-room", within = "5m" } } }
function plan.respond(incident)
    publish { category = { zh = "暴雨", en = "Rainstorm" }, level = "orange", from = "10:00",
        area = { zh = "城东区", en = "Chengdong" }, matters = { zh = "积水", en = "Ponding" },
        advice = { zh = "勿入下穿", en = "Keep out" }, issuer = "防汛办" }
    propose { action = "declare", what = { zh = "紧急防汛期", en = "emergency flood period" },
        reason = { zh = "达保证水位", en = "guarantee stage" }, within = "30m", wait = false }
    child { plan = "quiet", key = "east", title = "side arm" }
    assign("logistics", "person:li.ming", { within = "30m" })
end
return plan
`;
const LEADER = `["web-leader"] = { title = "演练指挥", holder = "person:sun.wei" },`;
const ORDERS = `"declare", "publish", "issue", "merge", "split"`;
const MAY_ORDER = `["post:web-leader"] = { river = { "IV", "III", "II", "I", "terminate" },
    dike = { "IV", "terminate", ${ORDERS} } },`;

/* Of a site that may have these tables or not. */
function withLeader(site: string): string {
    const into = (text: string, table: string, line: string) => {
        const begin = `    ${table} = {`;
        return text.includes(begin)
            ? text.replace(begin, `${begin} ${line}`)
            : text.replace("return site {", `return site { ${table} = { ${line} },`);
    };
    return into(into(site, "posts", LEADER), "may_order", MAY_ORDER);
}

export class House {
    base = "";
    readonly data: string;
    readonly folder: string;
    private child: ChildProcess | null = null;

    /* demo: whoever comes may read, trigger and answer. */
    constructor(private readonly demo: boolean) {
        this.folder = mkdtempSync(join(tmpdir(), "muster-web-"));
        this.data = join(this.folder, "run");
        cpSync(join(ROOT, "plans"), join(this.folder, "plans"), { recursive: true });
        const plans = join(this.folder, "plans");
        writeFileSync(join(plans, "quiet.lua"), QUIET);
        writeFileSync(join(plans, "roll.lua"), ROLL);
        writeFileSync(join(plans, "river.lua"), RIVER);
        writeFileSync(join(plans, "dike.lua"), DIKE);
        const site = join(plans, "site.lua");
        writeFileSync(site, withLeader(readFileSync(site, "utf8")));
    }

    /* On the same port after a stop, else on any. */
    async start(): Promise<void> {
        const listen = this.base || "http://127.0.0.1:0";
        const log = openSync(join(this.folder, "log"), "a");
        const words = ["serve", "--plans", join(this.folder, "plans"), "--data", this.data];
        if (this.demo) words.push("--demo");
        this.child = spawn(MUSTER, [...words, "--listen", listen], {
            stdio: ["ignore", log, log],
        });
        this.base = await this.address();
    }

    async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
        const child = this.child;
        this.child = null;
        if (!child || child.exitCode !== null) return;
        child.kill(signal);
        await once(child, "exit");
    }

    /* One line to the daemon's socket, as its owner. */
    async ask(line: object): Promise<Record<string, unknown>> {
        const socket = connect(join(this.data, "muster.sock"));
        socket.write(`${JSON.stringify(line)}\n`);
        let reply = "";
        for await (const piece of socket.setEncoding("utf8")) {
            reply += piece;
            if (reply.endsWith("\n")) break;
        }
        socket.destroy();
        return JSON.parse(reply) as Record<string, unknown>;
    }

    private async address(): Promise<string> {
        const until = Date.now() + READY_MS;
        while (Date.now() < until) {
            if (this.child?.exitCode != null) break;
            const reply = await this.ask({ op: "ping" }).catch(() => null);
            const listeners = (reply?.["listeners"] ?? []) as { kind: string; address: string }[];
            const http = listeners.find((l) => l.kind === "http");
            if (http) return `http://${http.address}`;
            await new Promise((done) => setTimeout(done, 20));
        }
        throw new Error(`the daemon does not listen for HTTP:\n${this.log()}`);
    }

    log(): string {
        const path = join(this.folder, "log");
        return existsSync(path) ? readFileSync(path, "utf8").slice(-4_000) : "";
    }

    async get<T>(path: string): Promise<T> {
        const response = await fetch(this.base + path);
        if (!response.ok) throw new Error(`GET ${path}: ${await response.text()}`);
        return (await response.json()) as T;
    }

    /* key  who asks; left out: somebody unknown */
    async post<T = Record<string, unknown>>(path: string, body: object, key = ""): Promise<T> {
        const headers: Record<string, string> = { "Content-Type": "application/json" };
        if (key) headers["Authorization"] = `Bearer ${key}`;
        const response = await fetch(this.base + path, {
            method: "POST",
            headers,
            body: JSON.stringify(body),
        });
        if (!response.ok) throw new Error(`POST ${path}: ${await response.text()}`);
        return (await response.json()) as T;
    }

    /* Gives the incident's id. */
    async trigger(body: object): Promise<string> {
        return (await this.post<{ incident: string }>("/api/v1/incidents", body)).incident;
    }
}

/* Do it with each of them, a few at a time; what comes of it, in their order. */
export async function withEach<T, R>(all: T[], act: (one: T) => Promise<R>): Promise<R[]> {
    const found: R[] = [];
    let next = 0;
    const worker = async () => {
        while (next < all.length) {
            const n = next++;
            found[n] = await act(all[n] as T);
        }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return found;
}

export async function openHouse(demo = true): Promise<House> {
    const house = new House(demo);
    const close = async () => {
        await house.stop();
        rmSync(house.folder, { recursive: true, force: true });
    };
    try {
        await house.start();
    } catch (why) {
        await close();
        throw why;
    }
    atEnd(close);
    return house;
}
