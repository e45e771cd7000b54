/*
 * reporting - the reports of one incident: their names, their order, what may be done to each.
 */
import { Listing } from "./listing";
import type { Report } from "./shapes";
import { sayName } from "./words";

export type Reports = Listing<Report>;

/* Does somebody still have to do something about it? */
export function isDue(r: Report): boolean {
    return r.state !== "sent" && !r.missed;
}

/* Was nothing said by telephone, though it was to be by then? */
export function phoneLate(r: Report, now: number): boolean {
    return !r.phoned_at && !r.sent_at && !!r.phone_due_at && Date.parse(r.phone_due_at) < now;
}

/* What is late first, then what is due soonest; what is missed; what was sent, newest first. */
export function reportsInOrder(reports: Report[]): Report[] {
    const rank = (r: Report) => (isDue(r) ? (r.overdue ? 0 : 1) : r.missed && !r.sent_at ? 2 : 3);
    const due = (r: Report) => r.due_at ?? "none";
    return [...reports].sort((a, b) => {
        if (rank(a) !== rank(b)) return rank(a) - rank(b);
        if (rank(a) > 1) return a.opened_at < b.opened_at ? 1 : -1;
        return due(a) === due(b) ? (a.id < b.id ? -1 : 1) : due(a) < due(b) ? -1 : 1;
    });
}

/* "首报 1", "single 2 (case 7)" */
export function reportName(r: Report): string {
    const name = `${sayName("report_", r.kind)} ${r.number}`;
    return r.key ? `${name} (${r.key})` : name;
}

/* As core/report_act.c has it. Editing and signing have forms of their own. */
export function reportActions(r: Report): string[] {
    const phone = r.phoned_at ? [] : ["phone"];
    if (r.state === "sent") return [...phone, "correct"];
    return [...(r.state === "signed" ? ["send"] : []), ...phone, "fill"];
}

export function maySign(r: Report): boolean {
    return r.state === "opened" || r.state === "edited";
}

export function reportsOf(incident: string): Reports {
    return new Listing("reports", incident, reportsInOrder);
}
