/*
 * house - what both pages know of the daemon: who we are and what we may do, and the plans.
 */
import { get } from "./api";
import { drafts } from "./drafts";
import type { Incident, Ping, Plan, PlanList, PlanSheet, Scope } from "./shapes";
import { Source } from "./source";
import { setNow } from "./time";

const PING_MS = 30_000;
const TELLS_OF_PLANS = ["config_refused", "plans_verified"];

export class House extends Source {
    ping: Ping | null = null;
    plans: Plan[] = [];
    refused: PlanList["refused"];
    verification: PlanList["verification"];

    private readonly sheets = new Map<string, PlanSheet | null>(); /* by pin; null: none came yet */
    private readonly lost = new Set<string>();

    /* Read now, and keep our clock with the daemon's. */
    start(): void {
        void this.read();
        setInterval(() => void this.read(), PING_MS);
    }

    may(scope: Scope): boolean {
        return this.ping?.scopes.includes(scope) ?? false;
    }

    planTitle(name: string): string {
        return this.plans.find((p) => p.name === name)?.title ?? name;
    }

    /* What the incident's plan says, in the version that it began with; null: not known yet, or
     * nobody knows any more. */
    sheetOf(incident: Incident): PlanSheet | null {
        const { plan, pin } = incident;
        if (!plan || !pin) return null;
        const sheet = this.sheets.get(pin);
        if (sheet === undefined) void this.readSheet(plan, pin);
        return sheet ?? null;
    }

    private async readSheet(plan: string, pin: string): Promise<void> {
        this.sheets.set(pin, null);
        const path = `/api/v1/plans/${encodeURIComponent(plan)}?${new URLSearchParams({ pin })}`;
        const sheet = await get<PlanSheet>(path).catch(() => null);
        if (sheet) this.sheets.set(pin, sheet);
        else this.lost.add(pin); /* asked again with the next set of plans */
        this.changed();
    }

    /* Nothing is to be had of its plan: forms must do without. */
    lacksSheet(incident: Incident): boolean {
        return !incident.pin || this.lost.has(incident.pin);
    }

    /* Another set of plans and another site: other people may order. */
    renew(): void {
        this.sheets.clear();
        this.lost.clear();
        void this.read();
    }

    /* What was saved was refused, or live plans were verified: who looks must hear of it. */
    happened(kind: string): void {
        if (kind === "config_loaded") this.renew();
        else if (TELLS_OF_PLANS.includes(kind)) void this.read();
    }

    /* After "config_loaded" too: plans may have come or gone. */
    async read(): Promise<void> {
        try {
            const [ping, list] = await Promise.all([
                get<Ping>("/api/v1/ping"),
                get<PlanList>("/api/v1/plans").catch(() => null),
            ]);
            setNow(ping.at);
            this.reloadIfNew(ping);
            this.ping = ping;
            if (list) this.take(list);
            this.changed();
        } catch {
            /* the stream says that the line is down, and the next ping comes soon */
        }
    }

    private take(list: PlanList): void {
        this.plans = list.plans;
        this.refused = list.refused;
        this.verification = list.verification;
    }

    /* A wall screen stays for months: it takes the pages of a new version by itself, unless
     * somebody is writing. */
    private reloadIfNew(ping: Ping): void {
        const writing = document.activeElement?.matches("input, textarea, select") || drafts.size;
        if (this.ping && this.ping.version !== ping.version && !writing) location.reload();
    }
}

/* What people call a target; the target itself where nobody has told. */
export function targetName(sheet: PlanSheet | null, target: string): string {
    return sheet?.targets[target] ?? target;
}
