/*
 * ledger - the items of one incident, who has to do what by when.
 */
import { Listing } from "./listing";
import type { Item } from "./shapes";

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
    const reply = item.kind === "request" ? ["reply"] : [];
    const more = [...reply, "supervise", ...undo];
    switch (item.state) {
        case "issued":
            return [...decide, "receive", "arrive", "done", ...more];
        case "received":
            return [...decide, "arrive", "done", ...more];
        case "arrived":
            return [...decide, "done", ...more];
        case "done":
            return ["strike", ...reply, "return"];
        case "rejected":
            return ["return", "lift"];
        default:
            return [];
    }
}

export type Ledger = Listing<Item>;

export function ledgerOf(incident: string): Ledger {
    return new Listing("items", incident, inOrder);
}
