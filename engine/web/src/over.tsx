/*
 * over - that it is over: its source reports normal again, it is closed, or the end is ordered.
 */
import { useRef } from "preact/hooks";
import { newKey, pathOf, post } from "./api";
import { ActForm, filled, TextField } from "./form";
import type { Incident } from "./shapes";
import { say } from "./work_words";

const NOTE_MOST = 4_000; /* letters; the daemon takes 16 KiB */
const NAME_MOST = 128;

/* That its source reports normal again, or that it is to be closed. */
export function OverForm(props: { incident: Incident; what: "resolve" | "close" }) {
    const { incident, what } = props;
    const act = async (fields: FormData) => {
        await post(pathOf(incident.id, `/${what}`), { note: filled(fields, "note") });
        return say("recorded");
    };
    return (
            <ActForm act={act}>
                <p>{say(what === "close" ? "close_text" : "resolve_text")}</p>
                <TextField label={say("note_optional")} name="note" most={NOTE_MOST} />
                <p class="buttons">
                    <button>{say(what === "close" ? "close_do" : "resolve_do")}</button>
                </p>
            </ActForm>
    );
}

/* Where no sheet of a plan with levels says who may order it: otherwise it is ordered as all else
 * (order.tsx). */
export function TerminateForm(props: { incident: Incident }) {
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
    );
}
