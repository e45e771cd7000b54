/*
 * latest - the last thing that happened and matters: one line, also for screen readers.
 */
import type { Happening } from "./shapes";
import { Source } from "./source";

const MATTERS = [
    "incident_opened",
    "updated",
    "call_answered",
    "call_declined",
    "call_expired",
    "answer_noted",
    "resolved",
    "ordered",
    "plan_failed",
    "notice_failed",
    "alarm",
    "incident_closed",
    "config_refused",
];

export class Latest extends Source {
    event: Happening | null = null;

    happened(e: Happening): void {
        if (!MATTERS.includes(e.kind)) return;
        this.event = e;
        this.changed();
    }
}
