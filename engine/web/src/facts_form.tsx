/*
 * facts_form - facts that somebody has read off or heard: of the incident, of a station, or of an
 * event, with the types and units that the plan's head gives them.
 */
import { useState } from "preact/hooks";
import { pathOf, post } from "./api";
import { ActForm, type Carried, Field, filled, TextField } from "./form";
import type { FactType, Incident, PlanSheet, SheetFact, SheetStation } from "./shapes";
import { inLanguage } from "./text";
import { say } from "./work_words";

const TEXT_MOST = 1_000;
const NOTE_MOST = 4_000;

/* What is reported in one go, and under which name: "" for the incident itself. */
export interface Subject {
    id: string;
    text: string;
    facts: SheetFact[];
    event: boolean;
}

function labelOf(fact: SheetFact): string {
    return inLanguage(fact.label) || fact.name;
}

function stationText(s: SheetStation): string {
    const name = inLanguage(s.name);
    return name ? `${name} (${s.id})` : s.id;
}

/* The stations of the incident's place are not told apart here: whoever reports knows which one. */
export function subjectsOf(sheet: PlanSheet): Subject[] {
    const plain = sheet.facts.filter((f) => !f.per && f.type !== "event");
    const stations = sheet.stations.map((s) => ({
        id: s.id,
        text: stationText(s),
        facts: sheet.facts.filter((f) => f.per === s.kind),
        event: false,
    }));
    const events = sheet.facts
        .filter((f) => f.type === "event")
        .map((f) => ({
            id: f.name,
            text: labelOf(f),
            facts: (f.fields ?? []).map((one) => ({ name: one.name, type: one.type })),
            event: true,
        }));
    const whole = { id: "", text: say("of_incident"), facts: plain, event: false };
    return [...stations, ...(plain.length ? [whole] : []), ...events];
}

/* As the wire has it; undefined: nothing was written. What does not fit its type is sent as it is,
 * for the daemon to refuse with its own sentence. */
export function valueOf(type: FactType, text: string | undefined): unknown {
    if (text === undefined) return undefined;
    if (type === "boolean") return text === "true";
    if (type === "time") return new Date(text).toISOString();
    const number = Number(text.trim().replace(",", "."));
    return type === "number" && text.trim() !== "" && Number.isFinite(number) ? number : text;
}

function ValueInput({ fact, carried }: { fact: SheetFact; carried: Carried }) {
    if (fact.type === "boolean") {
        return (
            <select {...carried}>
                <option value="">{say("not_reported")}</option>
                <option value="true">{say("yes")}</option>
                <option value="false">{say("no")}</option>
            </select>
        );
    }
    if (fact.type === "time") return <input {...carried} type="datetime-local" />;
    const numeric = fact.type === "number";
    return (
        <input
            {...carried}
            inputMode={numeric ? "decimal" : "text"}
            maxLength={TEXT_MOST}
            autocomplete="off"
            dir="auto"
        />
    );
}

function Values({ subject }: { subject: Subject }) {
    return (
        <div class="values">
            {subject.facts.map((fact) => (
                <Field
                    key={`${subject.id}.${fact.name}`}
                    label={fact.unit ? `${labelOf(fact)} (${fact.unit})` : labelOf(fact)}
                    name={fact.name}
                >
                    {(carried) => <ValueInput fact={fact} carried={carried} />}
                </Field>
            ))}
        </div>
    );
}

/* The member `fields` of the request: only what was written. */
export function fieldsOf(subject: Subject, textOf: (name: string) => string | undefined): object {
    const values: Record<string, unknown> = {};
    for (const fact of subject.facts) {
        const value = valueOf(fact.type, textOf(fact.name));
        if (value !== undefined) values[fact.name] = value;
    }
    return subject.id ? { [subject.id]: values } : values;
}

export function FactsForm(props: { incident: Incident; sheet: PlanSheet }) {
    const subjects = subjectsOf(props.sheet);
    const [id, choose] = useState(subjects[0]?.id ?? "");
    const subject = subjects.find((s) => s.id === id) ?? subjects[0];
    if (!subject) return null;
    const act = async (fields: FormData) => {
        await post(pathOf(props.incident.id, "/update"), {
            fields: fieldsOf(subject, (name) => filled(fields, name)),
            note: filled(fields, "note"),
        });
        return say("recorded");
    };
    return (
            <ActForm act={act} class="report">
                <Field label={say("station")} name="subject">
                    {(carried) => (
                        <select
                            {...carried}
                            value={subject.id}
                            onChange={(e) => choose(e.currentTarget.value)}
                        >
                            {subjects.map((s) => (
                                <option key={s.id} value={s.id}>
                                    {s.text}
                                </option>
                            ))}
                        </select>
                    )}
                </Field>
                <Values subject={subject} />
                <TextField label={say("note_optional")} name="note" most={NOTE_MOST} />
                <p class="buttons">
                    <button>{say("report_do")}</button>
                </p>
            </ActForm>
    );
}
