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

/* Where a phone stands among the ringing ones, and until when, though it rings no more. */
interface Place {
    first: string;
    until: number;
}

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

/* When the first of them came. */
function oldest(newestFirst: Message[]): string {
    const [last] = newestFirst.slice(-1);
    return last ? timeOf(last) : "";
}

export class Handsets extends Source {
    all: Handset[] = [];
    loaded = false;
    absent = false; /* this daemon has no demo phones */
    problem: Problem | null = null;

    private marked = false;
    private readonly staying = new Map<string, Place>(); /* by person */
    private readonly reported = new Set<string>(); /* messages, as seen */

    /* Those that are called first, then those with something to read, the longest waiting at the
     * front; then by name. */
    ordered(): Handset[] {
        const ranks = new Map(this.all.map((h) => [h, this.rank(h)]));
        const rank = (h: Handset) => ranks.get(h) ?? "";
        return [...this.all].sort(
            (a, b) => rank(a).localeCompare(rank(b)) || a.person.localeCompare(b.person),
        );
    }

    private rank(h: Handset): string {
        const rings = h.messages.filter(isRinging);
        const place = this.placeOf(h);
        if (place) return `0${place.first}`;
        if (rings.some(isCall)) return `0${oldest(rings)}`;
        return rings.length ? `1${oldest(rings)}` : "2";
    }

    private placeOf(h: Handset): Place | undefined {
        const place = this.staying.get(h.person);
        return place && place.until > Date.now() ? place : undefined;
    }

    ringing(): number {
        return this.all.filter((h) => h.messages.some(isRinging)).length;
    }

    /* What the messages say of an incident. */
    incident(id: string): Message["incident"] {
        const messages = this.all.flatMap((h) => h.messages);
        return messages.find((m) => m.incident?.id === id)?.incident;
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
        this.keepPlace(person);
        await post(to.pathname, { code: m.code, decline: decline || undefined });
        this.refresh();
    }

    private keepPlace(person: string): void {
        const h = this.all.find((one) => one.person === person);
        if (!h) return;
        const first = this.placeOf(h)?.first ?? oldest(h.messages.filter(isRinging));
        this.staying.set(person, { first, until: Date.now() + STAY_MS });
        setTimeout(() => this.changed(), STAY_MS);
    }
}
