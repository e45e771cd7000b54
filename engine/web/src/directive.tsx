/*
 * directive - a leader's directive: who leads, who assists, by when; traced in the ledger to its
 * end.
 */
import { pathOf, post } from "./api";
import { ActForm, ChoiceField, chosen, filled, TextField } from "./form";
import { everybody, targetsOf } from "./people";
import type { Incident, PlanSheet } from "./shapes";
import { say } from "./work_words";

const TEXT_MOST = 4_000; /* letters; the daemon takes 16 KiB */

export function DirectiveForm(props: { incident: Incident; sheet: PlanSheet | null }) {
    const { incident, sheet } = props;
    const act = async (fields: FormData) => {
        await post(pathOf(incident.id, "/directive"), {
            text: filled(fields, "text"),
            lead: chosen(fields, "lead"),
            assist: chosen(fields, "assist"),
            due: filled(fields, "due"),
            as: chosen(fields, "as"),
        });
        return say("recorded");
    };
    return (
            <ActForm act={act} class="directive">
                <TextField
                    label={say("directive_text")}
                    name="text"
                    required
                    long
                    most={TEXT_MOST}
                />
                <ChoiceField
                    label={say("lead")}
                    name="lead"
                    of={targetsOf(sheet)}
                    other={say("target_id")}
                    required
                />
                <ChoiceField
                    label={say("assist")}
                    name="assist"
                    of={targetsOf(sheet)}
                    other={say("target_id")}
                />
                <TextField
                    label={say("directive_due")}
                    name="due"
                    required
                    hint="2h, 1d"
                    most={20}
                />
                <ChoiceField
                    label={say("directive_as")}
                    name="as"
                    of={everybody(sheet)}
                    other={say("person_id")}
                />
                <p class="buttons">
                    <button>{say("directive_do")}</button>
                </p>
            </ActForm>
    );
}
