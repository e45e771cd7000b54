/*
 * shapes - what the API gives, as far as the pages read it. Names are those of the wire.
 */

/* A text of a plan: one string, or one a language. */
export type Text = string | { zh?: string; en?: string };

export type State = "open" | "awaiting_order" | "active" | "recovering" | "closed" | "merged";
export type Health = "ok" | "fallback" | "stuck";
export type Grade = "I" | "II" | "III" | "IV";
export type Warning = "red" | "orange" | "yellow" | "blue";
export type Scope = "trigger" | "read" | "respond" | "order" | "admin";

/* Somebody whom a call has asked, in the order of asking. */
export interface Asked {
    person: string;
    name: string | null;
    words: string | null; /* "主班, duty:duty-room" */
    rung: number;
    declined?: true;
}

/* A call that nobody has answered yet. */
export interface Call {
    step: string;
    text?: Text;
    at?: string | null; /* the line of the plan */
    rung: number;
    round: number;
    asked: Asked[];
    due?: string; /* when the next rung is called */
}

export interface Fact {
    value: unknown;
    at: string;
    stale?: boolean;
}

/* A station's facts lie one level deeper. */
export type Facts = { [name: string]: Fact | Facts };

export interface Incident {
    id: string;
    title: string | null;
    plan: string | null;
    version: string | null;
    pin: string | null;
    state: State;
    health: Health;
    category: string | null;
    grade: Grade | null;
    warning: Warning | null;
    level: Grade | null;
    drill: boolean;
    key: string | null;
    purged?: boolean;
    kind?: string;
    source?: string;
    event?: string;
    place?: Record<string, unknown>;
    labels?: Record<string, unknown>;
    opened_at: string;
    closed_at?: string;
    facts: Facts;
    plan_state?: Record<string, unknown>;
    calls: Call[];
    notices: { sent: number; failed: number };
    as_of: string;
}

export interface Actor {
    type: "person" | "key" | "plan" | "engine" | "source" | "clock";
    id?: string;
}

/* One row of the journal. */
export interface Happening {
    id: string; /* "1-40213" */
    seq: number;
    at: string;
    incident?: string;
    kind: string;
    actor?: Actor;
    drill: boolean;
    data: Record<string, unknown>;
    text: string;
}

export interface IncidentList {
    incidents: Incident[];
    next: string | null;
    as_of: string;
}

export interface Timeline {
    events: Happening[];
    next: string | null;
    as_of: string;
}

export interface Ping {
    at: string;
    as_of: string;
    principal: string;
    scopes: Scope[];
    version: string;
    incidents?: number; /* open ones */
    demo?: boolean;
}

export interface Plan {
    name: string;
    title: string;
    version: string;
}

export type MessageState = "ringing" | "seen" | "answered" | "declined" | "over";

/* A message as one of the demo's phones has it: as far as its body had the shape of webhook.lua. */
export interface Message {
    id: string;
    at?: string;
    type?: string; /* "muster.call", "muster.notify" … */
    text: string;
    lang?: string;
    incident?: { id?: string; title?: string; drill?: boolean };
    code?: string;
    answer_url?: string;
    attempt?: number;
    state: MessageState;
}

export interface Phone {
    person: string;
    name: string | null;
    words?: string | null;
    endpoint: string;
    messages: Message[];
}

export interface PhoneList {
    phones: Phone[];
    as_of: string;
}
