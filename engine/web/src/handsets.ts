/*
 * handsets - the demo's phones as the daemon has them, one for each person.
 *
 * A person's endpoints (phone, desk) are one phone here. Whatever happens to a notice, a call or an
 * incident makes us read all phones again; events that come close together are one reading.
 */
import { get, type Problem, post, unreachable } from "./api";
import type { Happening, Message, Phone, PhoneList } from "./shapes";
import { Source } from "./source";

const GATHER_MS = 40;
const STAY_MS = 6_000; /* a phone keeps its place among the ringing ones after it was answered */

const CONCERNS = /^(notice|call|incident|answer)_/;

const LAST = { at: "~" } as Message; /* behind every time */

export interface Handset {
    person: string;
    name: string | null;
    words: string | null;
    messages: (Message & { endpoint: string })[]; /* newest first */
}

/* Does it want an answer, and not only to be read? */
export function isCall(m: Message): boolean {
    return m.type === "muster.call" && m.answer_url !== undefined;
}

/* Does it want something of its owner? */
export function isRinging(m: Message): boolean {
    return m.state === "ringing" || (m.state === "seen" && isCall(m));
}

/* Phones of one person become one. */
export function gather(phones: Phone[]): Handset[] {
    const found = new Map<string, Handset>();
    for (const p of phones) {
        const { person, name, endpoint } = p;
        const one = found.get(person) ?? { person, name, words: p.words ?? null, messages: [] };
        one.messages.push(...p.messages.map((m) => ({ ...m, endpoint })));
        found.set(person, one);
    }
    for (const one of found.values()) one.messages.sort((a, b) => (timeOf(a) < timeOf(b) ? 1 : -1));
    return [...found.values()];
}

function timeOf(m: Message): string {
    return m.at ?? "";
}

export class Handsets extends Source {
    all: Handset[] = [];
    loaded = false;
    absent = false; /* this daemon has no demo phones */
    problem: Problem | null = null;

    private marked = false;
    private readonly staying = new Map<string, number>(); /* person, until when */
    private readonly reported = new Set<string>(); /* messages, as seen */

    /* Those that are called first, then those with something to read, the longest waiting at the
     * front; then by name. */
    ordered(): Handset[] {
        const first = (h: Handset) => timeOf(h.messages.filter(isRinging).pop() ?? LAST);
        const rank = (h: Handset) => (this.isCalled(h) ? 0 : h.messages.some(isRinging) ? 1 : 2);
        return [...this.all].sort(
            (a, b) =>
                rank(a) - rank(b) ||
                first(a).localeCompare(first(b)) ||
                a.person.localeCompare(b.person),
        );
    }

    private isCalled(h: Handset): boolean {
        const stays = (this.staying.get(h.person) ?? 0) > Date.now();
        return stays || h.messages.some((m) => isCall(m) && isRinging(m));
    }

    ringing(): number {
        return this.all.filter((h) => h.messages.some(isRinging)).length;
    }

    /* Gives as_of. */
    async load(): Promise<string> {
        try {
            const list = await get<PhoneList>("/api/v1/phones");
            this.all = gather(list.phones);
            this.loaded = true;
            this.problem = null;
            return list.as_of;
        } catch (why) {
            this.problem = unreachable(why);
            this.absent = this.problem.status === 404;
            throw why;
        } finally {
            this.changed();
        }
    }

    happened(e: Happening): void {
        if (CONCERNS.test(e.kind)) this.refresh();
    }

    refresh(): void {
        if (this.marked) return;
        this.marked = true;
        setTimeout(() => {
            this.marked = false;
            this.load().catch(() => undefined);
        }, GATHER_MS);
    }

    /* Its owner looks at it. Said once; not worth a word when it cannot be said. */
    seen(m: Message): void {
        if (m.state !== "ringing" || this.reported.has(m.id)) return;
        this.reported.add(m.id);
        post(`/api/v1/phones/${encodeURIComponent(m.id)}/seen`, {})
            .catch(() => this.reported.delete(m.id))
            .finally(() => this.refresh());
    }

    /* Throws a Problem. */
    async answer(person: string, m: Message, decline: boolean): Promise<void> {
        /* only the path: its host may be another name of ours */
        const to = new URL(m.answer_url ?? "", location.href);
        this.staying.set(person, Date.now() + STAY_MS);
        await post(to.pathname, { code: m.code, decline: decline || undefined });
        this.refresh();
        setTimeout(() => this.changed(), STAY_MS);
    }
}
