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
    "report_urged",
    "report_missed",
    "report_signed",
    "report_sent",
    "plan_failed",
    "notice_failed",
    "alarm",
    "incident_closed",
    "config_refused",
];

/* Of the incident that an event belongs to. */
export interface About {
    title?: string | null | undefined;
    drill?: boolean | undefined;
}

export class Latest extends Source {
    event: Happening | null = null;

    /* aboutOf  what the page knows of an incident; undefined: nothing yet. */
    constructor(private readonly aboutOf: (incident: string) => About | undefined) {
        super();
    }

    happened(e: Happening): void {
        if (!MATTERS.includes(e.kind)) return;
        this.event = e;
        this.changed();
    }

    /* The page may know more of its incident now. */
    learned(): void {
        if (this.event?.incident) this.changed();
    }

    about(): About | undefined {
        return this.event?.incident ? this.aboutOf(this.event.incident) : undefined;
    }
}
