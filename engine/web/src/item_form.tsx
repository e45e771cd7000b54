/*
 * item_form - what may be done to an item, and whose word it is.
 */
import { post } from "./api";
import { ActForm, ChoiceField, chosen, filled, TextField } from "./form";
import { actionsOf } from "./ledger";
import { everybody, targetsOf } from "./people";
import type { Item, PlanSheet } from "./shapes";
import { inLanguage, Written } from "./text";
import { say, sayName } from "./work_words";

const NOTE_MOST = 4_000;
const NAME_MOST = 1_000;
const ABOUT = ["done_when", "goal", "indicator", "contact", "note", "evidence", "reply"] as const;
const GRAVE = ["reject", "lift"];

/* Whose word it is must be said where the commander decides: keep or lift. */
export function ItemForm(props: { item: Item; sheet: PlanSheet | null; done: () => void }) {
    const { item, sheet, done } = props;
    const people = everybody(sheet);
    const act = async (fields: FormData, action: string) => {
        await post(`/api/v1/items/${item.id}/${action}`, {
            as: chosen(fields, "as"),
            note: filled(fields, "note"),
            evidence: filled(fields, "evidence"),
            to: action === "supervise" ? chosen(fields, "to") : undefined,
            due: action === "return" ? filled(fields, "due") : undefined,
        });
        done();
        return say("recorded");
    };
    return (
        <ActForm
            act={act}
            class="item-act"
            label={say("item_act", { what: inLanguage(item.title) })}
        >
            {ABOUT.map((name) =>
                item[name] ? (
                    <p key={name} class="quiet">
                        {sayName("of_item_", name)}:{" "}
                        <Written text={inLanguage(item[name])} />
                    </p>
                ) : null,
            )}
            <ChoiceField
                label={say(item.put ? "decided_by" : "whose_word")}
                name="as"
                of={people}
                other={say("person_id")}
                required={item.put}
            />
            <TextField label={say("note_optional")} name="note" most={NOTE_MOST} />
            {item.state === "done" ? (
                <TextField label={say("return_due")} name="due" hint="2h, 1d" most={40} />
            ) : (
                <>
                    <TextField label={say("evidence")} name="evidence" most={NAME_MOST} />
                    <ChoiceField
                        label={say("supervise_by")}
                        name="to"
                        of={targetsOf(sheet)}
                        other={say("target_id")}
                    />
                </>
            )}
            <p class="buttons">
                {actionsOf(item).map((action) => (
                    <button key={action} value={action} class={GRAVE.includes(action) ? "no" : ""}>
                        {sayName("do_", action)}
                    </button>
                ))}
            </p>
        </ActForm>
    );
}
