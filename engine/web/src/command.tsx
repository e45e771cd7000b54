/*
 * command - who commands, on whose order; what people are asked to order; what speaks for it.
 */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { type Action, actionsFor, type Draft, levelsFor } from "./foresee";
import { type House, targetName } from "./house";
import { awaitsOrder, type Incidents, isOver, isRunning } from "./incidents";
import { Later, LaterFold } from "./later";
import { AwaitingMark, LevelMark } from "./marks";
import { actionText, proposalsInOrder } from "./proposals";
import { Eight, StatementsView } from "./statements";
import type {
    Condition,
    Incident,
    Item,
    OrderInForce,
    OtherOrder,
    PlanSheet,
    Proposal,
    SheetCriterion,
} from "./shapes";
import { inLanguage, listed, Moment, Person, Written } from "./text";
import { say, sayName, type Word } from "./words";

const STATEMENTS = ["declare", "issue", "publish"];

/* What there is to say of a condition; null: it is simply false. */
export function standing(k: Condition): Word | null {
    const end = k.of.startsWith("end/");
    if (k.truth === "unknown" && !k.held) return "no_data";
    if (k.due && !k.held) return "counting";
    if (k.held && end) return "is_met";
    if (k.truth === "true") return end ? "holds_so_far" : "is_true";
    return k.held ? "is_over" : null;
}

function Pair(props: { name: Word; children: ComponentChildren }) {
    return (
        <div>
            <dt>{say(props.name)}</dt>
            <dd>{props.children}</dd>
        </div>
    );
}

/* A row of what somebody wrote, if they did. */
function Said(props: { name: Word; text: string | null | undefined }) {
    return props.text ? (
        <Pair name={props.name}>
            <Written text={props.text} />
        </Pair>
    ) : null;
}

function OrderedBy({ order: o, sheet }: { order: OrderInForce; sheet: PlanSheet | null }) {
    return (
        <Pair name="ordered_by">
            {o.by ? (
                <Person id={o.by} name={o.name ?? null} words={o.as && targetName(sheet, o.as)} />
            ) : (
                say("standing_order")
            )}
            {" · "}
            <Moment at={o.at} />
            {o.oral ? <Written text={` · ${say("oral_by", { who: o.oral })}`} /> : null}
        </Pair>
    );
}

/* inForce  false: the response is over, and this was the last order before. */
function InForce(props: { order: OrderInForce; inForce: boolean }) {
    const { order: o, inForce } = props;
    return (
        <p class="in-force">
            {inForce ? (
                <LevelMark level={o.level} />
            ) : (
                say("was_in_force", { level: sayName("level_", o.level) })
            )}{" "}
            {o.pending_approval ? (
                <strong class="mark bad">{say("pending_approval")}</strong>
            ) : null}
        </p>
    );
}

function OrderView({ order: o, sheet }: { order: OrderInForce; sheet: PlanSheet | null }) {
    const measures = (o.measures ?? []).map(inLanguage);
    return (
        <>
            <h4>{say("last_order")}</h4>
            <dl>
                <OrderedBy order={o} sheet={sheet} />
                <Said name="reason" text={inLanguage(o.reason)} />
                <Said name="basis" text={o.basis} />
                <Said name="matter" text={o.matter} />
                <Pair name="expected_until">
                    <Moment at={o.expected_at} plain />
                </Pair>
                {measures.length ? (
                    <Pair name="measures">
                        <ul>
                            {measures.map((text, n) => (
                                <li key={n}>
                                    <Written text={text} />
                                </li>
                            ))}
                        </ul>
                    </Pair>
                ) : null}
            </dl>
        </>
    );
}

/* What follows from a proposal with one click; null: it is decided elsewhere. */
export function draftOf(p: Proposal, possible: Action[]): Draft | null {
    const action = possible.find((a) => a === p.action);
    return action ? { action, level: p.level ?? null, reason: inLanguage(p.reason) } : null;
}

function ProposalView(props: {
    proposal: Proposal;
    sheet: PlanSheet | null;
    order: (() => void) | null;
}) {
    const { proposal: p, sheet, order } = props;
    const what = inLanguage(p.what);
    const reason = inLanguage(p.reason);
    return (
        <li data-state={p.state}>
            <p>
                {p.state === "awaiting_order" ? <AwaitingMark /> : null}{" "}
                <span class="what">{actionText(p)}</span>
                {p.warning ? ` · ${sayName("warning_", p.warning)}` : null}
                {what && !p.draft ? <Written text={` · ${what}`} /> : null}
                {reason ? <Written text={` · ${reason}`} /> : null}
                <span class="put quiet">
                    {p.to ? (
                        <Written text={say("put_to", { who: targetName(sheet, p.to) })} />
                    ) : null}
                    {p.to ? " · " : null}
                    <Moment at={p.opened_at} />
                </span>
            </p>
            {order ? (
                <button
                    type="button"
                    class={p.state === "awaiting_order" ? "grave" : ""}
                    onClick={order}
                >
                    {say("order_this")}
                </button>
            ) : null}
            {p.draft ? <Eight draft={p.draft} /> : null}
            {p.action === "lift" ? <p class="quiet">{say("decide_below")}</p> : null}
        </li>
    );
}

/* ---- conditions and criteria ---- */

function ConditionView(props: { condition: Condition; word: Word; text: string }) {
    const { condition: k, word } = props;
    return (
        <li class={k.truth} data-of={k.of}>
            <Written text={props.text} /> <span class="is">{say(word)}</span>{" "}
            {word === "counting" && k.due ? <Moment at={k.due} seconds plain /> : null}
        </li>
    );
}

/* "condition of level II (stage_m >= 5):", by the head's own words where they are known. */
function nameOf(k: Condition, sheet: PlanSheet | null): string {
    const [group, name = k.of] = k.of.split("/");
    if (group === "end") {
        const words = inLanguage(sheet?.criteria.find((c) => c.id === name)?.words);
        return say("of_end", { name: words || name });
    }
    const when = sheet?.levels.find((l) => l.level === name)?.when;
    return when ? say("of_level_when", { name, when }) : say("of_level", { name });
}

function Conditions(props: { conditions: Condition[]; sheet: PlanSheet | null }) {
    const told = props.conditions.map((k) => [k, standing(k)] as const).filter(([, word]) => word);
    return told.length ? (
        <>
            <h4>{say("conditions")}</h4>
            <ul class="conditions">
                {told.map(([k, word]) => (
                    <ConditionView
                        key={k.of}
                        condition={k}
                        word={word as Word}
                        text={nameOf(k, props.sheet)}
                    />
                ))}
            </ul>
        </>
    ) : null;
}

/* Criteria that people confirm, and have not yet. */
export function toConfirm(incident: Incident, sheet: PlanSheet | null): SheetCriterion[] {
    const held = (c: SheetCriterion) =>
        incident.conditions?.some((k) => k.of === `end/${c.id}` && k.held);
    const waits = incident.level !== null && !isOver(incident);
    return waits && sheet ? sheet.criteria.filter((c) => c.confirm && !held(c)) : [];
}

function Confirms(props: { house: House; incident: Incident; sheet: PlanSheet | null }) {
    const { house, incident, sheet } = props;
    const open = toConfirm(incident, sheet);
    if (!sheet || !open.length) return null;
    return (
        <>
            <h4>{say("to_confirm")}</h4>
            {open.map((c) =>
                house.may("respond") ? (
                    <LaterFold
                        key={c.id}
                        title={
                            <>
                                {say("confirm")} <Written text={inLanguage(c.words)} />
                            </>
                        }
                        of={({ ConfirmForm }) => (
                            <ConfirmForm incident={incident} sheet={sheet} criterion={c} />
                        )}
                    />
                ) : (
                    <p key={c.id}>
                        <Written text={inLanguage(c.words)} />
                    </p>
                ),
            )}
        </>
    );
}

/* ---- orders ---- */

/* By hand, where nothing is proposed or something else is right. */
function ByHand(props: {
    incident: Incident;
    sheet: PlanSheet;
    actions: Action[];
    begin: (draft: Draft) => void;
}) {
    const { incident, sheet, begin } = props;
    const draft = (action: Action): Draft => {
        const levels = action === "terminate" ? [] : levelsFor(action, incident.level, sheet);
        return { action, level: levels.length === 1 ? (levels[0] ?? null) : null };
    };
    return (
        <p class="buttons by-hand">
            {props.actions.map((action) => (
                <button key={action} type="button" onClick={() => begin(draft(action))}>
                    {sayName("button_", action)}
                </button>
            ))}
        </p>
    );
}

/* Who ended the response, and why. */
function Ended({ order, sheet }: { order: OrderInForce; sheet: PlanSheet | null }) {
    return (
        <>
            <h4>{sayName("button_", "terminate")}</h4>
            <dl>
                <OrderedBy order={order} sheet={sheet} />
                <Said name="reason" text={inLanguage(order.reason)} />
            </dl>
        </>
    );
}

/* Only of a plan that has levels, or of an incident with something to order. */
export function CommandView(props: {
    house: House;
    incidents: Incidents;
    incident: Incident;
    ledger: Item[];
}) {
    const { house, incidents, incident: i, ledger } = props;
    const [draft, setDraft] = useState<Draft | null>(null);
    const [stating, state] = useState<Proposal | null>(null);
    const [said, setSaid] = useState("");
    const begin = (of: Draft) => {
        setSaid("");
        setDraft(of);
    };
    const done = (outcome: string) => {
        setSaid(outcome);
        setDraft(null);
        state(null);
    };
    const sheet = house.sheetOf(i);
    const levels = i.order !== undefined || sheet?.levels.length;
    if (!levels && i.proposals.length === 0 && !i.statements?.length) return null;
    const mayOrder = house.may("order") && isRunning(i);
    const possible = mayOrder && sheet ? actionsFor(i, sheet) : [];
    const orderOf = (p: Proposal) => {
        const of = draftOf(p, possible);
        if (of) return () => begin(of);
        return mayOrder && STATEMENTS.includes(p.action) ? () => state(p) : null;
    };
    return (
        <section
            class={awaitsOrder(i) ? "command awaiting" : "command"}
            aria-labelledby="command"
        >
            <h3 id="command" tabIndex={-1}>
                {say("command")}
            </h3>
            {i.order ? (
                <InForce order={i.order} inForce={i.level !== null} />
            ) : (
                <p class="quiet">{say("no_order")}</p>
            )}
            {i.proposals.length ? (
                <>
                    <h4>{say("proposals")}</h4>
                    <ul class="proposals">
                        {proposalsInOrder(i.proposals).map((p) => (
                            <ProposalView
                                key={p.number}
                                proposal={p}
                                sheet={sheet}
                                order={draft || stating ? null : orderOf(p)}
                            />
                        ))}
                    </ul>
                </>
            ) : null}
            {stating && mayOrder ? (
                <Later
                    of={({ OtherOrderForm }) => (
                        <OtherOrderForm
                            key={stating.number}
                            action={stating.action as OtherOrder}
                            proposal={stating}
                            incident={i}
                            incidents={incidents}
                            sheet={sheet}
                            ledger={ledger}
                            done={done}
                        />
                    )}
                />
            ) : draft && sheet && mayOrder ? (
                <Later
                    of={({ OrderForm }) => (
                        <OrderForm
                            draft={draft}
                            incident={i}
                            sheet={sheet}
                            ledger={ledger}
                            done={done}
                        />
                    )}
                />
            ) : sheet && possible.length ? (
                <ByHand incident={i} sheet={sheet} actions={possible} begin={begin} />
            ) : null}
            <p class="outcome" role="status">
                {said}
            </p>
            {i.ended ? <Ended order={i.ended} sheet={sheet} /> : null}
            {i.order ? <OrderView order={i.order} sheet={sheet} /> : null}
            <StatementsView of={i.statements ?? []} sheet={sheet} />
            <Conditions conditions={i.conditions ?? []} sheet={sheet} />
            <Confirms house={house} incident={i} sheet={sheet} />
            <dl>
                <Said name="commander" text={i.commander && targetName(sheet, i.commander)} />
                <Said
                    name="members"
                    text={listed((i.members ?? []).map((t) => targetName(sheet, t)))}
                />
            </dl>
        </section>
    );
}
