/*
 * incidents - the incidents that the command room shows.
 *
 * The core alone decides what an event means. So an event of an incident makes us read that
 * incident again, not change it; events that come close together cost one reading (of the list,
 * when they are of many incidents).
 */
import { get, pathOf, type Problem, unreachable } from "./api";
import type { Happening, Incident, IncidentList, State, Timeline } from "./shapes";
import { Source } from "./source";

const OPEN_STATES: State[] = ["open", "awaiting_order", "active", "recovering"];
const CLOSED_STATES: State[] = ["closed", "merged"];
const OPEN_SHOWN = 200;
const CLOSED_PAGE = 50;
const GATHER_MS = 40; /* events this close together are one reading */
const SINGLY_MAX = 20; /* more incidents than this at once: the list is read */
const LIST_PAUSE_MS = 1_000; /* at least, from one reading of the list to the next */
const CLOSED_KEPT = 1_000; /* of those that were shown */
const ANSWERS_SHOWN = 40; /* incidents whose first answer is looked up at a start */
const ANSWER_ROWS = 100; /* where the first answer is looked for */

export interface Answer {
    name: string;
    at: string;
}

export function isOver(incident: Incident): boolean {
    return CLOSED_STATES.includes(incident.state);
}

/* Is something happening? The upkeep of plans never ends, and is no emergency. */
export function isRunning(incident: Incident): boolean {
    return !isOver(incident) && incident.state !== "upkeep";
}

/* Does somebody have to order, and has not done so in time? */
export function awaitsOrder(i: Incident): boolean {
    const late = i.proposals.some((p) => p.state === "awaiting_order");
    return i.state === "awaiting_order" || (late && !isOver(i));
}

/* Does it change the ledger? A purge takes the titles. */
function isOfItems(e: Happening): boolean {
    return /^(items?|split|merged)(_|$)/.test(e.kind) || e.kind === "purged";
}

/* Does it change reports? What is proved of their messages stands with them. */
function isOfReports(e: Happening): boolean {
    return /^(report|notice)_/.test(e.kind) || e.kind === "purged";
}

function listPath(states: State[], limit: number, cursor: string | null = null): string {
    const query = new URLSearchParams({ state: states.join(","), limit: String(limit) });
    if (cursor) query.set("cursor", cursor);
    return `/api/v1/incidents?${query}`;
}

/* The open ones that are shown. The daemon ends a page early when it is slow or long, so that one
 * page may not be all; as_of is that of the first: what happens meanwhile is told again. */
async function openList(): Promise<IncidentList> {
    const list = await get<IncidentList>(listPath(OPEN_STATES, OPEN_SHOWN));
    while (list.next && list.incidents.length < OPEN_SHOWN) {
        const left = OPEN_SHOWN - list.incidents.length;
        const more = await get<IncidentList>(listPath(OPEN_STATES, left, list.next));
        list.incidents.push(...more.incidents);
        list.next = more.next;
    }
    return list;
}

/* Who gave an answer, out of its event. */
function answerOf(e: Happening): Answer {
    const ev = e.data["ev"] as { name?: string } | undefined;
    const by = e.data["by"] as string | undefined;
    return { name: ev?.name ?? by ?? e.actor?.id ?? "?", at: e.at };
}

export class Incidents extends Source {
    all = new Map<string, Incident>();
    answers = new Map<string, Answer>(); /* the first of each incident */
    moreOpen = false; /* there are more open ones than are shown */
    closedNext: string | null = null;
    closedShown = false;
    loaded = false;
    missing = new Set<string>(); /* asked for, and not there */
    problem: Problem | null = null; /* of the last reading */
    /* another one: the items, the reports of who is looked at must be read again */
    turns = { items: 0, reports: 0 };

    private readonly titles = new Map<string, string>(); /* of those that are not in `all` */
    private readonly marked = new Set<string>();
    private reading = false;
    private readonly looking = new Set<string>();
    private wanted = "";

    /* The open ones: those in trouble first, then those that wait for an order, then the newest; a
     * drill never above the real. */
    open(): Incident[] {
        const calm = (i: Incident) => (i.health !== "ok" ? 0 : awaitsOrder(i) ? 1 : 2);
        const rank = (i: Incident) => (i.drill ? 3 : 0) + calm(i);
        return [...this.all.values()]
            .filter(isRunning)
            .sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? 1 : -1));
    }

    closed(): Incident[] {
        const at = (i: Incident) => i.closed_at ?? i.opened_at;
        return [...this.all.values()].filter(isOver).sort((a, b) => (at(a) < at(b) ? 1 : -1));
    }

    /* All that is shown. Gives as_of. */
    async load(): Promise<string> {
        const list = await openList();
        const kept = [...this.all.values()].filter(isOver);
        const found = list.incidents.map((i) => i.id);
        this.all = new Map([...kept, ...list.incidents].map((i) => [i.id, i]));
        this.moreOpen = list.next !== null;
        this.loaded = true;
        this.turns.items++;
        this.turns.reports++;
        this.problem = null;
        this.changed();
        if (this.closedShown) void this.loadClosed();
        void this.lookForAnswers(found.slice(0, ANSWERS_SHOWN));
        return list.as_of;
    }

    /* The next page of closed ones; the first when none is shown. */
    async loadClosed(next: string | null = null): Promise<void> {
        this.closedShown = true;
        try {
            const list = await get<IncidentList>(listPath(CLOSED_STATES, CLOSED_PAGE, next));
            for (const i of list.incidents) this.all.set(i.id, i);
            this.closedNext = list.next;
        } catch (why) {
            this.problem = unreachable(why);
        }
        this.changed();
    }

    /* Somebody looks at it, be it old or unknown to the list. */
    want(id: string): void {
        this.wanted = id;
        if (!this.all.has(id)) this.refresh(id);
    }

    /* What an incident is called, be it old or unknown to the list; "": not known, or not yet. */
    titleOf(id: string): string {
        const known = this.all.get(id)?.title ?? this.titles.get(id);
        if (known === undefined) void this.learnTitle(id);
        return known ?? "";
    }

    private async learnTitle(id: string): Promise<void> {
        this.titles.set(id, ""); /* asked for once */
        const incident = await get<Incident>(pathOf(id)).catch(() => null);
        if (incident?.title) this.titles.set(id, incident.title);
        this.changed();
    }

    /* A wall screen stays for months: what is over and not shown is not kept. */
    private forget(): void {
        const kept = this.closedShown ? CLOSED_KEPT : 0;
        for (const { id } of this.closed().slice(kept)) if (id !== this.wanted) this.all.delete(id);
        for (const id of this.answers.keys()) if (!this.all.has(id)) this.answers.delete(id);
    }

    /* Something happened to an incident. */
    happened(e: Happening): void {
        if (!e.incident) return;
        if (e.kind === "call_answered" && !this.answers.has(e.incident)) {
            this.answers.set(e.incident, answerOf(e));
        }
        if (e.incident === this.wanted && isOfItems(e)) this.turns.items++;
        if (e.incident === this.wanted && isOfReports(e)) this.turns.reports++;
        this.refresh(e.incident);
    }

    /* Read it again, soon. */
    refresh(id: string): void {
        this.marked.add(id);
        if (this.reading) return;
        this.reading = true;
        setTimeout(() => void this.readMarked(), GATHER_MS);
    }

    private async readMarked(): Promise<void> {
        const ids = [...this.marked];
        this.marked.clear();
        try {
            if (ids.length > SINGLY_MAX) await this.readMany();
            else await Promise.all(ids.map((id) => this.read(id)));
            this.problem = null;
        } catch (why) {
            this.problem = unreachable(why);
        }
        this.forget();
        this.changed();
        this.reading = false;
        const [more] = this.marked;
        if (more) this.refresh(more);
    }

    private async readMany(): Promise<void> {
        await this.load();
        await new Promise((done) => setTimeout(done, LIST_PAUSE_MS));
    }

    /* One incident, into the list. One that is not there (any more) leaves it. */
    private async read(id: string): Promise<void> {
        try {
            const incident = await get<Incident>(pathOf(id));
            this.all.set(id, incident); /* `all` may be another map by now: see load */
        } catch (why) {
            if (unreachable(why).status !== 404) throw why;
            this.all.delete(id);
            this.missing.add(id);
        }
    }

    /* Who answered first, for incidents that were there before we were. One after the other: it
     * must not be in the way of what is shown. */
    private async lookForAnswers(ids: string[]): Promise<void> {
        for (const id of ids.filter((i) => !this.answers.has(i) && !this.looking.has(i))) {
            this.looking.add(id);
            const path = pathOf(id, `/timeline?limit=${ANSWER_ROWS}`);
            const timeline = await get<Timeline>(path).catch(() => null);
            const first = timeline?.events.find((e) => e.kind === "call_answered");
            if (first) this.answers.set(id, answerOf(first));
            if (first) this.changed();
            if (!timeline) this.looking.delete(id);
        }
    }
}
