/*
 * act - what may be done about one incident beside orders and items, as far as the scopes of
 * whoever looks allow it.
 */
import { useRef } from "preact/hooks";
import { newKey, pathOf, post } from "./api";
import { DirectiveForm } from "./directive";
import { ActForm, type Choice, ChoiceField, chosen, filled, Fold, TextField } from "./form";
import type { House } from "./house";
import { isOver, isRunning } from "./incidents";
import { ReportForm } from "./report";
import type { Incident } from "./shapes";
import { say } from "./words";

const NOTE_MOST = 4_000; /* letters; the daemon takes 16 KiB */
const NAME_MOST = 128;

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

/* That its source reports normal again, or that it is to be closed. */
function OverForm(props: { incident: Incident; what: "resolve" | "close" }) {
    const { incident, what } = props;
    const act = async (fields: FormData) => {
        await post(pathOf(incident.id, `/${what}`), { note: filled(fields, "note") });
        return say("recorded");
    };
    return (
        <Fold title={say(what)}>
            <ActForm act={act}>
                <p>{say(what === "close" ? "close_text" : "resolve_text")}</p>
                <TextField label={say("note_optional")} name="note" most={NOTE_MOST} />
                <p class="buttons">
                    <button>{say(what === "close" ? "close_do" : "resolve_do")}</button>
                </p>
            </ActForm>
        </Fold>
    );
}

/* Where no sheet of a plan with levels says who may order it: otherwise it is ordered as all else
 * (order.tsx). */
function TerminateForm(props: { incident: Incident }) {
    const levels = props.incident.order !== undefined;
    const key = useRef(newKey()); /* pressed twice, it is one order */
    const act = async (fields: FormData) => {
        const body = {
            action: "terminate",
            as: filled(fields, "as"),
            reason: filled(fields, "reason"),
            despite: filled(fields, "despite"),
        };
        await post(pathOf(props.incident.id, "/order"), body, key.current).catch((why) => {
            key.current = newKey();
            throw why;
        });
        return say("recorded");
    };
    return (
        <Fold title={say("terminate")} class="grave">
            <ActForm act={act}>
                <p>{say("terminate_text")}</p>
                <TextField
                    label={say("order_as_id")}
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

function Responds(props: { house: House; incident: Incident }) {
    const { house, incident } = props;
    const sheet = house.sheetOf(incident);
    return (
        <>
            {incident.calls.length > 0 ? <AnswerForm incident={incident} /> : null}
            <NoteForm incident={incident} />
            {sheet ? <ReportForm key={sheet.pin} incident={incident} sheet={sheet} /> : null}
            <DirectiveForm incident={incident} sheet={sheet} />
            {incident.state === "recovering" ? null : (
                <OverForm incident={incident} what="resolve" />
            )}
            {incident.level ? null : <OverForm incident={incident} what="close" />}
        </>
    );
}

export function Acts(props: { house: House; incident: Incident }) {
    const { house, incident } = props;
    if (!house.ping) return null;
    if (isOver(incident)) return <p class="quiet">{say("over")}</p>;
    if (!isRunning(incident)) return null;
    const respond = house.may("respond");
    const order = house.may("order");
    if (!respond && !order) return <p class="quiet">{say("may_not")}</p>;
    const sheet = house.sheetOf(incident);
    const alone = sheet ? !sheet.levels.length : house.lacksSheet(incident);
    return (
        <>
            {respond ? <Responds house={house} incident={incident} /> : null}
            {order && alone ? <TerminateForm incident={incident} /> : null}
            {order ? null : <p class="quiet">{say("may_not_order")}</p>}
        </>
    );
}
