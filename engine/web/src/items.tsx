/*
 * items - the ledger of one incident, on the screen: what is late stands first and says so, and who
 * may respond takes each item a step further.
 */
import { useState } from "preact/hooks";
import { post } from "./api";
import { Title } from "./card";
import { ActForm, ChoiceField, chosen, filled, TextField } from "./form";
import { type House, targetName } from "./house";
import { isOver } from "./incidents";
import { actionsOf, isOpen, type Ledger } from "./ledger";
import { everybody } from "./order";
import type { Incident, Item, PlanSheet } from "./shapes";
import { inLanguage, Moment, Refusal, Written } from "./text";
import { say, sayName } from "./words";

const NOTE_MOST = 4_000;
const GRAVE = ["reject", "lift"];

/* Whose word it is must be said where the commander decides: keep or lift. */
function ItemForm(props: { item: Item; sheet: PlanSheet | null; done: () => void }) {
    const { item, sheet, done } = props;
    const people = sheet ? everybody(sheet) : [];
    const act = async (fields: FormData, action: string) => {
        await post(`/api/v1/items/${item.id}/${action}`, {
            as: chosen(fields, "as"),
            note: filled(fields, "note"),
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
            {item.done_when ? (
                <p class="quiet">
                    {say("done_when")} <Written text={inLanguage(item.done_when)} />
                </p>
            ) : null}
            <ChoiceField
                label={say(item.put ? "decided_by" : "whose_word")}
                name="as"
                of={people}
                other={say("person_id")}
                required={item.put}
            />
            <TextField label={say("note_optional")} name="note" most={NOTE_MOST} />
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

function Row(props: { item: Item; sheet: PlanSheet | null; may: boolean }) {
    const { item, sheet } = props;
    const [acting, setActing] = useState(false);
    const open = isOpen(item);
    const may = props.may && actionsOf(item).length > 0;
    const tone = open ? (item.overdue ? "overdue" : "") : "over";
    return (
        <>
            <tr class={tone} data-state={item.state}>
                <th scope="row">
                    <Title title={inLanguage(item.title)} />
                    <Written text={targetName(sheet, item.owner)} class="owner" />
                    {item.from ? (
                        <Written text={say("directive_of", { who: item.from })} class="owner" />
                    ) : null}
                </th>
                <td>
                    {sayName("item_", item.state)}
                    {item.put && open ? <strong class="put">{say("put")}</strong> : null}
                    {may ? (
                        <button
                            type="button"
                            class="act"
                            aria-expanded={acting}
                            onClick={() => setActing(!acting)}
                        >
                            {say(acting ? "cancel" : "act")}
                            <span class="unseen"> {inLanguage(item.title)}</span>
                        </button>
                    ) : null}
                </td>
                <td class="due-at">
                    {item.due_at ? (
                        <Moment at={item.due_at} plain />
                    ) : (
                        say(item.waits && open ? "waits" : "no_due")
                    )}{" "}
                    {item.overdue ? <strong class="mark bad">{say("overdue")}</strong> : null}
                </td>
            </tr>
            {may && acting ? (
                <tr class="acting">
                    <td colSpan={3}>
                        <ItemForm item={item} sheet={sheet} done={() => setActing(false)} />
                    </td>
                </tr>
            ) : null}
        </>
    );
}

function Counts({ items }: { items: Item[] }) {
    const overdue = items.filter((i) => i.overdue).length;
    return (
        <p class="counts">
            <span>{say("items_open", { n: items.filter(isOpen).length })}</span>
            {overdue ? <strong class="bad">{say("items_overdue", { n: overdue })}</strong> : null}
        </p>
    );
}

export function ItemsView(props: { house: House; incident: Incident; ledger: Ledger }) {
    const { house, incident, ledger } = props;
    const { items, problem } = ledger;
    if (items.length === 0 && !problem) return null;
    const may = house.may("respond") && !isOver(incident);
    const sheet = house.sheetOf(incident);
    return (
        <section class="items" aria-labelledby="items">
            <h3 id="items">{say("items")}</h3>
            {problem ? <Refusal problem={problem} /> : null}
            <Counts items={items} />
            <table>
                <thead>
                    <tr>
                        <th scope="col">{say("item")}</th>
                        <th scope="col">{say("state")}</th>
                        <th scope="col">{say("due_at")}</th>
                    </tr>
                </thead>
                <tbody>
                    {items.map((item) => (
                        <Row key={item.id} item={item} sheet={sheet} may={may} />
                    ))}
                </tbody>
            </table>
            {ledger.more ? <p class="quiet">{say("more_items", { n: items.length })}</p> : null}
        </section>
    );
}
