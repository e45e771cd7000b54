/*
 * lesson - what is to be better next time, of an incident or a drill, over or not: it becomes an
 * item that its owner is urged for, and stands in the review and the evaluation.
 */
import { pathOf, post } from "./api";
import { ActForm, ChoiceField, chosen, filled, TextField } from "./form";
import { everybody, targetsOf } from "./people";
import type { Incident, PlanSheet } from "./shapes";
import { say } from "./work_words";

const TEXT_MOST = 4_000; /* letters; the daemon takes 16 KiB */

export function LessonForm(props: { incident: Incident; sheet: PlanSheet | null }) {
    const { incident, sheet } = props;
    const act = async (fields: FormData) => {
        await post(pathOf(incident.id, "/lessons"), {
            text: filled(fields, "text"),
            owner: chosen(fields, "owner"),
            due: filled(fields, "due"),
            as: chosen(fields, "as"),
        });
        return say("recorded");
    };
    return (
        <ActForm act={act} class="lesson">
            <TextField label={say("lesson_text")} name="text" required long most={TEXT_MOST} />
            <ChoiceField
                label={say("lesson_owner")}
                name="owner"
                of={targetsOf(sheet)}
                other={say("target_id")}
                required
            />
            <TextField label={say("lesson_due")} name="due" required hint="30d" most={40} />
            <ChoiceField
                label={say("lesson_as")}
                name="as"
                of={everybody(sheet)}
                other={say("person_id")}
            />
            <p class="buttons">
                <button>{say("lesson_do")}</button>
            </p>
        </ActForm>
    );
}
