/*
 * tap - the results of a test program: "ok N - sentence", "not ok N - sentence", and the plan.
 *
 *     test("a wall screen shows an incident as it comes in", async () => { … });
 *     await finish();
 *
 * Tests run in the order in which they stand. One that throws has failed; the next one runs.
 */

interface Test {
    sentence: string;
    body: () => Promise<void> | void;
}

const tests: Test[] = [];
const last: (() => Promise<void>)[] = [];

export function test(sentence: string, body: () => Promise<void> | void): void {
    tests.push({ sentence, body });
}

/* Run this when all is done, whatever came of it; the latest named first. */
export function atEnd(body: () => Promise<void>): void {
    last.unshift(body);
}

function comment(why: unknown): string {
    const text = why instanceof Error ? (why.stack ?? why.message) : String(why);
    return text.replace(/^/gm, "# ");
}

/* Of one step. Gives whether it went well. */
async function went(body: () => Promise<void> | void): Promise<boolean> {
    try {
        await body();
        return true;
    } catch (why) {
        console.log(comment(why));
        return false;
    }
}

export async function finish(): Promise<void> {
    let failed = 0;
    for (const [n, { sentence, body }] of tests.entries()) {
        const began = Date.now();
        const good = await went(body);
        console.log(`${good ? "ok" : "not ok"} ${n + 1} - ${sentence}`);
        console.log(`# ${Date.now() - began} ms`);
        if (!good) failed++;
    }
    for (const body of last) if (!(await went(body))) failed++;
    console.log(`1..${tests.length}`);
    process.exitCode = failed ? 1 : 0;
}
