/*
 * command - who commands, on whose order; what people are asked to order; what speaks for it.
 */
import type { ComponentChildren } from "preact";
import { awaitsOrder } from "./incidents";
import { AwaitingMark, LevelMark } from "./marks";
import type { Condition, Incident, OrderInForce, Proposal } from "./shapes";
import { inLanguage, Moment, Person, Written } from "./text";
import { say, sayName, type Word } from "./words";

/* "raise to level III response" */
function action(of: { action: string; level?: string }): string {
    const word = sayName("action_", of.action);
    return of.level ? `${word} ${sayName("level_", of.level)}` : word;
}

/* Those that wait for an order first, then as they came. */
export function proposalsInOrder(proposals: Proposal[]): Proposal[] {
    const rank = (p: Proposal) => (p.state === "awaiting_order" ? 0 : 1);
    return [...proposals].sort((a, b) => rank(a) - rank(b) || a.number - b.number);
}

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

function OrderedBy({ order: o }: { order: OrderInForce }) {
    return (
        <Pair name="ordered_by">
            {o.by ? (
                <Person id={o.by} name={o.name ?? null} words={o.as} />
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
function OrderView({ order: o, inForce }: { order: OrderInForce; inForce: boolean }) {
    const measures = (o.measures ?? []).map(inLanguage);
    return (
        <>
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
            <dl>
                <OrderedBy order={o} />
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

function ProposalView({ proposal: p }: { proposal: Proposal }) {
    const what = inLanguage(p.what);
    const reason = inLanguage(p.reason);
    return (
        <li data-state={p.state}>
            {p.state === "awaiting_order" ? <AwaitingMark /> : null}{" "}
            <span class="what">{action(p)}</span>
            {what ? <Written text={` · ${what}`} /> : null}
            {reason ? <Written text={` · ${reason}`} /> : null}
            <span class="put quiet">
                {p.to ? <Written text={say("put_to", { who: p.to })} /> : null}
                {p.to ? " · " : null}
                <Moment at={p.opened_at} />
            </span>
        </li>
    );
}

function ConditionView(props: { condition: Condition; word: Word }) {
    const { condition: k, word } = props;
    const [group, name = k.of] = k.of.split("/");
    return (
        <li class={k.truth} data-of={k.of}>
            <Written text={say(group === "end" ? "of_end" : "of_level", { name })} />{" "}
            <span class="is">{say(word)}</span>{" "}
            {word === "counting" && k.due ? <Moment at={k.due} seconds plain /> : null}
        </li>
    );
}

function Conditions({ conditions }: { conditions: Condition[] }) {
    const told = conditions.map((k) => [k, standing(k)] as const).filter(([, word]) => word);
    return told.length ? (
        <>
            <h4>{say("conditions")}</h4>
            <ul class="conditions">
                {told.map(([k, word]) => (
                    <ConditionView key={k.of} condition={k} word={word as Word} />
                ))}
            </ul>
        </>
    ) : null;
}

function Proposals({ proposals }: { proposals: Proposal[] }) {
    return proposals.length ? (
        <>
            <h4>{say("proposals")}</h4>
            <ul class="proposals">
                {proposalsInOrder(proposals).map((p) => (
                    <ProposalView key={p.number} proposal={p} />
                ))}
            </ul>
        </>
    ) : null;
}

/* Only of a plan that has levels, or of an incident with something to order. */
export function CommandView({ incident: i }: { incident: Incident }) {
    if (i.order === undefined && i.proposals.length === 0) return null;
    return (
        <section
            class={awaitsOrder(i) ? "command awaiting" : "command"}
            aria-labelledby="command"
        >
            <h3 id="command">{say("command")}</h3>
            {i.order ? (
                <OrderView order={i.order} inForce={i.level !== null} />
            ) : (
                <p class="quiet">{say("no_order")}</p>
            )}
            <Proposals proposals={i.proposals} />
            <Conditions conditions={i.conditions ?? []} />
            <dl>
                <Said name="commander" text={i.commander} />
                <Said name="members" text={i.members?.join(", ")} />
            </dl>
        </section>
    );
}
