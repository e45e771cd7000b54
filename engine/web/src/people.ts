/*
 * people - everybody whom the sheet of a plan knows, and every target, as choices.
 */
import type { Choice } from "./form";
import type { PlanSheet } from "./shapes";

/* Each once. */
export function everybody(sheet: PlanSheet | null): Choice[] {
    if (!sheet) return [];
    const lists = [
        sheet.ends,
        ...sheet.levels.flatMap((l) => [l.people, l.told]),
        ...sheet.criteria.map((c) => c.people ?? []),
        ...sheet.reports.flatMap((r) => [r.writers, r.people]),
        ...Object.values(sheet.rights),
    ];
    const people = new Map(lists.flat().map((p) => [p.person, p.name]));
    return [...people].filter(([id]) => !id.includes(":")).map(([id, text]) => ({ id, text }));
}

/* Departments first: most of what is to be done goes there. */
export function targetsOf(sheet: PlanSheet | null): Choice[] {
    const all = Object.entries(sheet?.targets ?? {}).map(([id, text]) => ({ id, text }));
    const rank = (c: Choice) => (c.id.startsWith("dept:") ? 0 : 1);
    return all.sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1));
}
