/*
 * Signatures of the channel webhook, as a receiver checks them who took the public library for it:
 * standardwebhooks of npm.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Duplex } from "node:stream";
import { Webhook } from "standardwebhooks";
import { ROOT } from "./lib/house";
import { atEnd, finish, test } from "./lib/tap";

const DRIVERS = join(process.env["MUSTER_OUT"] ?? join(ROOT, "out"), "tests", "driver");
const KEY = `whsec_${Buffer.from("key-of-32-bytes-0000000000000000").toString("base64")}`;
const NEW_KEY = `whsec_${Buffer.from("key-of-32-bytes-new-000000000000").toString("base64")}`;

interface Got {
    body: string;
    headers: Record<string, string>;
}

/* ---- what renders, what sends, what receives ---- */

const channel = spawn(join(DRIVERS, "channel"), { stdio: ["pipe", "pipe", "inherit"] });
const frames = createInterface({ input: channel.stdout })[Symbol.asyncIterator]();

async function frameOf(name: string, text: string): Promise<object> {
    const vars = { type: "muster.call", text, mark: "", incident: { id: "0198", title: text } };
    channel.stdin.write(`${JSON.stringify({ channel: name, vars })}\n`);
    return JSON.parse((await frames.next()).value as string) as object;
}

const courier = spawn(join(DRIVERS, "courier"), ["run", "3"], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
});
const link = courier.stdio[3] as Duplex;

function send(frame: object): void {
    const bytes = Buffer.from(JSON.stringify(frame));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    link.write(Buffer.concat([length, bytes]));
}

link.resume(); /* what the results say, live/channels.py looks at */

const secrets = mkdtempSync(join(tmpdir(), "muster-signatures-"));
const arrived: Got[] = [];
const waiting: ((got: Got) => void)[] = [];

function take(request: IncomingMessage, body: string): void {
    const got = { body, headers: request.headers as Record<string, string> };
    const first = waiting.shift();
    if (first) first(got);
    else arrived.push(got);
}

const server = createServer((request, reply) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (piece: string) => (body += piece));
    request.on("end", () => {
        take(request, body);
        reply.writeHead(204).end();
    });
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const port = (server.address() as AddressInfo).port;

atEnd(async () => {
    server.close();
    server.closeAllConnections();
    channel.stdin.end();
    link.end();
    await Promise.all([once(courier, "exit"), once(channel, "exit")]);
    rmSync(secrets, { recursive: true });
});

function keys(...all: string[]): void {
    const lines = all.map((key) => `key=${key}\n`).join("");
    writeFileSync(join(secrets, "hook"), `url=http://127.0.0.1:${port}/\n${lines}`);
}

keys(KEY);
send({ op: "hello", gen: 1, secrets });
let id = 0;

/* What arrives of one message. */
async function sent(name: string, text: string, notice = `0198f2c4-${id + 1}`): Promise<Got> {
    const frame = await frameOf(name, text);
    const allow = ["127.0.0.0/8"];
    send({ ...frame, id: ++id, notice, endpoint: "hook", secret: "hook", allow });
    return arrived.shift() ?? (await new Promise<Got>((done) => waiting.push(done)));
}

/* ---- what the library says ---- */

for (const name of ["webhook", "cloudevents", "demo"]) {
    test(`${name}: the public library takes the signature, whatever the text is`, async () => {
        for (const text of ["水位超警戒", "a.b\\n\"'", "😀\u2028 {text}", "x".repeat(30_000)]) {
            const got = await sent(name, text);
            const body = new Webhook(KEY).verify(got.body, got.headers) as { type: string };
            assert.equal(body.type, "muster.call");
        }
    });
}

test("another key, another body, another id and another time are refused by it", async () => {
    const got = await sent("webhook", "水位超警戒");
    const later = String(Number(got.headers["webhook-timestamp"]) + 1);
    const tampered: [Webhook, Got][] = [
        [new Webhook(NEW_KEY), got],
        [new Webhook(KEY), { ...got, body: got.body.replace("超警戒", "正常") }],
        [new Webhook(KEY), { ...got, headers: { ...got.headers, "webhook-id": "0198f2c4-0" } }],
        [new Webhook(KEY), { ...got, headers: { ...got.headers, "webhook-timestamp": later } }],
    ];
    for (const [hook, { body, headers }] of tampered)
        assert.throws(() => hook.verify(body, headers), /No matching signature/);
});

/* Why: a key is changed at one end first. */
test("while a key is changed the library takes it with either", async () => {
    keys(NEW_KEY, KEY);
    const got = await sent("webhook", "水位超警戒");
    for (const key of [KEY, NEW_KEY]) new Webhook(key).verify(got.body, got.headers);
});

test("a second attempt has the same id, and is taken as well", async () => {
    const first = await sent("webhook", "水位超警戒", "0198f2c4-again");
    const second = await sent("webhook", "水位超警戒", "0198f2c4-again");
    assert.equal(first.headers["webhook-id"], second.headers["webhook-id"]);
    assert.equal(first.body, second.body);
    new Webhook(NEW_KEY).verify(second.body, second.headers);
});

await finish();
