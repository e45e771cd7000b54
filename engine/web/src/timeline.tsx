/*
 * timeline - what happened in one incident, newest first, in the daemon's own sentences.
 */
import { useState } from "preact/hooks";
import type { IncidentRecord } from "./record";
import { isInner } from "./record";
import type { Happening } from "./shapes";
import { useSource } from "./source";
import { Moment, Refusal, Written } from "./text";
import { language, say } from "./words";

const ROWS_SHOWN = 200; /* at first; each press shows as many more */

/* What a line is about, for its colour. */
const TONES: Record<string, string> = {
    call_answered: "good",
    call_declined: "no",
    call_expired: "bad",
    plan_failed: "bad",
    plan_struck: "bad",
    plan_error: "bad",
    notice_failed: "bad",
    alarm: "bad",
    proposal_expired: "bad",
    item_urged: "bad",
    report_urged: "bad",
    report_missed: "bad",
    report_sent: "good",
    incident_opened: "grave",
    drill_inject: "grave",
    incident_closed: "grave",
    ordered: "grave",
};

function Row(props: { event: Happening }) {
    const e = props.event;
    return (
        <li class={TONES[e.kind] ?? ""} data-kind={e.kind}>
            <Moment at={e.at} seconds plain /> <Written text={e.text} />
        </li>
    );
}

export function TimelineView(props: { record: IncidentRecord }) {
    const { record } = props;
    const [inner, setInner] = useState(false);
    const [shown, setShown] = useState(ROWS_SHOWN);
    useSource(record, language);
    const rows = inner ? record.events : record.events.filter((e) => !isInner(e));
    const hidden = Math.max(0, rows.length - shown);
    return (
        <section class="timeline" aria-labelledby="timeline">
            <div class="head">
                <h3 id="timeline">{say("timeline")}</h3>
                <label class="inner">
                    <input
                        type="checkbox"
                        checked={inner}
                        onChange={(e) => setInner(e.currentTarget.checked)}
                    />{" "}
                    {say("inner_steps")}
                </label>
            </div>
            {record.problem ? <Refusal problem={record.problem} /> : null}
            {rows.length === 0 ? (
                <p class="quiet">{say(record.loaded ? "no_timeline" : "loading")}</p>
            ) : (
                <ol reversed>
                    {rows
                        .slice(hidden)
                        .reverse()
                        .map((e) => (
                            <Row key={e.id} event={e} />
                        ))}
                </ol>
            )}
            {hidden ? (
                <button type="button" onClick={() => setShown(shown + ROWS_SHOWN)}>
                    {say("earlier", { n: hidden })}
                </button>
            ) : null}
        </section>
    );
}
