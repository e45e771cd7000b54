/*
 * act - what may be done about one incident, as far as the scopes of whoever looks allow it.
 */
import { useState } from "preact/hooks";
import { pathOf, post } from "./api";
import { ActForm, Field, filled, Fold, TextField } from "./form";
import type { House } from "./house";
import { isOver } from "./incidents";
import type { Asked, Incident } from "./shapes";
import { say } from "./words";

const NOTE_MOST = 4_000; /* letters; the daemon takes 16 KiB */
const NAME_MOST = 128;
const OTHER = "";

/* Everybody whom an open call has asked, each once. */
function askedPeople(incident: Incident): Asked[] {
    const people = new Map<string, Asked>();
    for (const call of incident.calls) for (const p of call.asked) people.set(p.person, p);
    return [...people.values()];
}

function AnswerForm(props: { incident: Incident }) {
    const people = askedPeople(props.incident);
    const [who, setWho] = useState(people[0]?.person ?? OTHER);
    const act = async (fields: FormData, by: string) => {
        await post(pathOf(props.incident.id, "/answer"), {
            as: filled(fields, "person") ?? filled(fields, "other"),
            decline: by === "decline" || undefined,
            note: filled(fields, "note"),
        });
        return say("recorded");
    };
    return (
        <ActForm act={act} class="answer">
            <h4>{say("answer_for")}</h4>
            <Field label={say("person")}>
                {(id) => (
                    <select
                        id={id}
                        name="person"
                        value={who}
                        onChange={(e) => setWho(e.currentTarget.value)}
                    >
                        {people.map((p) => (
                            <option key={p.person} value={p.person}>
                                {p.name ?? p.person}
                                {p.words ? ` · ${p.words.split(", ")[0]}` : ""}
                            </option>
                        ))}
                        <option value={OTHER}>{say("other_person")}</option>
                    </select>
                )}
            </Field>
            {who === OTHER ? (
                <TextField label={say("person_id")} name="other" required most={NAME_MOST} />
            ) : null}
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

function NoteForm(props: { incident: Incident }) {
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

function ResolveForm(props: { incident: Incident }) {
    const act = async (fields: FormData) => {
        await post(pathOf(props.incident.id, "/resolve"), { note: filled(fields, "note") });
        return say("recorded");
    };
    return (
        <Fold title={say("resolve")}>
            <ActForm act={act}>
                <p>{say("resolve_text")}</p>
                <TextField label={say("note_optional")} name="note" most={NOTE_MOST} />
                <p class="buttons">
                    <button>{say("resolve_do")}</button>
                </p>
            </ActForm>
        </Fold>
    );
}

function TerminateForm(props: { incident: Incident }) {
    const levels = props.incident.order !== undefined; /* the plan has some */
    const act = async (fields: FormData) => {
        await post(pathOf(props.incident.id, "/order"), {
            action: "terminate",
            as: filled(fields, "as"),
            reason: filled(fields, "reason"),
            despite: filled(fields, "despite"),
        });
        return say("recorded");
    };
    return (
        <Fold title={say("terminate")} class="grave">
            <ActForm act={act}>
                <p>{say("terminate_text")}</p>
                <TextField
                    label={say("order_as")}
                    name="as"
                    required={levels}
                    most={NAME_MOST}
                />
                <TextField label={say("reason")} name="reason" required long most={NOTE_MOST} />
                {levels ? (
                    <TextField label={say("despite")} name="despite" long most={NOTE_MOST} />
                ) : null}
                <p class="buttons">
                    <button class="grave">{say("terminate_do")}</button>
                </p>
            </ActForm>
        </Fold>
    );
}

export function Acts(props: { house: House; incident: Incident }) {
    const { house, incident } = props;
    if (!house.ping) return null;
    if (isOver(incident)) return <p class="quiet">{say("over")}</p>;
    const respond = house.may("respond");
    const order = house.may("order");
    if (!respond && !order) return <p class="quiet">{say("may_not")}</p>;
    return (
        <>
            {respond && incident.calls.length > 0 ? <AnswerForm incident={incident} /> : null}
            {respond ? <NoteForm incident={incident} /> : null}
            {respond ? <ResolveForm incident={incident} /> : null}
            {order ? <TerminateForm incident={incident} /> : null}
            {order ? null : <p class="quiet">{say("may_not_order")}</p>}
        </>
    );
}
