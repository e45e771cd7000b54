/*
 * trigger - a form that opens an incident. Its button says whether real people will be called.
 */
import { useRef, useState } from "preact/hooks";
import { newKey, post, type Problem } from "./api";
import { ActForm, Field, filled, TextField } from "./form";
import type { House } from "./house";
import { say } from "./work_words";

const TITLE_MOST = 300; /* letters; the daemon takes 1 KiB */
const GRADES = ["I", "II", "III", "IV"] as const;

/* In the list of plans; no plan has this name. "" is for who has not chosen: of several plans none
 * is more likely than the others, and a wrong one calls the wrong people. */
const NO_PLAN = "-";

function planOf(chosen: string | undefined): string | undefined {
    return chosen === NO_PLAN ? undefined : chosen;
}

interface Opened {
    incident: string;
    new: boolean;
}

export function TriggerForm(props: { house: House; opened: (id: string) => void }) {
    const { plans } = props.house;
    const [drill, setDrill] = useState(false);
    const key = useRef(newKey()); /* the same until it is done: pressed twice, it is one incident */

    const act = async (fields: FormData) => {
        const body = {
            plan: planOf(filled(fields, "plan")),
            title: filled(fields, "title"),
            grade: filled(fields, "grade"),
            drill: drill || undefined,
        };
        const reply = await post<Opened>("/api/v1/incidents", body, key.current).catch(
            (why: Problem) => {
                if (why.status > 0) key.current = newKey(); /* it was heard, and is changed now */
                throw why;
            },
        );
        key.current = newKey();
        setDrill(false);
        props.opened(reply.incident);
        return reply.new ? say("triggered") : say("updated_instead");
    };

    return (
        <ActForm act={act} class="trigger">
            <TextField
                label={say("title")}
                name="title"
                required
                hint={say("title_hint")}
                most={TITLE_MOST}
            />
            <Field label={say("plan")} name="plan">
                {(carried) => (
                    <select {...carried} required>
                        {plans.length > 1 ? <option value="">{say("choose")}</option> : null}
                        {plans.map((p) => (
                            <option key={p.name} value={p.name}>
                                {p.title} ({p.name})
                            </option>
                        ))}
                        <option value={NO_PLAN}>{say("by_kind")}</option>
                    </select>
                )}
            </Field>
            <Field label={say("grade")} name="grade">
                {(carried) => (
                    <select {...carried}>
                        <option value="">{say("no_grade")}</option>
                        {GRADES.map((g) => (
                            <option key={g} value={g}>
                                {say(`grade_${g}`)}
                            </option>
                        ))}
                    </select>
                )}
            </Field>
            <p class="check">
                <label>
                    <input
                        type="checkbox"
                        checked={drill}
                        onChange={(e) => setDrill(e.currentTarget.checked)}
                    />{" "}
                    {say("is_drill")}
                </label>
            </p>
            <p class="buttons">
                <button class={drill ? "drill" : "grave"}>
                    {say(drill ? "trigger_drill" : "trigger_real")}
                </button>
            </p>
        </ActForm>
    );
}
