/*
 * report - one report whole: read, written, signed, sent, given by telephone, corrected.
 *
 *     READING --edit--> WRITING --save--> READING
 *     WRITING --another text is there (412, or somebody else is heard of)--> BOTH
 *     BOTH --save mine, or give it up--> READING
 *
 * What is typed is kept until it is saved or given up, whatever is looked at in between. Whoever
 * signs or sends has read this text and no other: If-Match goes with every act.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { getTagged, postIf, Problem, putIf, type Tagged, unreachable } from "./api";
import { type Draft, drafts } from "./drafts";
import {
    ActForm,
    type Choice,
    ChoiceField,
    choicesOf,
    chosen,
    Field,
    filled,
    TextField,
} from "./form";
import { Markdown } from "./markdown";
import { everybody } from "./people";
import { maySign, reportActions, reportName } from "./reporting";
import type { PlanSheet, Report } from "./shapes";
import { Moment, Refusal, Written } from "./text";
import { say, sayName } from "./work_words";

const NOTE_MOST = 4_000;
const TEXT_MOST = 32_768; /* the daemon counts bytes, and tells */

function pathTo(id: string, more = ""): string {
    return `/api/v1/reports/${encodeURIComponent(id)}${more}`;
}

interface Whole {
    read: Tagged<Report> | null;
    problem: Problem | null;
    again: () => Promise<void>;
}

/* The report with its text; read again whenever the list has been. */
function useWhole(listed: Report): Whole {
    const [read, setRead] = useState<Tagged<Report> | null>(null);
    const [problem, setProblem] = useState<Problem | null>(null);
    const again = async () => {
        try {
            const now = await getTagged<Report>(pathTo(listed.id));
            setRead((was) => (was && was.body.rev > now.body.rev ? was : now)); /* overtaken */
            setProblem(null);
        } catch (why) {
            setProblem(unreachable(why));
        }
    };
    useEffect(() => void again(), [listed]);
    return { read, problem, again };
}

/* An act upon what was read; where another text is there by now, that one is read. */
function useAct(whole: Whole): <T>(ask: () => Promise<T>) => Promise<T> {
    return async (ask) => {
        try {
            return await ask();
        } catch (why) {
            if (why instanceof Problem && why.status === 412) await whole.again();
            throw why;
        }
    };
}

/* Who writes it, as choices. */
function writersOf(report: Report, sheet: PlanSheet | null): Choice[] {
    const of = sheet?.reports.find((r) => r.kind === report.kind);
    return choicesOf(of?.writers ?? [], (target) => target);
}

/* ---- writing ---- */

function Theirs({ report }: { report: Report }) {
    return (
        <section class="theirs" role="status" aria-label={say("theirs", { rev: report.rev })}>
            <h5>{say("theirs", { rev: report.rev })}</h5>
            <p>{say("theirs_text")}</p>
            <pre dir="auto">{report.text}</pre>
        </section>
    );
}

function Writing(props: {
    whole: Whole;
    read: Tagged<Report>;
    draft: Draft;
    sheet: PlanSheet | null;
    done: () => void;
}) {
    const { whole, read, draft, sheet, done } = props;
    const { body: report, etag } = read;
    const act = useAct(whole);
    const [typed, setTyped] = useState(draft.text !== report.text);
    const [saving, setSaving] = useState(false); /* what is there now may be ours already */
    const both = report.rev !== draft.rev && !saving;
    const form = useRef<HTMLDivElement>(null);
    useEffect(() => form.current?.querySelector("textarea")?.focus(), []);
    const save = async (fields: FormData) => {
        /* old browsers give the lines of a form with CR LF */
        const text = (filled(fields, "text") ?? "").replace(/\r\n/g, "\n");
        setSaving(true);
        try {
            const body = { text, as: chosen(fields, "as") };
            await act(() => putIf(pathTo(report.id), body, etag));
            drafts.delete(report.id);
            await whole.again();
        } finally {
            setSaving(false);
        }
        done();
        return "";
    };
    const type = (text: string) => {
        drafts.set(report.id, { ...draft, text });
        setTyped(true);
    };
    return (
        <ActForm act={save} class="writing" label={say("write_of", { what: reportName(report) })}>
            <div class={both ? "both" : ""} ref={form}>
                {both ? <Theirs report={report} /> : null}
                <Field label={say(both ? "mine" : "report_text")} name="text">
                    {(carried) => (
                        <textarea
                            {...carried}
                            required
                            maxLength={TEXT_MOST}
                            rows={14}
                            dir="auto"
                            defaultValue={draft.text}
                            onInput={(e) => type(e.currentTarget.value)}
                        />
                    )}
                </Field>
            </div>
            {report.state === "signed" ? <p class="quiet">{say("voids")}</p> : null}
            <ChoiceField
                label={say("written_by")}
                name="as"
                of={writersOf(report, sheet)}
                other={say("person_id")}
            />
            <p class="buttons">
                <button class={both ? "grave" : "good"}>{say(both ? "save_mine" : "save")}</button>
                <button
                    type="button"
                    onClick={() => {
                        drafts.delete(report.id);
                        done();
                    }}
                >
                    {say(typed ? "give_up" : "cancel")}
                </button>
            </p>
        </ActForm>
    );
}

/* ---- acting ---- */

function SignForm(props: {
    whole: Whole;
    read: Tagged<Report>;
    sheet: PlanSheet | null;
    done: () => void;
}) {
    const { whole, read, sheet } = props;
    const { body: report, etag } = read;
    const act = useAct(whole);
    const signers = sheet?.reports.find((r) => r.kind === report.kind)?.people ?? [];
    const sign = async (fields: FormData) => {
        const body = { as: chosen(fields, "as") };
        await act(() => postIf(pathTo(report.id, "/sign"), body, etag));
        props.done();
        return say("recorded");
    };
    return (
        <ActForm act={sign} class="sign" label={say("sign")}>
            <ChoiceField
                label={say("signs")}
                name="as"
                of={choicesOf(signers, (target) => target)}
                other={say("person_id")}
                required
            />
            <p class="buttons">
                <button class="good">{say("sign")}</button>
            </p>
        </ActForm>
    );
}

function ActsForm(props: {
    whole: Whole;
    read: Tagged<Report>;
    sheet: PlanSheet | null;
    made: (id: string) => void;
}) {
    const { whole, read, sheet, made } = props;
    const { body: report, etag } = read;
    const act = useAct(whole);
    const take = async (fields: FormData, action: string) => {
        const body = { as: chosen(fields, "as"), note: filled(fields, "note") };
        const done = await act(() =>
            postIf<{ report: string }>(pathTo(report.id, `/${action}`), body, etag),
        );
        if (action === "correct") made(done.report);
        return say("recorded");
    };
    const actions = reportActions(report);
    return (
        <ActForm act={take} class="report-act" label={say("report_act")}>
            <ChoiceField
                label={say("whose_act")}
                name="as"
                of={everybody(sheet)}
                other={say("person_id")}
            />
            <TextField label={say("note_optional")} name="note" most={NOTE_MOST} />
            {actions.includes("fill") ? <p class="quiet">{say("fill_means")}</p> : null}
            <p class="buttons">
                {actions.map((action) => (
                    <button key={action} value={action} class={action === "send" ? "good" : ""}>
                        {sayName("do_", action)}
                    </button>
                ))}
            </p>
        </ActForm>
    );
}

/* ---- reading ---- */

function Meta({ report: r }: { report: Report }) {
    return (
        <p class="quiet">
            {say("revision", { n: r.rev })}
            {r.signer ? (
                <>
                    {" · "}
                    <Written text={say("signed_by", { who: r.signer.name ?? r.signer.by })} />{" "}
                    {r.signed_at ? <Moment at={r.signed_at} plain /> : null}
                </>
            ) : null}
            {r.basis ? (
                <>
                    {" · "}
                    <Written text={say("report_basis", { what: r.basis })} />
                </>
            ) : null}
        </p>
    );
}

/* made  a further report was made: it is to be looked at. */
export function ReportView(props: {
    listed: Report;
    sheet: PlanSheet | null;
    may: boolean;
    made: (id: string) => void;
}) {
    const { listed, sheet, may, made } = props;
    const whole = useWhole(listed);
    const [draft, setDraft] = useState(drafts.get(listed.id) ?? null);
    const box = useRef<HTMLDivElement>(null);
    const { read, problem } = whole;
    if (!read) {
        return problem ? <Refusal problem={problem} /> : <p class="quiet">{say("loading")}</p>;
    }
    const report = read.body;
    const done = () => {
        setDraft(null);
        box.current?.focus(); /* the button that was pressed is gone */
    };
    return (
        <div class="report-whole" tabIndex={-1} ref={box}>
            {problem ? <Refusal problem={problem} /> : null}
            <Meta report={report} />
            {may && draft ? (
                <Writing whole={whole} read={read} draft={draft} sheet={sheet} done={done} />
            ) : (
                <>
                    {report.purged ? (
                        <i>{say("untitled")}</i>
                    ) : (
                        <Markdown text={report.text ?? ""} />
                    )}
                    {may && report.state !== "sent" ? (
                        <p class="buttons">
                            <button
                                type="button"
                                onClick={() =>
                                    setDraft({ text: report.text ?? "", rev: report.rev })
                                }
                            >
                                {say("edit")}
                            </button>
                        </p>
                    ) : null}
                    {may && maySign(report) ? (
                        <SignForm whole={whole} read={read} sheet={sheet} done={done} />
                    ) : null}
                    {may ? <ActsForm whole={whole} read={read} sheet={sheet} made={made} /> : null}
                </>
            )}
        </div>
    );
}
