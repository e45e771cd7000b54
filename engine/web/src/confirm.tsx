/*
 * confirm - that a criterion of the end is met, by one of those whom the plan names.
 */
import { pathOf, post } from "./api";
import { ActForm, choicesOf, ChoiceField, chosen, filled, TextField } from "./form";
import { targetName } from "./house";
import type { Incident, PlanSheet, SheetCriterion } from "./shapes";
import { say } from "./work_words";

const NOTE_MOST = 4_000;

export function ConfirmForm(props: {
    incident: Incident;
    sheet: PlanSheet;
    criterion: SheetCriterion;
}) {
    const { incident, sheet, criterion } = props;
    const act = async (fields: FormData) => {
        await post(pathOf(incident.id, "/confirm"), {
            criterion: criterion.id,
            as: chosen(fields, "as"),
            note: filled(fields, "note"),
        });
        return say("recorded");
    };
    return (
            <ActForm act={act}>
                <p class="quiet">
                    {say("confirmed_by", { who: targetName(sheet, criterion.confirm ?? "") })}
                </p>
                <ChoiceField
                    label={say("confirm_as")}
                    name="as"
                    of={choicesOf(criterion.people ?? [], (t) => targetName(sheet, t))}
                    other={say("person_id")}
                    required
                />
                <TextField label={say("note_optional")} name="note" most={NOTE_MOST} />
                <p class="buttons">
                    <button>{say("confirm_do")}</button>
                </p>
            </ActForm>
    );
}
