/*
 * reports - what is reported upwards, on the screen: what is late first, and of each who writes,
 * who signs, to whom, by when, and what is proved of its sending. One is opened to be read and
 * worked on (report.tsx, in the second file).
 */
import { useState } from "preact/hooks";
import { KeepFocus } from "./focus";
import { type House, targetName } from "./house";
import { isOver } from "./incidents";
import { Later } from "./later";
import { isDue, phoneLate, reportName, type Reports } from "./reporting";
import type { Incident, PlanSheet, Report } from "./shapes";
import { listed, Moment, Refusal, Written } from "./text";
import { length, useNow } from "./time";
import { say, sayName, type Word } from "./words";

/* "省总值班室" */
export function receivers(r: Report, sheet: PlanSheet | null): string {
    const to = typeof r.to === "string" ? [r.to] : (r.to ?? []);
    return listed(to.map((t) => targetName(sheet, t)));
}

function Bad(props: { word: Word }) {
    return <strong class="mark bad">{say(props.word)}</strong>;
}

function Standing({ report: r }: { report: Report }) {
    return (
        <span class="standing-marks">
            <span class={`mark report-${r.state}`}>{sayName("reported_", r.state)}</span>{" "}
            {r.overdue ? <Bad word="overdue" /> : null}
            {r.missed ? <Bad word="missed" /> : null}
            {r.zero ? <span class="mark">{say("zero")}</span> : null}
            {r.late_ms ? (
                <span class="mark">{say("late_by", { time: length(r.late_ms) })}</span>
            ) : null}
        </span>
    );
}

/* Who writes, who signs, to whom. */
function Path({ report: r, sheet }: { report: Report; sheet: PlanSheet | null }) {
    const name = (target: string | undefined) => targetName(sheet, target ?? "?");
    return (
        <Written
            class="owner"
            text={say("report_path", {
                by: name(r.by),
                sign: name(r.sign),
                to: receivers(r, sheet),
            })}
        />
    );
}

function Times({ report: r }: { report: Report }) {
    const now = useNow(5_000);
    const late = phoneLate(r, now);
    const left = r.due_at ? Date.parse(r.due_at) - now : 0;
    return (
        <p class="times">
            {r.sent_at ? (
                <>
                    {say("sent_at")} <Moment at={r.sent_at} />
                </>
            ) : r.due_at ? (
                <span class={r.overdue ? "late" : ""}>
                    {say("due_at")} <Moment at={r.due_at} plain={!r.overdue} />
                    {left > 0 && !r.overdue ? ` · ${say("left", { time: length(left) })}` : ""}
                </span>
            ) : null}
            {r.phone_due_at && !r.phoned_at && !r.sent_at ? (
                <span class={late ? "late" : ""}>
                    {say(late ? "phone_late" : "phone_due")} <Moment at={r.phone_due_at} plain />
                </span>
            ) : null}
            {r.phoned_at ? (
                <span>
                    {say("phoned_at")} <Moment at={r.phoned_at} plain />
                </span>
            ) : null}
        </p>
    );
}

/* What is proved of its sending. */
function Proved({ report: r }: { report: Report }) {
    return r.told?.length ? (
        <ul class="told">
            {r.told.map((t) => (
                <li key={t.to} class={t.state === "failed" ? "late" : ""}>
                    <Written text={t.name ?? t.to} /> {sayName("told_", t.state)}
                </li>
            ))}
        </ul>
    ) : null;
}

function Row(props: {
    report: Report;
    house: House;
    incident: Incident;
    reports: Reports;
    opened: boolean;
    open: (id: string | null) => void;
}) {
    const { report: r, house, incident, opened, open } = props;
    const sheet = house.sheetOf(incident);
    const corrected = props.reports.all.find((one) => one.id === r.corrects);
    return (
        <li
            class={r.overdue ? "overdue" : isDue(r) ? "" : "over"}
            data-report={r.id}
            data-state={r.state}
        >
            <div class="head">
                <h4>
                    <Written text={reportName(r)} /> <Standing report={r} />
                </h4>
                <button
                    type="button"
                    class="act"
                    aria-expanded={opened}
                    onClick={() => open(opened ? null : r.id)}
                >
                    {say(opened ? "fold" : "open_report")}
                    <span class="unseen"> {reportName(r)}</span>
                </button>
            </div>
            <Times report={r} />
            <Path report={r} sheet={sheet} />
            {corrected ? (
                <p class="quiet">{say("corrects", { what: reportName(corrected) })}</p>
            ) : null}
            <Proved report={r} />
            {opened ? (
                <Later
                    of={({ ReportView }) => (
                        <ReportView
                            listed={r}
                            sheet={sheet}
                            may={house.may("respond") && !isOver(incident)}
                            made={open}
                        />
                    )}
                />
            ) : null}
        </li>
    );
}

export function ReportsView(props: { house: House; incident: Incident; reports: Reports }) {
    const { house, incident, reports } = props;
    const [opened, open] = useState<string | null>(null);
    const { all, problem } = reports;
    if (all.length === 0 && !problem) return null;
    const late = all.filter((r) => r.overdue).length;
    const row = (r: Report) => (
        <Row
            key={r.id}
            report={r}
            house={house}
            incident={incident}
            reports={reports}
            opened={opened === r.id}
            open={open}
        />
    );
    return (
        <section class={late ? "reports late" : "reports"} aria-labelledby="reports">
            <h3 id="reports" tabIndex={-1}>
                {say("reports")}
            </h3>
            {problem ? <Refusal problem={problem} /> : null}
            <p class="counts">
                <span>{say("wait_reports", { n: all.filter(isDue).length })}</span>
                {late ? <strong class="bad">{say("items_overdue", { n: late })}</strong> : null}
            </p>
            <ul>
                <KeepFocus>{all.map(row)}</KeepFocus>
            </ul>
            {reports.more ? <p class="quiet">{say("more_items", { n: all.length })}</p> : null}
        </section>
    );
}
