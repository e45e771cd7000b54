/*
 * incident - one incident whole: who is called, what is known, what may be done, what happened.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { Acts } from "./act";
import { pathOf } from "./api";
import { calledBefore, calledNow, Due, People } from "./calls";
import { Place, Plan, Title } from "./card";
import { CommandView } from "./command";
import { FamilyView, GoesOn } from "./family";
import type { House } from "./house";
import type { Incidents } from "./incidents";
import { ItemsView } from "./items";
import { ledgerOf } from "./ledger";
import { useListing } from "./listing";
import { Marks } from "./marks";
import { IncidentRecord } from "./record";
import { ReportsView } from "./reports";
import { reportsOf } from "./reporting";
import type { Call, Fact, Facts, Incident, PlanSheet, Taken } from "./shapes";
import { inLanguage, Moment, Person, Written } from "./text";
import { TimelineView } from "./timeline";
import { Waits } from "./waits";
import { language, say, sayName, type Word } from "./words";

/* A value of the wire as people write it: a text without quotes, the rest as JSON. */
function valueText(value: unknown): string {
    return typeof value === "string" ? value : JSON.stringify(value);
}

function CallView(props: { call: Call }) {
    const { call } = props;
    const text = inLanguage(call.text);
    const before = calledBefore(call);
    return (
        <li class="call">
            {text ? <Written text={text} class="said" /> : null}
            <p class="calling">
                <span class="what">{say("calling")}</span> <People people={calledNow(call)} />
            </p>
            <p class="rung">
                {say("rung", { n: call.rung })} · {say("round", { n: call.round })}
                {call.wanted ? ` · ${say("wanted", { n: call.wanted })}` : ""}
                {call.due ? " · " : ""}
                <Due due={call.due} />
            </p>
            {before.length ? (
                <p class="before">
                    {say("asked_earlier")} <People people={before} />
                </p>
            ) : null}
        </li>
    );
}

function TakenView(props: { taken: Taken }) {
    const { taken } = props;
    const text = inLanguage(taken.text);
    return (
        <li class="call taken">
            {text ? <Written text={text} class="said" /> : null}
            <p class="calling">
                {taken.by.length ? say("taken_by") : say("taken_by_none")}{" "}
                <ul class="people">
                    {taken.by.map((p) => (
                        <li key={p.person}>
                            <Person id={p.person} name={p.name ?? null} />
                        </li>
                    ))}
                </ul>
            </p>
            <p class="rung">
                <Moment at={taken.until} />{" "}
                {say("taken_until")}
            </p>
        </li>
    );
}

function Calls(props: { incident: Incident }) {
    const { calls, taken } = props.incident;
    return (
        <section class="called" aria-labelledby="calls">
            <h3 id="calls" tabIndex={-1}>{say("calls")}</h3>
            {calls.length || taken.length ? (
                <ul class="calls">
                    {calls.map((call) => (
                        <CallView key={call.step} call={call} />
                    ))}
                    {taken.map((one) => (
                        <TakenView key={one.step} taken={one} />
                    ))}
                </ul>
            ) : (
                <p class="quiet">{say("nobody_called")}</p>
            )}
        </section>
    );
}

/* "g7.stage_m" and its fact, stations unfolded. */
export function factRows(facts: Facts, before = ""): [string, Fact][] {
    return Object.entries(facts).flatMap(([name, f]): [string, Fact][] => {
        if (typeof f !== "object" || f === null) return [];
        const isFact = "value" in f && typeof f.at === "string";
        return isFact ? [[before + name, f as Fact]] : factRows(f as Facts, `${before}${name}.`);
    });
}

/* "7号站 水位" of "g7.stage_m", and its unit, where the plan's sheet tells. */
export function factWords(name: string, sheet: PlanSheet | null): { text: string; unit: string } {
    const last = name.slice(name.lastIndexOf(".") + 1);
    const station = sheet?.stations.find((s) => name === `${s.id}.${last}`);
    const fact = sheet?.facts.find((f) => f.name === last);
    const known = fact && (fact.per ? station : name === last);
    const words = known ? [inLanguage(station?.name), inLanguage(fact.label)] : [];
    return { text: words.filter(Boolean).join(" "), unit: (known && fact.unit) || "" };
}

function FactName(props: { name: string; text: string }) {
    return props.text ? (
        <>
            <Written text={props.text} />
            <Written text={props.name} class="owner" />
        </>
    ) : (
        <Written text={props.name} />
    );
}

function FactsView(props: { incident: Incident; sheet: PlanSheet | null }) {
    const rows = factRows(props.incident.facts).map(
        ([name, fact]) => [name, fact, factWords(name, props.sheet)] as const,
    );
    return (
        <section aria-labelledby="facts">
            <h3 id="facts">{say("facts")}</h3>
            {rows.length === 0 ? (
                <p class="quiet">{say("no_facts")}</p>
            ) : (
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{say("fact")}</th>
                            <th scope="col">{say("value")}</th>
                            <th scope="col">{say("reported")}</th>
                        </tr>
                    </thead>
                    <tbody>
                        {rows.map(([name, fact, words]) => (
                            <tr key={name} class={fact.stale ? "stale" : ""}>
                                <th scope="row">
                                    <FactName name={name} text={words.text} />
                                </th>
                                <td>
                                    <Written text={valueText(fact.value)} class="figure" />
                                    {words.unit}
                                </td>
                                <td>
                                    <Moment at={fact.at} />{" "}
                                    {fact.stale ? (
                                        <span class="mark bad">{say("stale")}</span>
                                    ) : null}
                                </td>
                            </tr>
                        ))}
                    </tbody>
                </table>
            )}
            {props.incident.facts_more ? <p class="quiet">{say("more_facts")}</p> : null}
        </section>
    );
}

/* name and value pairs; a value that is not there leaves no row. */
function Pairs(props: { of: [Word | string, unknown][] }) {
    return (
        <dl>
            {props.of
                .filter(([, value]) => value !== null && value !== undefined && value !== "")
                .map(([name, value]) => (
                    <div key={name}>
                        <dt>
                            <Written text={name} />
                        </dt>
                        <dd>
                            <Written text={valueText(value)} />
                        </dd>
                    </div>
                ))}
        </dl>
    );
}

function Notices(props: { incident: Incident }) {
    const { sent, failed } = props.incident.notices;
    return (
        <section aria-labelledby="notices">
            <h3 id="notices">{say("notices")}</h3>
            <p class="counts">
                <span>
                    <b>{sent}</b> {say("sent")}
                </span>
                <span class={failed ? "bad" : ""}>
                    <b>{failed}</b> {say("failed")}
                </span>
            </p>
        </section>
    );
}

function About(props: { incident: Incident }) {
    const i = props.incident;
    const words = (o: Record<string, unknown> | undefined) =>
        Object.entries(o ?? {})
            .map(([name, value]) => `${name}=${valueText(value)}`)
            .join(", ");
    return (
        <details class="fold">
            <summary>{say("about")}</summary>
            <Pairs
                of={[
                    [say("id"), i.id],
                    [say("plan"), i.plan && `${i.plan} ${i.version ?? ""}`],
                    [say("pin"), i.pin],
                    [say("category"), i.category],
                    [say("kind"), i.kind],
                    [say("source"), i.source],
                    [say("place"), words(i.place)],
                    [say("labels"), words(i.labels)],
                    [say("key"), i.key],
                ]}
            />
        </details>
    );
}

/* The record of the incident that is shown, read in this language, and on when it grows. */
function useRecord(incident: Incident): IncidentRecord {
    const make = () => new IncidentRecord(incident.id, language.now);
    const [record, set] = useState(make);
    const fits = record.incident === incident.id && record.language === language.now;
    useEffect(() => {
        if (!fits) set(make());
    }, [fits]);
    useEffect(() => void record.readOn(), [record, incident]);
    return record;
}

function Whole(props: { house: House; incidents: Incidents; incident: Incident; moved: boolean }) {
    const { house, incidents, incident: i, moved } = props;
    const record = useRecord(i);
    const ledger = useListing(ledgerOf, i.id, incidents.turns.items);
    const reports = useListing(reportsOf, i.id, incidents.turns.reports);
    const heading = useRef<HTMLHeadingElement>(null);
    useEffect(() => {
        if (moved) heading.current?.focus();
    }, [i.id]);
    const says = Object.entries(i.plan_state ?? {});
    return (
        <>
            {i.drill ? (
                <p class="drill-banner">
                    <span>
                        {say("drill_mark")} {say("drill_banner")}
                    </span>
                    <DrillState incident={i} />
                </p>
            ) : null}
            <Marks incident={i} />
            <h2 id="incident" tabIndex={-1} ref={heading}>
                <Title title={i.title} />
            </h2>
            <p class="where">
                <Plan house={house} incident={i} />
                <Place of={i.place} /> · {say("since")} <Moment at={i.opened_at} />
                {i.closed_at ? (
                    <>
                        {" "}
                        · {say("closed_at")} <Moment at={i.closed_at} />
                    </>
                ) : null}{" "}
                ·{" "}
                <a href={pathOf(i.id, `/record?lang=${language.now}`)} target="_blank">
                    {say("print")}
                </a>{" "}
                ·{" "}
                <a href={pathOf(i.id, `/review?lang=${language.now}`)} target="_blank">
                    {say("review")}
                </a>
            </p>
            <GoesOn incidents={incidents} incident={i} />
            <Waits incident={i} />
            {i.health === "ok" ? null : (
                <p class="trouble">{say(`health_${i.health}_text`)}</p>
            )}
            <div class="parts">
                <div class="now">
                    <CommandView
                        key={i.id}
                        house={house}
                        incidents={incidents}
                        incident={i}
                        ledger={ledger.all}
                    />
                    <Calls incident={i} />
                    <ReportsView key={i.id} house={house} incident={i} reports={reports} />
                </div>
                <section class="acts" aria-labelledby="acts">
                    <h3 id="acts">{say("act")}</h3>
                    <Acts
                        key={i.id}
                        house={house}
                        incidents={incidents}
                        incident={i}
                        ledger={ledger.all}
                    />
                </section>
                <div class="known">
                    <ItemsView key={i.id} house={house} incident={i} ledger={ledger} />
                    <FamilyView incidents={incidents} incident={i} />
                    <FactsView incident={i} sheet={house.sheetOf(i)} />
                    {says.length ? (
                        <section aria-labelledby="plan-says">
                            <h3 id="plan-says">{say("plan_says")}</h3>
                            <Pairs of={says} />
                        </section>
                    ) : null}
                    <Notices incident={i} />
                    <TimelineView record={record} />
                    <About incident={i} />
                </div>
            </div>
        </>
    );
}

/* moved  somebody went there: then the heading gets the focus. */
/* How far the scenario has come, and what the evaluators print. */
function DrillState(props: { incident: Incident }) {
    const { id, drill_state: d } = props.incident;
    if (!d) return null;
    return (
        <span>
            {" "}
            {sayName("drill_", d.mode)}
            {d.injects
                ? ` · ${say("drill_injects", { n: d.injected ?? 0, of: d.injects })}`
                : null}{" "}
            ·{" "}
            <a href={pathOf(id, `/drill?lang=${language.now}`)} target="_blank">
                {say("drill_report")}
            </a>
        </span>
    );
}

export function IncidentView(props: {
    house: House;
    incidents: Incidents;
    id: string;
    moved: boolean;
}) {
    const { house, incidents, id, moved } = props;
    const incident = incidents.all.get(id);
    useEffect(() => incidents.want(id), [id]);
    return (
        <article class="incident" aria-labelledby={incident ? "incident" : undefined}>
            <p class="back">
                <a href="/#/">
                    <span aria-hidden="true">← </span>
                    {say("back")}
                </a>
            </p>
            {incident ? (
                <Whole house={house} incidents={incidents} incident={incident} moved={moved} />
            ) : (
                <p class="quiet">{say(incidents.missing.has(id) ? "not_found" : "loading")}</p>
            )}
        </article>
    );
}
