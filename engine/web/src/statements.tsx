/*
 * statements - what is declared, issued and published: orders that are about no level; and the
 * eight statements of a warning, as they are proposed and as they stand.
 */
import { targetName } from "./house";
import type { PlanSheet, Statement, StatementDraft, Text, Warning } from "./shapes";
import { inLanguage, Moment, Person, Written } from "./text";
import { say, sayName, type Word } from "./words";

function WarningMark({ warning }: { warning: Warning | "none" }) {
    return <span class={`mark warning ${warning}`}>{sayName("warning_", warning)}</span>;
}

function Line(props: { name: Word; text: Text }) {
    return (
        <div>
            <dt>{say(props.name)}</dt>
            <dd>
                <Written text={inLanguage(props.text)} />
            </dd>
        </div>
    );
}

/* at  when it was published; left out: it is not yet. */
export function Eight(props: { draft: StatementDraft; at?: string }) {
    const { draft: d, at } = props;
    return (
        <dl class="eight">
            <Line name="draft_category" text={d.category} />
            <div>
                <dt>{say("draft_level")}</dt>
                <dd>
                    <WarningMark warning={d.level} />
                </dd>
            </div>
            <Line name="draft_from" text={d.from} />
            <Line name="draft_area" text={d.area} />
            <Line name="draft_matters" text={d.matters} />
            <Line name="draft_advice" text={d.advice} />
            <Line name="draft_issuer" text={d.issuer} />
            <div>
                <dt>{say("draft_at")}</dt>
                <dd>{at ? <Moment at={at} plain /> : say("draft_when_ordered")}</dd>
            </div>
        </dl>
    );
}

function StatementView({ statement: s, sheet }: { statement: Statement; sheet: PlanSheet | null }) {
    const reason = inLanguage(s.reason);
    return (
        <li class={s.lifted_at ? "over" : ""} data-action={s.action}>
            <p>
                <strong>{sayName("action_", s.action)}</strong>{" "}
                {s.warning ? <WarningMark warning={s.warning} /> : null}{" "}
                {s.draft ? null : <Written text={inLanguage(s.what)} />}{" "}
                {s.lifted_at ? (
                    <span class="mark">
                        {say("lifted_at")} <Moment at={s.lifted_at} plain />
                    </span>
                ) : null}
            </p>
            {s.draft ? <Eight draft={s.draft} at={s.at} /> : null}
            <p class="quiet">
                {s.by ? (
                    <Person
                        id={s.by}
                        name={s.name ?? null}
                        words={s.as && targetName(sheet, s.as)}
                    />
                ) : null}{" "}
                · <Moment at={s.at} />
                {reason ? <Written text={` · ${reason}`} /> : null}
            </p>
        </li>
    );
}

/* The newest first. */
export function StatementsView(props: { of: Statement[]; sheet: PlanSheet | null }) {
    return props.of.length ? (
        <>
            <h4>{say("statements")}</h4>
            <ul class="statements">
                {[...props.of].reverse().map((s) => (
                    <StatementView key={s.at + s.action} statement={s} sheet={props.sheet} />
                ))}
            </ul>
        </>
    ) : null;
}
