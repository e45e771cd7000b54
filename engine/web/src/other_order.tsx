/*
 * other_order - orders that are about no level: what is declared, issued, published; this incident
 * merged into another one, or a part of it split off.
 */
import { useRef, useState } from "preact/hooks";
import { newKey, pathOf, post } from "./api";
import { ActForm, choicesOf, ChoiceField, chosen, Field, filled, TextField } from "./form";
import { targetName } from "./house";
import type { Incidents } from "./incidents";
import { isOpen } from "./ledger";
import { linkTo } from "./link";
import { Oral } from "./order";
import type { Incident, Item, OtherOrder, PlanSheet, Proposal } from "./shapes";
import { Eight } from "./statements";
import { inLanguage, listed, Written } from "./text";
import { say, sayName } from "./work_words";

const TEXT_MOST = 4_000;
const TITLE_MOST = 1_000;
const WARNINGS = ["red", "orange", "yellow", "blue"];
export const OTHER_ORDERS: OtherOrder[] = ["declare", "issue", "publish", "merge", "split"];

function Ticks(props: { name: string; label: string; of: { id: string; text: string }[] }) {
    return props.of.length ? (
        <fieldset class="field">
            <legend>{props.label}</legend>
            {props.of.map((one) => (
                <p key={one.id} class="check">
                    <label>
                        <input type="checkbox" name={props.name} value={one.id} />{" "}
                        <Written text={one.text} />
                    </label>
                </p>
            ))}
        </fieldset>
    ) : null;
}

function WarningField({ begin }: { begin: string | undefined }) {
    return (
        <Field label={say("warning_colour")} name="warning">
            {(carried) => (
                <select {...carried} defaultValue={begin}>
                    <option value="">{say("no_warning")}</option>
                    {WARNINGS.map((w) => (
                        <option key={w} value={w} selected={w === begin}>
                            {sayName("warning_", w)}
                        </option>
                    ))}
                </select>
            )}
        </Field>
    );
}

/* What is stated; a proposal's words stand unless others are written. */
function Stated(props: { action: OtherOrder; proposal: Proposal | null }) {
    const { action, proposal: p } = props;
    if (action === "publish") {
        return p?.draft ? <Eight draft={p.draft} /> : <p class="quiet">{say("no_draft")}</p>;
    }
    return (
        <>
            {action === "issue" ? <WarningField begin={p?.warning} /> : null}
            <TextField
                label={say(action === "issue" ? "issue_what" : "declare_what")}
                name="what"
                required={action === "declare"}
                begin={inLanguage(p?.what)}
                most={TEXT_MOST}
            />
        </>
    );
}

function Merged({ incidents, incident }: { incidents: Incidents; incident: Incident }) {
    const others = incidents.open().filter((i) => i.id !== incident.id);
    const alike = others.filter((i) => i.drill === incident.drill);
    return (
        <>
            <p class="quiet">{say("merge_means")}</p>
            <ChoiceField
                label={say("merge_into")}
                name="into"
                of={alike.map((i) => ({ id: i.id, text: i.title ?? i.id }))}
                other={say("incident_id")}
                required
            />
            <TextField label={say("merge_despite")} name="despite" most={TEXT_MOST} />
        </>
    );
}

function Split({ sheet, ledger }: { sheet: PlanSheet | null; ledger: Item[] }) {
    const items = ledger.filter(isOpen).map((i) => ({ id: i.id, text: inLanguage(i.title) }));
    const stations = (sheet?.stations ?? []).map((s) => ({
        id: s.id,
        text: `${inLanguage(s.name)} (${s.id})`,
    }));
    return (
        <>
            <p class="quiet">{say("split_means")}</p>
            <TextField label={say("split_title")} name="title" required most={TITLE_MOST} />
            <Ticks name="items" label={say("split_items")} of={items} />
            <Ticks name="stations" label={say("split_stations")} of={stations} />
        </>
    );
}

interface Body {
    [name: string]: unknown;
}

function bodyOf(action: OtherOrder, fields: FormData, proposal: Proposal | null): Body {
    const body: Body = { action, proposal: proposal?.number };
    for (const name of ["as", "oral", "into"]) body[name] = chosen(fields, name);
    for (const name of ["reason", "basis", "what", "warning", "despite", "title"]) {
        body[name] = filled(fields, name);
    }
    if (body["what"] === inLanguage(proposal?.what)) delete body["what"]; /* in both languages */
    for (const name of ["items", "stations"]) {
        const ticked = fields.getAll(name);
        if (ticked.length) body[name] = ticked;
    }
    return body;
}

/* The same content again is the same order: pressed twice, or when no reply came. */
function useKey(): (body: Body) => string {
    const given = useRef({ text: "", key: "" });
    return (body) => {
        const text = JSON.stringify(body);
        if (given.current.text !== text) given.current = { text, key: newKey() };
        return given.current.key;
    };
}

interface Shown {
    incident: Incident;
    incidents: Incidents;
    sheet: PlanSheet | null;
    ledger: Item[];
}

/* done  it was given, or thought better of: "" */
export function OtherOrderForm(
    props: Shown & {
        action: OtherOrder;
        proposal: Proposal | null;
        done: (said: string) => void;
    },
) {
    const { incident, sheet, action, proposal, done } = props;
    const keyOf = useKey();
    const people = choicesOf(sheet?.rights[action] ?? [], (t) => targetName(sheet, t));
    const act = async (fields: FormData) => {
        const body = bodyOf(action, fields, proposal);
        const path = pathOf(incident.id, "/order");
        const reply = await post<{ split?: string }>(path, body, keyOf(body));
        done(say("order_given", { what: sayName("action_", action) }));
        if (reply.split) location.href = linkTo(reply.split);
        return "";
    };
    const what = sayName("action_", action);
    const basis = sheet?.basis && listed(sheet.basis.map(inLanguage));
    return (
        <ActForm act={act} class="order other" label={what}>
            <h4>{say("order_write", { what })}</h4>
            {action === "merge" ? (
                <Merged {...props} />
            ) : action === "split" ? (
                <Split {...props} />
            ) : (
                <Stated action={action} proposal={proposal} />
            )}
            <ChoiceField
                label={say("order_as")}
                name="as"
                of={people}
                other={say("person_id")}
                required={sheet !== null}
            />
            <TextField
                label={say("reason")}
                name="reason"
                required
                long
                begin={inLanguage(proposal?.reason)}
                most={TEXT_MOST}
            />
            <TextField label={say("basis")} name="basis" begin={basis} most={TEXT_MOST} />
            {sheet ? <Oral sheet={sheet} /> : null}
            <p class="buttons">
                <button class="grave">
                    {say(incident.drill ? "order_give_drill" : "order_give")}
                </button>
                <button type="button" onClick={() => done("")}>
                    {say("cancel")}
                </button>
            </p>
        </ActForm>
    );
}

/* By hand, where nothing is proposed: what somebody has the right to. */
export function OtherOrders(props: Shown) {
    const { sheet } = props;
    const [action, choose] = useState<OtherOrder | null>(null);
    const [said, setSaid] = useState("");
    const may = (a: OtherOrder) =>
        a !== "publish" && (sheet ? sheet.rights[a].length > 0 : a === "merge" || a === "split");
    const done = (outcome: string) => {
        setSaid(outcome);
        choose(null);
    };
    return (
        <>
            <p class="buttons">
                {OTHER_ORDERS.filter(may).map((a) => (
                    <button
                        key={a}
                        type="button"
                        aria-pressed={a === action}
                        onClick={() => choose(a)}
                    >
                        {sayName("action_", a)}
                    </button>
                ))}
            </p>
            {OTHER_ORDERS.some(may) ? null : <p class="quiet">{say("no_right")}</p>}
            {action ? (
                <OtherOrderForm
                    {...props}
                    key={action}
                    action={action}
                    proposal={null}
                    done={done}
                />
            ) : null}
            <p class="outcome" role="status">
                {said}
            </p>
        </>
    );
}
