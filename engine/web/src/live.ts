/*
 * live - the state of the daemon, read once, then followed by its events without a gap.
 *
 *     CONNECTING --load, stream answers--> LIVE --stream ends, or 20 s without a byte--> LOST
 *     LOST --load where needed, stream answers--> LIVE
 *     CONNECTING, LOST --401 or 403--> DENIED --somebody comes back to the page--> LOST
 *
 * `load` reads everything that the page shows and gives its as_of; the stream begins behind that.
 * After a loss the stream goes on behind the last event seen; "reset" says that this cannot be
 * done, and everything is loaded anew.
 *
 * The daemon sends a heartbeat at least every 15 s. A page that hears nothing for longer is not
 * live and says so: nothing is worse than an old picture that looks like the present.
 */
import { Problem, problemOf, unreachable } from "./api";
import type { Happening } from "./shapes";
import { Source } from "./source";
import { StreamReader, type Message } from "./stream";

const SILENCE_MS = 20_000;
const LOOK_MS = 1_000;
const RETRY_MS = [200, 500, 1_000, 2_000, 5_000];

export type LiveState = "connecting" | "live" | "lost" | "denied";

export interface LiveReader {
    load(): Promise<string>; /* gives as_of */
    happened(e: Happening): void;
}

export class Live extends Source {
    state: LiveState = "connecting";
    heardAt = Date.now(); /* by the clock of this machine */
    asOf = "";
    problem: Problem | null = null; /* of the last attempt */

    private failures = 0;
    private renewing = false;
    private stop = new AbortController();
    private wake: () => void = () => {};

    constructor(
        private readonly reader: LiveReader,
        private readonly language: () => string,
    ) {
        super();
    }

    /* Follow for as long as the page is there. */
    start(): void {
        setInterval(() => this.look(), LOOK_MS);
        for (const name of ["online", "pageshow", "focus"]) {
            addEventListener(name, () => this.hurry());
        }
        void this.run();
    }

    private enter(state: LiveState): void {
        this.state = state;
        this.changed();
    }

    private heard(): void {
        this.heardAt = Date.now();
    }

    /* Follow in the language that is chosen now. */
    renew(): void {
        if (this.state !== "live") return;
        this.renewing = true;
        this.stop.abort();
    }

    /* Is the line dead without having said so? */
    private look(): void {
        const silent = Date.now() - this.heardAt > SILENCE_MS;
        if (this.state === "live" && silent) this.stop.abort();
    }

    /* Somebody looks at the page, or the network is back. */
    private hurry(): void {
        this.look();
        this.wake();
        if (this.state === "denied") void this.run(); /* they may have signed in elsewhere */
    }

    private async run(): Promise<void> {
        this.enter(this.state === "denied" ? "lost" : this.state);
        while (this.state !== "denied") {
            try {
                if (!this.asOf) this.asOf = await this.reader.load();
                await this.follow();
            } catch (why) {
                this.problem = unreachable(why);
            }
            const status = this.problem?.status;
            if (status === 401 || status === 403) this.enter("denied");
            else if (!this.renewing) await this.pause();
            this.renewing = false;
        }
    }

    private async pause(): Promise<void> {
        const wait = RETRY_MS[Math.min(this.failures++, RETRY_MS.length - 1)] ?? 0;
        this.enter("lost");
        await new Promise<void>((done) => {
            this.wake = done;
            setTimeout(done, wait * (0.8 + 0.4 * Math.random()));
        });
    }

    private async open(): Promise<ReadableStreamDefaultReader<Uint8Array>> {
        this.stop = new AbortController();
        const slow = setTimeout(() => this.stop.abort(), SILENCE_MS);
        try {
            const response = await fetch(`/api/v1/events?lang=${this.language()}`, {
                headers: { Accept: "text/event-stream", "Last-Event-ID": this.asOf },
                cache: "no-store",
                signal: this.stop.signal,
            });
            if (response.ok && response.body) return response.body.getReader();
            throw problemOf(response.status, await response.json().catch(() => null));
        } finally {
            clearTimeout(slow);
        }
    }

    private async follow(): Promise<void> {
        const body = await this.open();
        const decoder = new TextDecoder();
        const stream = new StreamReader();
        this.heard();
        this.failures = 0;
        this.problem = null;
        this.enter("live");
        for (;;) {
            const { done, value } = await body.read();
            if (done) return;
            this.heard();
            for (const m of stream.feed(decoder.decode(value, { stream: true }))) {
                await this.take(m);
            }
        }
    }

    private async take(m: Message): Promise<void> {
        if (m.kind === "reset") {
            this.asOf = ""; /* should the loading fail, the next attempt does it */
            this.asOf = await this.reader.load();
        } else if (m.kind !== "hello") {
            this.reader.happened(JSON.parse(m.data) as Happening);
        }
        if (m.id) this.asOf = m.id;
        this.changed();
    }
}
