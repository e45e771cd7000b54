/*
 * answer - somebody who was called answers by telephone, or there is something to note.
 */
import { pathOf, post } from "./api";
import { ActForm, type Choice, ChoiceField, chosen, filled, TextField } from "./form";
import type { Incident } from "./shapes";
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

export function AnswerForm(props: { incident: Incident }) {
    const people = askedPeople(props.incident);
    const act = async (fields: FormData, by: string) => {
        await post(pathOf(props.incident.id, "/answer"), {
            as: chosen(fields, "as"),
            decline: by === "decline" || undefined,
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
