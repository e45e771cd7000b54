/*
 * shapes - what the API gives, as far as the pages read it. Names are those of the wire.
 */

/* A text of a plan: one string, or one a language. */
export type Text = string | { zh?: string; en?: string };

export type State =
    | "open"
    | "awaiting_order"
    | "active"
    | "recovering"
    | "closed"
    | "merged"
    | "upkeep"; /* no emergency: what plans owe */
export type Health = "ok" | "fallback" | "stuck";
export type Grade = "I" | "II" | "III" | "IV";
export type Warning = "red" | "orange" | "yellow" | "blue";
export type Scope = "trigger" | "read" | "respond" | "order" | "admin" | "reply";

/* Somebody whom a call has asked, in the order of asking. */
export interface Asked {
    person: string;
    name: string | null;
    words: string | null; /* "主班, duty:duty-room" */
    rung: number;
    declined?: true;
    accepted?: true; /* of a call that wants several */
    choice?: string; /* of a question: what they have chosen */
}

/* A call that nobody has answered yet. */
export interface Call {
    step: string;
    text?: Text;
    at?: string | null; /* the line of the plan */
    rung: number;
    round: number;
    asked: Asked[];
    choices?: { choice: string; text: Text }[]; /* of a question: what may be answered */
    due?: string; /* when the next rung is called */
    wanted?: number; /* so many have to accept; left out: one */
}

/* A call that was answered for a time: when it is up, it begins anew. */
export interface Taken {
    step: string;
    text?: Text;
    by: { person: string; name?: string; at: string }[];
    until: string;
}

export interface Fact {
    value: unknown;
    at: string;
    stale?: boolean;
}

/* The level order in force. */
export interface OrderInForce {
    action: string;
    level: Grade;
    by?: string; /* left out: the software, by a standing order */
    name?: string;
    as?: string; /* the target that has the right */
    oral?: string; /* who took it down */
    reason?: Text;
    basis?: string;
    pending_approval?: true;
    at: string;
    matter?: string;
    expected_at: string;
    measures?: Text[];
}

/* Of publish: what a warning states (art. 64); the eighth is the time of the order. */
export interface StatementDraft {
    category: Text;
    level: Warning | "none";
    from: Text;
    area: Text;
    matters: Text;
    advice: Text;
    issuer: Text;
}

/* What was declared, issued or published. */
export interface Statement {
    action: string;
    by?: string;
    name?: string;
    as?: string;
    oral?: string;
    reason?: Text;
    basis?: string;
    at: string;
    what?: Text;
    warning?: Warning;
    draft?: StatementDraft;
    lifted_at?: string;
}

/* What people are asked to order. */
export interface Proposal {
    number: number;
    action: string;
    level?: Grade;
    warning?: Warning; /* of issue */
    what?: Text;
    draft?: StatementDraft;
    reason?: Text;
    to?: string; /* a target */
    state: "open" | "awaiting_order"; /* awaiting: nobody ordered in time */
    opened_at: string;
}

/* A condition of a level or a criterion of the end. */
export interface Condition {
    of: string; /* "level/II", "end/falling" */
    truth: "false" | "unknown" | "true";
    held: boolean;
    since?: string;
    due?: string;
}

/* A line of the ledger: something that somebody has to do. */
export interface Item {
    id: string;
    kind: string; /* "measure", "directive" … */
    name?: string; /* of the measure in the plan's head */
    done_when?: Text;
    title: Text | null; /* null: purged */
    goal?: Text;
    indicator?: Text;
    amount?: string; /* of a resource */
    from?: string; /* whose directive or request it is */
    channel?: string; /* by which a citizen's request came */
    contact?: string; /* only for who may respond */
    note?: string;
    evidence?: string;
    reply?: string; /* what the citizen was told */
    supervised?: true;
    owner: string; /* a target */
    state: string;
    overdue: boolean;
    waits?: true; /* for what must be done before */
    put?: true; /* its level is left, and the commander decides */
    issued_at: string;
    due_at?: string;
}

export type ReportKind = "initial" | "update" | "daily" | "single" | "final";
export type ReportState = "opened" | "edited" | "signed" | "sent";

/* Whom a report was sent to, and what is proved of that. */
export interface Told {
    to: string;
    name?: string;
    state: string; /* of the message: "queued" … "seen" */
}

/* What is reported upwards. */
export interface Report {
    id: string;
    incident: string;
    kind: ReportKind;
    number: number; /* within its kind */
    state: ReportState;
    rev: number; /* of the text */
    key?: string; /* of single: which occurrence */
    by?: string; /* who writes it, who signs it, who receives it: targets */
    sign?: string;
    to?: string | string[];
    basis?: string;
    corrects?: string;
    signer?: { by: string; name?: string };
    told?: Told[];
    text?: string; /* Markdown; not in a list */
    overdue: boolean;
    missed?: true; /* the next of its kind was due before it was sent */
    zero?: true; /* nothing new */
    drill: boolean;
    opened_at: string;
    due_at?: string;
    phone_due_at?: string;
    phoned_at?: string;
    signed_at?: string;
    sent_at?: string;
    late_ms?: number;
    phone_late_ms?: number;
    purged?: true;
}

/* A station's facts lie one level deeper. */
export type Facts = { [name: string]: Fact | Facts };

/* An incident under another one. */
export interface Child {
    id: string;
    key: string; /* what its parent's plan calls it */
    plan: string;
    title: string;
    state: State;
}

/* Who has taken which role. */
export interface Role {
    role: string;
    person: string;
    name: string;
    at: string;
}

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
    drill_state?: { mode: "tabletop" | "live"; injects?: number; injected?: number };
    key: string | null;
    purged?: boolean;
    kind?: string;
    source?: string;
    event?: string;
    place?: Record<string, unknown>;
    labels?: Record<string, unknown>;
    count: number; /* of triggers: itself, and what has joined it */
    parent?: string;
    children?: Child[];
    roles?: Role[];
    merged_into?: string;
    merged?: string[];
    split_from?: string;
    without?: string[]; /* stations that were split off it */
    reopened?: number; /* how often */
    reopen_until?: string;
    opened_at: string;
    closed_at?: string;
    facts: Facts;
    facts_more?: true;
    plan_state?: Record<string, unknown>;
    calls: Call[];
    taken: Taken[];
    items: { open: number; overdue: number };
    reports: { open: number; overdue: number };
    /* these but for the proposals only where the plan has levels */
    commander?: string | null;
    members?: string[];
    order?: OrderInForce | null;
    conditions?: Condition[];
    ended?: OrderInForce; /* the order that ended the response */
    proposals: Proposal[];
    statements?: Statement[];
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

export interface ItemList {
    items: Item[];
    next: string | null;
    as_of: string;
}

export interface ReportList {
    reports: Report[];
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

/* The drills of a plan: days, as "2026-05-01". */
export interface DrillDue {
    plan: string;
    title: string;
    every?: string;
    last?: string;
    due?: string;
    overdue?: boolean;
}

/* What a check of site and plans has found. */
export interface Finding {
    file: string;
    line: number;
    severity: "error" | "warning";
    text: string;
}

/* All plans, and what whoever is on duty must know of them. */
export interface PlanList {
    plans: Plan[];
    /* what was saved has an error, and is not in force */
    refused?: { at: string; error: string; findings?: Finding[] };
    /* after a change of the program or its Lua */
    verification?: { diverged: number; open: string[]; running: boolean };
}

/* Somebody whom a sheet names. */
export interface SheetPerson {
    person: string;
    name: string;
    as?: string; /* the target by which they may */
}

export interface SheetLevel {
    level: Grade;
    when?: string;
    ordered_by: string;
    commander: string;
    members: string[];
    expected: string;
    people: SheetPerson[]; /* who may order it */
    told: SheetPerson[]; /* whom its order tells */
}

export interface SheetCriterion {
    id: string;
    words: Text;
    when?: string;
    confirm?: string; /* a target */
    people?: SheetPerson[]; /* who may confirm it */
}

export interface SheetMeasure {
    name: string;
    title: Text;
    owner: string;
    phase?: string; /* "first", "IV" … "I", "recovery" */
    due?: string | Partial<Record<Grade, string>>;
    done_when?: Text;
}

export type FactType = "number" | "boolean" | "text" | "time" | "event";

export interface SheetFact {
    name: string;
    type: FactType;
    per?: string; /* a kind of station */
    unit?: string;
    label?: Text;
    key?: string; /* of an event */
    fields?: { name: string; type: FactType }[];
}

export interface SheetStation {
    id: string;
    kind: string;
    name?: Text;
}

/* Who signs a kind of report, and who writes it. */
export interface SheetReport {
    kind: ReportKind;
    people: SheetPerson[];
    writers: SheetPerson[];
}

/* The orders that are about no level. */
export type OtherOrder = "declare" | "issue" | "publish" | "merge" | "split";

/* What a plan says to those who order, confirm and report. */
export interface PlanSheet extends Plan {
    pin: string;
    principles?: Text[];
    basis?: Text[];
    facts: SheetFact[];
    stations: SheetStation[];
    levels: SheetLevel[]; /* the lowest first */
    ends: SheetPerson[]; /* who may order the end */
    criteria: SheetCriterion[];
    measures: SheetMeasure[];
    reports: SheetReport[];
    rights: Record<OtherOrder, SheetPerson[]>; /* who may give them */
    targets: Record<string, string>; /* what people call them */
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
