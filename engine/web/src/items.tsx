/*
 * items - the ledger of one incident, on the screen: what is late stands first and says so, and who
 * may respond takes each item a step further.
 */
import { useState } from "preact/hooks";
import { Title } from "./card";
import { type House, targetName } from "./house";
import { isOver } from "./incidents";
import { Later } from "./later";
import { actionsOf, isOpen, type Ledger } from "./ledger";
import type { Incident, Item, PlanSheet } from "./shapes";
import { inLanguage, Moment, Refusal, Written } from "./text";
import { say, sayName } from "./words";

/* "directive of 孙伟"; "resource · 20 pumps · of 住建局": measures need no such word. */
export function aboutOf(item: Item): string {
    const { kind, amount, from, channel } = item;
    if (kind === "directive") return from ? say("directive_of", { who: from }) : "";
    const name = kind === "measure" || kind === "item" ? "" : sayName("kind_", kind);
    const by = from ? say("item_from", { who: from }) : "";
    return [name, amount, by, channel].filter(Boolean).join(" · ");
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
                    <Written text={aboutOf(item)} class="owner" />
                </th>
                <td>
                    {sayName("item_", item.state)}
                    {item.supervised && open ? (
                        <strong class="put">{say("supervised")}</strong>
                    ) : null}
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
                        <Later
                            of={({ ItemForm }) => (
                                <ItemForm
                                    item={item}
                                    sheet={sheet}
                                    done={() => setActing(false)}
                                />
                            )}
                        />
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
    const { all: items, problem } = ledger;
    if (items.length === 0 && !problem) return null;
    const may = house.may("respond") && !isOver(incident);
    const sheet = house.sheetOf(incident);
    return (
        <section class="items" aria-labelledby="items">
            <h3 id="items" tabIndex={-1}>
                {say("items")}
            </h3>
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
