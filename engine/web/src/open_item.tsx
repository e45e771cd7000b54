/*
 * open_item - something new in the ledger: what somebody has to do, a citizen's request, a request
 * for resources, an improvement.
 */
import { useState } from "preact/hooks";
import { post } from "./api";
import { ActForm, ChoiceField, chosen, Field, filled, TextField } from "./form";
import { everybody, targetsOf } from "./people";
import type { Incident, PlanSheet } from "./shapes";
import { say, sayName } from "./work_words";

const TEXT_MOST = 1_000;
const NAME_MOST = 128;
const KINDS = ["item", "resource", "request", "improvement"] as const;
type Kind = (typeof KINDS)[number];

/* What is asked only of this kind. */
const MORE: Record<Kind, string[]> = {
    item: ["done_when"],
    resource: ["amount", "from"],
    request: ["from", "channel", "contact"],
    improvement: ["goal", "indicator"],
};

export function OpenItemForm(props: { incident: Incident; sheet: PlanSheet | null }) {
    const { incident, sheet } = props;
    const [kind, choose] = useState<Kind>("item");
    const act = async (fields: FormData) => {
        const body: Record<string, unknown> = { incident: incident.id, kind };
        for (const name of ["title", "due", ...MORE[kind]]) body[name] = filled(fields, name);
        for (const name of ["owner", "as"]) body[name] = chosen(fields, name);
        await post("/api/v1/items", body);
        return say("recorded");
    };
    return (
        <ActForm act={act} class="open-item">
            <Field label={say("item_kind")} name="kind">
                {(carried) => (
                    <select
                        {...carried}
                        value={kind}
                        onChange={(e) => choose(e.currentTarget.value as Kind)}
                    >
                        {KINDS.map((k) => (
                            <option key={k} value={k}>
                                {sayName("kind_", k)}
                            </option>
                        ))}
                    </select>
                )}
            </Field>
            <TextField label={say("what_to_do")} name="title" required long most={TEXT_MOST} />
            {MORE[kind].map((name) => (
                <TextField
                    key={name}
                    label={sayName("of_item_", name)}
                    name={name}
                    required={name === "amount"}
                    most={name === "channel" ? NAME_MOST : TEXT_MOST}
                />
            ))}
            <ChoiceField
                label={say("who_has_to")}
                name="owner"
                of={targetsOf(sheet)}
                other={say("target_id")}
                required
            />
            <TextField label={say("directive_due")} name="due" required hint="2h, 1d" most={40} />
            <ChoiceField
                label={say("opened_as")}
                name="as"
                of={everybody(sheet)}
                other={say("person_id")}
            />
            <p class="buttons">
                <button>{say("open_item_do")}</button>
            </p>
        </ActForm>
    );
}
