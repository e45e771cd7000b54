/*
 * listing - a list of one incident (its items, its reports), read whole each time it has changed.
 */
import { useEffect, useState } from "preact/hooks";
import { get, type Problem, unreachable } from "./api";
import { Source, useSource } from "./source";

const SHOWN = 500;

interface Page {
    next: string | null;
}

export class Listing<T> extends Source {
    all: T[] = [];
    more = false; /* there are more than are shown */
    problem: Problem | null = null; /* of the last reading */

    private reading = false;
    private again = false;

    constructor(
        private readonly of: "items" | "reports",
        readonly incident: string,
        private readonly inOrder: (all: T[]) => T[],
    ) {
        super();
    }

    /* Asked again while it reads, it reads once more. */
    async read(): Promise<void> {
        this.again = true;
        if (this.reading) return;
        this.reading = true;
        try {
            while (this.again) {
                this.again = false;
                await this.readAll();
            }
            this.problem = null;
        } catch (why) {
            this.problem = unreachable(why);
        }
        this.reading = false;
        this.changed();
    }

    private async page(limit: number, cursor: string | null): Promise<[T[], string | null]> {
        const query = new URLSearchParams({ incident: this.incident, limit: String(limit) });
        if (cursor) query.set("cursor", cursor);
        const page = await get<Page & Record<string, T[]>>(`/api/v1/${this.of}?${query}`);
        return [page[this.of] ?? [], page.next];
    }

    /* The daemon ends a page early when it is slow or long: one page may not be all. */
    private async readAll(): Promise<void> {
        const all: T[] = [];
        let next: string | null = null;
        do {
            const [some, after]: [T[], string | null] = await this.page(SHOWN - all.length, next);
            all.push(...some);
            next = after;
        } while (next && all.length < SHOWN);
        this.all = this.inOrder(all);
        this.more = next !== null;
    }
}

/* turn  another one: something happened to it. */
export function useListing<T>(
    make: (incident: string) => Listing<T>,
    incident: string,
    turn: number,
): Listing<T> {
    const [listing, set] = useState(() => make(incident));
    useSource(listing);
    useEffect(() => {
        if (listing.incident !== incident) set(make(incident));
    }, [incident]);
    useEffect(() => void listing.read(), [listing, turn]);
    return listing;
}
