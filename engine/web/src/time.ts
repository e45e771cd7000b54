/*
 * time - moments for people: local, with the date when it is not today, and how long ago.
 *
 * "Now" is the daemon's, not this machine's: a wall screen whose clock is off must not show a
 * countdown that is. The daemon's time comes with each ping.
 */
import { useEffect, useState } from "preact/hooks";
import { Source } from "./source";
import { language, say } from "./words";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let ahead = 0; /* how much the daemon's clock is ahead of ours, ms */

/* The daemon said that it is `at`. */
export function setNow(at: string): void {
    const there = Date.parse(at);
    if (!Number.isNaN(there)) ahead = there - Date.now();
}

export function now(): number {
    return Date.now() + ahead;
}

/* One clock for the whole page: a wall with 200 incidents has 400 times on it. */
class Seconds extends Source {
    private timer: ReturnType<typeof setInterval> | undefined;

    override watch(reader: () => void): () => void {
        this.timer ??= setInterval(() => this.changed(), SECOND);
        return super.watch(reader);
    }
}

const seconds = new Seconds();

/* Render anew every `every` ms, and tell what time it is. */
export function useNow(every = SECOND): number {
    const [at, set] = useState(now);
    const turn = (t: number) => Math.floor(t / every);
    useEffect(
        () => seconds.watch(() => set((was) => (turn(now()) === turn(was) ? was : now()))),
        [every],
    );
    return at;
}

function two(n: number): string {
    return String(n).padStart(2, "0");
}

function sameDay(a: Date, b: Date): boolean {
    return a.toDateString() === b.toDateString();
}

/* "02:14", "02:14:05"; "11-26 23:50" when not today, "2025-11-26 23:50" in another year. */
export function clock(at: number, seconds = false, today = now()): string {
    const d = new Date(at);
    const t = new Date(today);
    const time = `${two(d.getHours())}:${two(d.getMinutes())}`;
    const exact = seconds ? `${time}:${two(d.getSeconds())}` : time;
    if (sameDay(d, t)) return exact;
    const day = `${two(d.getMonth() + 1)}-${two(d.getDate())}`;
    return d.getFullYear() === t.getFullYear()
        ? `${day} ${exact}`
        : `${d.getFullYear()}-${day} ${exact}`;
}

/* The whole of it, with the zone: for a tooltip. */
export function whole(at: number): string {
    const locale = language.now === "zh" ? "zh-CN" : "en-GB";
    return new Date(at).toLocaleString(locale, { dateStyle: "full", timeStyle: "long" });
}

/* A length of time in its largest unit: "3 min", "2 h", "4 d". */
export function length(ms: number): string {
    if (ms >= 2 * DAY) return say("days", { n: Math.floor(ms / DAY) });
    if (ms >= 2 * HOUR) return say("hours", { n: Math.floor(ms / HOUR) });
    if (ms >= MINUTE) return say("minutes", { n: Math.floor(ms / MINUTE) });
    return say("seconds", { n: Math.floor(ms / SECOND) });
}

export function ago(at: number, today = now()): string {
    const ms = today - at;
    return ms < 5 * SECOND ? say("just_now") : say("ago", { time: length(ms) });
}

/* A countdown: "2:41", "1:00:09". Never below zero. */
export function countdown(ms: number): string {
    const s = Math.max(0, Math.ceil(ms / SECOND));
    const h = Math.floor(s / 3600);
    const m = Math.floor(s / 60) % 60;
    return h ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}
