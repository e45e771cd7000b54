/*
 * waits - what waits for whoever looks at an incident, above all else: each leads there.
 */
import { awaitsOrder, isOver } from "./incidents";
import type { Incident } from "./shapes";
import { say } from "./words";

interface Wait {
    to: string; /* the heading that it leads to */
    text: string;
    bad: boolean;
}

/* The gravest first. */
export function waitsOf(i: Incident): Wait[] {
    const open = i.reports.open - i.reports.overdue;
    const all: (Wait & { n: number })[] = [
        { to: "command", text: "awaiting_order", bad: true, n: awaitsOrder(i) ? 1 : 0 },
        { to: "reports", text: "alarm_late", bad: true, n: i.reports.overdue },
        { to: "items", text: "alarm_overdue", bad: true, n: i.items.overdue },
        { to: "calls", text: "wait_calls", bad: false, n: i.calls.length },
        { to: "reports", text: "wait_reports", bad: false, n: open },
    ].map((w) => ({ ...w, text: say(w.text as "alarm_late", { n: w.n }) }));
    return isOver(i) ? [] : all.filter((w) => w.n > 0);
}

function show(id: string): void {
    const heading = document.getElementById(id);
    heading?.scrollIntoView({ block: "start" });
    heading?.focus({ preventScroll: true });
}

export function Waits({ incident }: { incident: Incident }) {
    const waits = waitsOf(incident);
    return waits.length ? (
        <ul class="waits-here" aria-label={say("waits_here")}>
            {waits.map((w) => (
                <li key={w.to + w.text}>
                    <button
                        type="button"
                        class={w.bad ? "grave" : ""}
                        onClick={() => show(w.to)}
                    >
                        {w.text}
                    </button>
                </li>
            ))}
        </ul>
    ) : null;
}
