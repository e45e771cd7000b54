/*
 * answer - somebody who was called answers by telephone, or there is something to note.
 */
import { pathOf, post } from "./api";
import { ActForm, type Choice, ChoiceField, chosen, Field, filled, TextField } from "./form";
import type { Incident } from "./shapes";
import { inLanguage } from "./text";
import { say } from "./work_words";

const NOTE_MOST = 4_000; /* letters; the daemon takes 16 KiB */

/* Everybody whom an open call has asked, each once: "王强 · 主班". */
function askedPeople(incident: Incident): Choice[] {
    const people = new Map<string, string>();
    for (const call of incident.calls) {
        for (const p of call.asked) {
            const seat = p.words ? ` · ${p.words.split(", ")[0]}` : "";
            people.set(p.person, (p.name ?? p.person) + seat);
        }
    }
    return [...people].map(([id, text]) => ({ id, text }));
}

/* What may be answered to the questions that are open, each once. */
function askedChoices(incident: Incident): Choice[] {
    const choices = new Map<string, string>();
    for (const call of incident.calls)
        for (const one of call.choices ?? []) choices.set(one.choice, inLanguage(one.text));
    return [...choices].map(([id, text]) => ({ id, text }));
}

function QuestionField(props: { of: Choice[] }) {
    return (
        <Field label={say("choice_optional")} name="choice">
            {(carried) => (
                <select {...carried}>
                    <option value="">{say("not_said")}</option>
                    {props.of.map((one) => (
                        <option key={one.id} value={one.id}>
                            {one.text}
                        </option>
                    ))}
                </select>
            )}
        </Field>
    );
}

export function AnswerForm(props: { incident: Incident }) {
    const people = askedPeople(props.incident);
    const choices = askedChoices(props.incident);
    const act = async (fields: FormData, by: string) => {
        await post(pathOf(props.incident.id, "/answer"), {
            as: chosen(fields, "as"),
            decline: by === "decline" || undefined,
            choice: by === "decline" ? undefined : filled(fields, "choice"),
            note: filled(fields, "note"),
        });
        return say("recorded");
    };
    return (
        <ActForm act={act} class="answer">
            <h4>{say("answer_for")}</h4>
            <ChoiceField
                label={say("person")}
                name="as"
                of={people}
                other={say("person_id")}
                begin={people[0]?.id}
                required
            />
            {choices.length ? <QuestionField of={choices} /> : null}
            <TextField label={say("note_optional")} name="note" most={NOTE_MOST} />
            <p class="buttons">
                <button class="good" value="accept">
                    {say("accept")}
                </button>
                <button class="no" value="decline">
                    {say("decline")}
                </button>
            </p>
        </ActForm>
    );
}

export function NoteForm(props: { incident: Incident }) {
    const act = async (fields: FormData) => {
        await post(pathOf(props.incident.id, "/update"), { note: filled(fields, "note") });
        return say("recorded");
    };
    return (
        <ActForm act={act}>
            <h4>{say("add_note")}</h4>
            <TextField label={say("note")} name="note" required long most={NOTE_MOST} />
            <p class="buttons">
                <button>{say("record_note")}</button>
            </p>
        </ActForm>
    );
}
