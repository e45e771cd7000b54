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

/* What was given, and its tag: for If-Match. */
export interface Tagged<T> {
    body: T;
    etag: string;
}

async function askTagged<T>(path: string, init: RequestInit): Promise<Tagged<T>> {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), TIMEOUT_MS);
    try {
        const response = await fetch(path, { ...init, signal: stop.signal });
        const text = await response.text();
        const body: unknown = text ? JSON.parse(text) : {};
        if (!response.ok) throw problemOf(response.status, body);
        return { body: body as T, etag: response.headers.get("ETag") ?? "" };
    } catch (why) {
        throw unreachable(why);
    } finally {
        clearTimeout(timer);
    }
}

async function ask<T>(path: string, init: RequestInit): Promise<T> {
    return (await askTagged<T>(path, init)).body;
}

const ACCEPT = { Accept: "application/json" };

export function get<T>(path: string): Promise<T> {
    return ask<T>(path, { headers: ACCEPT });
}

export function getTagged<T>(path: string): Promise<Tagged<T>> {
    return askTagged<T>(path, { headers: ACCEPT });
}

function withBody(method: string, body: object, more: Record<string, string>): RequestInit {
    const headers = { ...ACCEPT, "Content-Type": "application/json", ...more };
    return { method, headers, body: JSON.stringify(body) };
}

/* key  makes a repetition of this request harmless: the same one again is the same act. */
export function post<T>(path: string, body: object, key?: string): Promise<T> {
    return ask<T>(path, withBody("POST", body, key ? { "Idempotency-Key": key } : {}));
}

/* For who has read this text, and no other: 412 where it is another by now. */
export function postIf<T>(path: string, body: object, etag: string): Promise<T> {
    return ask<T>(path, withBody("POST", body, { "If-Match": etag }));
}

export function putIf<T>(path: string, body: object, etag: string): Promise<T> {
    return ask<T>(path, withBody("PUT", body, { "If-Match": etag }));
}

export function pathOf(incident: string, more = ""): string {
    return `/api/v1/incidents/${encodeURIComponent(incident)}${more}`;
}

/* crypto.randomUUID is only there on secure origins, and a duty room may have none. */
export function newKey(): string {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}
