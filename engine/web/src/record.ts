/*
 * record - the timeline of one incident, as far as it is read, and read on as it grows.
 */
import { get, pathOf, type Problem, unreachable } from "./api";
import type { Happening, Timeline } from "./shapes";
import { Source } from "./source";

const PAGE_ROWS = 500;

/* Steps that only a reader of plans wants: what they lead to has a line of its own. */
const INNER = ["turn_dropped", "timer_fired", "notice_handed", "plan_retried"];

/* Is it an inner step? A turn is one unless the plan says something in it. */
export function isInner(e: Happening): boolean {
    if (e.kind === "turn") {
        const commands = (e.data["cmds"] ?? []) as { kind?: string }[];
        return !commands.some((c) => c.kind === "log");
    }
    /* the first rung's people are named by the messages to them */
    if (e.kind === "call_rung") return e.data["why"] === "start";
    return INNER.includes(e.kind);
}

export class IncidentRecord extends Source {
    events: Happening[] = []; /* oldest first */
    loaded = false;
    problem: Problem | null = null;

    private reading = false;
    private again = false;

    constructor(
        readonly incident: string,
        readonly language: string,
    ) {
        super();
    }

    /* All that is new. Asked again while it reads, it reads once more. */
    async readOn(): Promise<void> {
        this.again = true;
        if (this.reading) return;
        this.reading = true;
        try {
            while (this.again) {
                this.again = false;
                await this.readPages();
            }
            this.loaded = true;
            this.problem = null;
        } catch (why) {
            this.problem = unreachable(why);
        }
        this.reading = false;
        this.changed();
    }

    private async readPages(): Promise<void> {
        for (let next: string | null = ""; next !== null; ) {
            const query = new URLSearchParams({ limit: String(PAGE_ROWS), lang: this.language });
            const last = this.events[this.events.length - 1];
            if (last) query.set("after", last.id);
            const page: Timeline = await get(pathOf(this.incident, `/timeline?${query}`));
            this.events = [...this.events, ...page.events];
            next = page.next;
        }
    }
}
