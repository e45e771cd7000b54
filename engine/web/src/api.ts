/*
 * api - questions to the daemon. Every refusal becomes a Problem, with the daemon's own sentence.
 */

const TIMEOUT_MS = 10_000;

/* Why something was refused, or could not be asked. */
export class Problem extends Error {
    constructor(
        readonly status: number /* 0: no answer came */,
        readonly code: string,
        readonly detail: string,
        readonly pointer: string = "",
    ) {
        super(detail);
    }
}

/* A problem+json body, or whatever came instead of one. */
export function problemOf(status: number, body: unknown): Problem {
    const o = (typeof body === "object" && body ? body : {}) as Record<string, unknown>;
    const text = (name: string) => (typeof o[name] === "string" ? (o[name] as string) : "");
    const errors = Array.isArray(o["errors"]) ? (o["errors"] as { pointer?: string }[]) : [];
    const detail = text("detail") || text("title") || `HTTP ${status}`;
    return new Problem(status, text("code"), detail, errors[0]?.pointer ?? "");
}

export function unreachable(why: unknown): Problem {
    if (why instanceof Problem) return why;
    return new Problem(0, "unreachable", why instanceof Error ? why.message : String(why));
}

async function ask<T>(path: string, init: RequestInit): Promise<T> {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), TIMEOUT_MS);
    try {
        const response = await fetch(path, { ...init, signal: stop.signal });
        const text = await response.text();
        const body: unknown = text ? JSON.parse(text) : {};
        if (!response.ok) throw problemOf(response.status, body);
        return body as T;
    } catch (why) {
        throw unreachable(why);
    } finally {
        clearTimeout(timer);
    }
}

export function get<T>(path: string): Promise<T> {
    return ask<T>(path, { headers: { Accept: "application/json" } });
}

/* key  makes a repetition of this request harmless: the same one again is the same act. */
export function post<T>(path: string, body: object, key?: string): Promise<T> {
    const headers: Record<string, string> = {
        Accept: "application/json",
        "Content-Type": "application/json",
    };
    if (key) headers["Idempotency-Key"] = key;
    return ask<T>(path, { method: "POST", headers, body: JSON.stringify(body) });
}

export function pathOf(incident: string, more = ""): string {
    return `/api/v1/incidents/${encodeURIComponent(incident)}${more}`;
}

/* crypto.randomUUID is only there on secure origins, and a duty room may have none. */
export function newKey(): string {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}
