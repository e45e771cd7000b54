/*
 * foresee - what an order would do, as far as the plan's sheet tells it. Pure.
 *
 * It shows people what they are about to set going. The core alone decides whether an order is
 * right, and what comes of it.
 */
import { isOpen } from "./ledger";
import type {
    Grade,
    Incident,
    Item,
    PlanSheet,
    SheetLevel,
    SheetMeasure,
    SheetPerson,
} from "./shapes";

/* The lowest first. */
const LEVELS: Grade[] = ["IV", "III", "II", "I"];

export type Action = "activate" | "raise" | "lower" | "again" | "terminate";

/* What is about to be ordered. */
export interface Draft {
    action: Action;
    level: Grade | null; /* null: of the end, or nobody has chosen */
    reason?: string;
}

/* How high: 0 for none. */
export function rankOf(level: Grade | null | undefined): number {
    return level ? LEVELS.indexOf(level) + 1 : 0;
}

function levelOf(sheet: PlanSheet, level: Grade | null): SheetLevel | undefined {
    return sheet.levels.find((l) => l.level === level);
}

/* The levels that an action may lead to from the one in force. */
export function levelsFor(action: Action, now: Grade | null, sheet: PlanSheet): Grade[] {
    const fits = (level: Grade) => {
        const by = rankOf(level) - rankOf(now);
        if (action === "activate") return !now;
        if (action === "raise") return now !== null && by > 0;
        return action === "lower" ? by < 0 : action === "again" && by === 0;
    };
    return sheet.levels.map((l) => l.level).filter(fits);
}

/* What may be ordered now. */
export function actionsFor(incident: Incident, sheet: PlanSheet): Action[] {
    if (!sheet.levels.length || incident.state === "recovering") return [];
    const all: Action[] = ["activate", "raise", "again", "lower"];
    const fit = all.filter((a) => levelsFor(a, incident.level, sheet).length);
    return [...fit, "terminate"];
}

/* Who may give it. To lower or to end needs the right to the level that is in force. */
export function orderers(draft: Draft, now: Grade | null, sheet: PlanSheet): SheetPerson[] {
    const above = levelOf(sheet, now)?.people ?? [];
    if (draft.action === "lower") return above;
    if (draft.action !== "terminate") return levelOf(sheet, draft.level)?.people ?? [];
    const mayAbove = (p: SheetPerson) => !now || above.some((q) => q.person === p.person);
    return sheet.ends.filter(mayAbove);
}

/* Measures that belong to a level: its own and those of the levels below. */
export function measuresAt(level: Grade | null, sheet: PlanSheet): SheetMeasure[] {
    const rank = (m: SheetMeasure) => rankOf(m.phase as Grade);
    const of = sheet.measures.filter((m) => rank(m) > 0 && rank(m) <= rankOf(level));
    return of.sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

/* Those that the order issues; what is open already is not issued twice. */
export function issuedBy(
    draft: Draft,
    now: Grade | null,
    sheet: PlanSheet,
    ledger: Item[],
): SheetMeasure[] {
    const open = ledger.filter(isOpen).map((item) => item.name);
    const fresh = (m: SheetMeasure) => !open.includes(m.name);
    if (draft.action === "terminate") {
        return sheet.levels.length && now
            ? sheet.measures.filter((m) => m.phase === "recovery" && fresh(m))
            : [];
    }
    const above = (m: SheetMeasure) => rankOf(m.phase as Grade) > rankOf(now);
    return measuresAt(draft.level, sheet).filter((m) => above(m) && fresh(m));
}

/* Whom it tells. Of the end: whoever was reached, and nobody foresees who that will be. */
export function toldBy(draft: Draft, sheet: PlanSheet): SheetPerson[] {
    return draft.action === "terminate" ? [] : (levelOf(sheet, draft.level)?.told ?? []);
}

/* How long a measure may take at this level: that of the nearest level below that has one. */
export function dueOf(m: SheetMeasure, level: Grade | null): string | undefined {
    if (!m.due || typeof m.due === "string") return m.due;
    const by = m.due;
    const below = LEVELS.slice(0, rankOf(level)).reverse();
    const nearest = [...below, ...LEVELS].find((l) => by[l]);
    return nearest && by[nearest];
}

export function expectedOf(draft: Draft, sheet: PlanSheet): string {
    return levelOf(sheet, draft.level)?.expected ?? "";
}

const UNITS: Record<string, number> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5 };

/* "1h30m" in ms, as the plan's language has durations; null: it is none that we know. */
export function durationMs(text: string): number | null {
    if (!/^(\d+[smhd])+$/.test(text)) return null;
    const parts = [...text.matchAll(/(\d+)([smhd])/g)];
    return parts.reduce((ms, [, n, unit]) => ms + Number(n) * (UNITS[unit ?? ""] ?? 0), 0);
}
