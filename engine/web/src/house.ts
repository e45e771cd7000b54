/*
 * house - what both pages know of the daemon: who we are and what we may do, and the plans.
 */
import { get } from "./api";
import type { Ping, Plan, Scope } from "./shapes";
import { Source } from "./source";
import { setNow } from "./time";

const PING_MS = 30_000;

export class House extends Source {
    ping: Ping | null = null;
    plans: Plan[] = [];

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

    /* After "config_loaded" too: plans may have come or gone. */
    async read(): Promise<void> {
        try {
            const [ping, list] = await Promise.all([
                get<Ping>("/api/v1/ping"),
                get<{ plans: Plan[] }>("/api/v1/plans").catch(() => null),
            ]);
            setNow(ping.at);
            this.reloadIfNew(ping);
            this.ping = ping;
            this.plans = list?.plans ?? this.plans;
            this.changed();
        } catch {
            /* the stream says that the line is down, and the next ping comes soon */
        }
    }

    /* A wall screen stays for months: it takes the pages of a new version by itself, unless
     * somebody is writing. */
    private reloadIfNew(ping: Ping): void {
        const writing = document.activeElement?.matches("input, textarea, select");
        if (this.ping && this.ping.version !== ping.version && !writing) location.reload();
    }
}
