/*
 * drills - those that plans owe, when the last was held, and the latest ones with what the
 * evaluators print. Read when it is opened, and again when a drill begins or ends.
 */
import { useEffect, useState } from "preact/hooks";
import { get, pathOf, type Problem, unreachable } from "./api";
import type { Incidents } from "./incidents";
import { linkTo } from "./link";
import type { DrillDue, Incident, IncidentList } from "./shapes";
import { useSource } from "./source";
import { Moment, Refusal, Written } from "./text";
import { say, sayName } from "./work_words";
import { language } from "./words";

const SHOWN = 20; /* the latest ones */

/* "3y" of a plan's head, as people say it. */
function period(every: string): string {
    const [, n, unit] = /^(\d+)(y|mo|w|d)$/.exec(every) ?? [];
    return n && unit ? sayName("every_", unit).replace("{n}", n) : every;
}

function Due({ drill }: { drill: DrillDue }) {
    const { title, every, last, due, overdue } = drill;
    return (
        <li>
            <Written text={title} />
            <span class="quiet">
                {" "}
                {every ? `${period(every)} · ` : null}
                {last ? say("drill_last", { day: last }) : say("drill_never")}
                {due && !overdue ? ` · ${say("drill_due", { day: due })}` : null}
            </span>
            {due && overdue ? (
                <>
                    {" "}
                    <strong class="mark bad">{say("drill_overdue", { day: due })}</strong>
                </>
            ) : null}
        </li>
    );
}

function Held({ incident }: { incident: Incident }) {
    const { id, title, opened_at, state } = incident;
    const paper = (of: "drill" | "review") => pathOf(id, `/${of}?lang=${language.now}`);
    return (
        <li>
            <a href={linkTo(id)}>
                <Written text={title ?? say("untitled")} />
            </a>
            <span class="quiet">
                {" "}
                <Moment at={opened_at} /> · {sayName("state_", state)}
            </span>{" "}
            ·{" "}
            {incident.drill_state ? (
                <>
                    <a href={paper("drill")} target="_blank">
                        {say("drill_report")}
                    </a>{" "}
                    ·{" "}
                </>
            ) : null}
            <a href={paper("review")} target="_blank">
                {say("review")}
            </a>
        </li>
    );
}

interface Read {
    due: DrillDue[];
    held: Incident[];
}

async function read(): Promise<Read> {
    const held = new URLSearchParams({ drill: "true", limit: String(SHOWN) });
    const [due, list] = await Promise.all([
        get<{ drills: DrillDue[] }>(`/api/v1/drills?lang=${language.now}`),
        get<IncidentList>(`/api/v1/incidents?${held}`),
    ]);
    return { due: due.drills, held: list.incidents };
}

export function DrillsView(props: { incidents: Incidents }) {
    const [shown, set] = useState<Read | null>(null);
    const [problem, setProblem] = useState<Problem | null>(null);
    useSource(props.incidents);
    const turn = [...props.incidents.all.values()]
        .filter((i) => i.drill)
        .map((i) => i.id + i.state)
        .join();
    useEffect(() => {
        read().then(
            (found) => {
                set(found);
                setProblem(null);
            },
            (why) => setProblem(unreachable(why)),
        );
    }, [turn, language.now]);
    if (problem) return <Refusal problem={problem} />;
    if (!shown) return <p class="quiet">{say("loading")}</p>;
    return (
        <div class="drills">
            <h3>{say("drills_due")}</h3>
            {shown.due.length ? (
                <ul>
                    {shown.due.map((drill) => (
                        <Due key={drill.plan} drill={drill} />
                    ))}
                </ul>
            ) : (
                <p class="quiet">{say("drills_owed_none")}</p>
            )}
            <h3>{say("drills_held")}</h3>
            {shown.held.length ? (
                <ul>
                    {shown.held.map((incident) => (
                        <Held key={incident.id} incident={incident} />
                    ))}
                </ul>
            ) : (
                <p class="quiet">{say("drills_held_none")}</p>
            )}
        </div>
    );
}
