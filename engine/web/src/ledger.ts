/*
 * ledger - the items of one incident, read whole each time: who has to do what by when.
 */
import { useEffect, useState } from "preact/hooks";
import { get, type Problem, unreachable } from "./api";
import type { Incident, Item, ItemList } from "./shapes";
import { Source, useSource } from "./source";

const ITEMS_SHOWN = 500;
const OPEN_STATES = ["issued", "received", "arrived"];

export function isOpen(item: Item): boolean {
    return OPEN_STATES.includes(item.state);
}

/* The open ones first, those overdue before all; then by the time they are due, none last. */
export function inOrder(items: Item[]): Item[] {
    const rank = (i: Item) => (isOpen(i) ? (i.overdue ? 0 : 1) : 2);
    const key = (i: Item) => `${rank(i)} ${i.due_at ?? "none"} ${i.id}`;
    return [...items].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/* What may be done to an item in its state, the next step first; as the core has it. */
export function actionsOf(item: Item): string[] {
    const decide = item.put ? ["keep", "lift"] : [];
    const undo = item.put ? ["reject"] : ["reject", "lift"];
    switch (item.state) {
        case "issued":
            return [...decide, "receive", "arrive", "done", ...undo];
        case "received":
            return [...decide, "arrive", "done", ...undo];
        case "arrived":
            return [...decide, "done", ...undo];
        case "done":
            return ["strike"];
        default:
            return [];
    }
}

export class Ledger extends Source {
    items: Item[] = [];
    more = false; /* there are more than are shown */
    problem: Problem | null = null; /* of the last reading */

    private reading = false;
    private again = false;

    constructor(readonly incident: string) {
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

    private async page(limit: number, cursor: string | null): Promise<ItemList> {
        const query = new URLSearchParams({ incident: this.incident, limit: String(limit) });
        if (cursor) query.set("cursor", cursor);
        return get<ItemList>(`/api/v1/items?${query}`);
    }

    /* The daemon ends a page early when it is slow or long: one page may not be all. */
    private async readAll(): Promise<void> {
        const items: Item[] = [];
        let next: string | null = null;
        do {
            const list: ItemList = await this.page(ITEMS_SHOWN - items.length, next);
            items.push(...list.items);
            next = list.next;
        } while (next && items.length < ITEMS_SHOWN);
        this.items = inOrder(items);
        this.more = next !== null;
    }
}

/* turn  another one: something happened to the items. */
export function useLedger(incident: Incident, turn: number): Ledger {
    const [ledger, set] = useState(() => new Ledger(incident.id));
    useSource(ledger);
    useEffect(() => {
        if (ledger.incident !== incident.id) set(new Ledger(incident.id));
    }, [incident.id]);
    useEffect(() => void ledger.read(), [ledger, turn]);
    return ledger;
}
