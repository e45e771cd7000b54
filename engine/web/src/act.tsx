/*
 * act - what may be done about one incident beside orders and items, as far as the scopes of
 * whoever looks allow it.
 */
import { pathOf, post } from "./api";
import { ActForm, type Choice, ChoiceField, chosen, filled, TextField } from "./form";
import type { House } from "./house";
import { isOver } from "./incidents";
import { LaterFold } from "./later";
import type { Incident } from "./shapes";
import { say } from "./words";

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

function AnswerForm(props: { incident: Incident }) {
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

function Over(props: { incident: Incident; what: "resolve" | "close" }) {
    return <LaterFold title={say(props.what)} of={({ OverForm }) => <OverForm {...props} />} />;
}

function Responds(props: { house: House; incident: Incident }) {
    const { house, incident } = props;
    const sheet = house.sheetOf(incident);
    return (
        <>
            {incident.calls.length > 0 ? <AnswerForm incident={incident} /> : null}
            <NoteForm incident={incident} />
            {sheet ? (
                <LaterFold
                    key={sheet.pin}
                    title={say("report_facts")}
                    of={({ FactsForm }) => <FactsForm incident={incident} sheet={sheet} />}
                />
            ) : null}
            <LaterFold
                title={say("directive")}
                of={({ DirectiveForm }) => <DirectiveForm incident={incident} sheet={sheet} />}
            />
            {incident.state === "recovering" ? null : <Over incident={incident} what="resolve" />}
            {incident.level ? null : <Over incident={incident} what="close" />}
        </>
    );
}

export function Acts(props: { house: House; incident: Incident }) {
    const { house, incident } = props;
    if (!house.ping) return null;
    if (isOver(incident)) return <p class="quiet">{say("over")}</p>;
    const respond = house.may("respond");
    const order = house.may("order");
    if (!respond && !order) return <p class="quiet">{say("may_not")}</p>;
    const sheet = house.sheetOf(incident);
    const alone = sheet ? !sheet.levels.length : house.lacksSheet(incident);
    return (
        <>
            {respond ? <Responds house={house} incident={incident} /> : null}
            {order && alone ? (
                <LaterFold
                    title={say("terminate")}
                    class="grave"
                    of={({ TerminateForm }) => <TerminateForm incident={incident} />}
                />
            ) : null}
            {order ? null : <p class="quiet">{say("may_not_order")}</p>}
        </>
    );
}
