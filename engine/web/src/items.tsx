/*
 * items - the ledger of an incident as a table: what is late first, what is over last.
 */
import { useEffect, useState } from "preact/hooks";
import { Title } from "./card";
import { isOpen, Ledger } from "./ledger";
import type { Item } from "./shapes";
import { useSource } from "./source";
import { inLanguage, Moment, Refusal, Written } from "./text";
import { say, sayName } from "./words";

function Row({ item }: { item: Item }) {
    const open = isOpen(item);
    const tone = open ? (item.overdue ? "overdue" : "") : "over";
    return (
        <tr class={tone} data-state={item.state}>
            <th scope="row">
                <Title title={inLanguage(item.title)} />
                <Written text={item.owner} class="owner" />
                {item.from ? (
                    <Written text={say("directive_of", { who: item.from })} class="owner" />
                ) : null}
            </th>
            <td>
                {sayName("item_", item.state)}
                {item.put && open ? <strong class="put">{say("put")}</strong> : null}
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

/* turn  another one: something happened to the items. */
export function ItemsView(props: { incident: string; turn: number }) {
    const [ledger] = useState(() => new Ledger(props.incident));
    useSource(ledger);
    useEffect(() => void ledger.read(), [props.turn]);
    const { items, problem } = ledger;
    if (items.length === 0 && !problem) return null;
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
                        <Row key={item.id} item={item} />
                    ))}
                </tbody>
            </table>
            {ledger.more ? <p class="quiet">{say("more_items", { n: items.length })}</p> : null}
        </section>
    );
}
