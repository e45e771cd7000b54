/*
 * order - an order: written with what the plan has for it, looked at as a whole, then given.
 *
 *     WRITING --look--> LOOKING --give--> given
 *     LOOKING --back, or a field is refused--> WRITING
 *
 * A key of its own goes with what is looked at: given twice, by a second click or because no reply
 * came, it is one order.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { newKey, pathOf, post, Problem } from "./api";
import { ActForm, choicesOf, ChoiceField, chosen, Field, filled, TextField } from "./form";
import {
    type Draft,
    dueOf,
    durationMs,
    expectedOf,
    issuedBy,
    levelsFor,
    measuresAt,
    orderers,
    toldBy,
} from "./foresee";
import { targetName } from "./house";
import { everybody } from "./people";
import { actionText } from "./proposals";
import type { Grade, Incident, Item, PlanSheet, SheetMeasure } from "./shapes";
import { inLanguage, listed, Moment, Written } from "./text";
import { now } from "./time";
import { say, sayName } from "./work_words";

const TEXT_MOST = 4_000; /* letters; the daemon takes 16 KiB */

/* The members of the request. */
interface Body {
    [name: string]: string | undefined;
}

function Principles({ sheet }: { sheet: PlanSheet }) {
    return sheet.principles?.length ? (
        <div class="principles">
            <h5>{say("principles")}</h5>
            <ul>
                {sheet.principles.map((text, n) => (
                    <li key={n}>
                        <Written text={inLanguage(text)} />
                    </li>
                ))}
            </ul>
        </div>
    ) : null;
}

function Measures(props: { of: SheetMeasure[]; level: Grade | null; sheet: PlanSheet }) {
    return (
        <ul class="measures">
            {props.of.map((m) => {
                const due = dueOf(m, props.level);
                return (
                    <li key={m.name}>
                        <Written text={inLanguage(m.title)} />{" "}
                        <span class="quiet">
                            <Written text={targetName(props.sheet, m.owner)} />
                            {due ? ` · ${say("within", { time: due })}` : ""}
                        </span>
                    </li>
                );
            })}
        </ul>
    );
}

/* ---- looking at it ---- */

function Line(props: { name: string; text: string | undefined }) {
    return props.text ? (
        <div>
            <dt>{props.name}</dt>
            <dd>
                <Written text={props.text} />
            </dd>
        </div>
    ) : null;
}

function Expected({ text }: { text: string | undefined }) {
    const ms = text ? durationMs(text) : null;
    return ms === null ? (
        <Line name={say("expected")} text={text} />
    ) : (
        <div>
            <dt>{say("expected_until")}</dt>
            <dd>
                <Moment at={new Date(now() + ms).toISOString()} plain /> ({text})
            </dd>
        </div>
    );
}

/* What the order sets going: what is issued, who is told, what becomes of the rest. */
function Coming(props: { draft: Draft; incident: Incident; sheet: PlanSheet; ledger: Item[] }) {
    const { draft, incident: i, sheet, ledger } = props;
    const issued = issuedBy(draft, i.level, sheet, ledger);
    const told = toldBy(draft, sheet);
    return (
        <div class="coming">
            <h5>{say("what_comes")}</h5>
            {issued.length ? (
                <>
                    <p>{say("is_issued", { n: issued.length })}</p>
                    <Measures of={issued} level={draft.level} sheet={sheet} />
                </>
            ) : (
                <p>{say("nothing_issued")}</p>
            )}
            {told.length ? (
                <p>
                    {say("is_told")} <Written text={listed(told.map((p) => p.name))} />
                    {i.drill ? ` (${say("told_in_drill")})` : null}
                </p>
            ) : null}
            {draft.action === "lower" ? <p>{say("lower_means")}</p> : null}
            {draft.action === "terminate" ? (
                <p>{say(i.level ? "end_means_recovery" : "terminate_text")}</p>
            ) : null}
        </div>
    );
}

function Look(props: {
    draft: Draft;
    body: Body;
    incident: Incident;
    sheet: PlanSheet;
    ledger: Item[];
}) {
    const { draft, body, incident, sheet } = props;
    const by = orderers(draft, incident.level, sheet).find((p) => p.person === body["as"]);
    const as = by?.as ? ` (${targetName(sheet, by.as)})` : "";
    const oral = everybody(sheet).find((p) => p.id === body["oral"])?.text ?? body["oral"];
    return (
        <div class="look">
            <p class="what">{actionText(draft)}</p>
            <dl>
                <Line name={say("ordered_by")} text={(by?.name ?? body["as"] ?? "") + as} />
                <Line name={say("oral_order")} text={oral && say("oral_by", { who: oral })} />
                <Line name={say("reason")} text={body["reason"]} />
                <Line name={say("matter")} text={body["matter"]} />
                <Expected text={body["expected"]} />
                <Line name={say("measures_more")} text={body["measures"]} />
                <Line name={say("basis")} text={body["basis"]} />
                <Line name={say("despite")} text={body["despite"]} />
            </dl>
            <Coming draft={draft} incident={incident} sheet={sheet} ledger={props.ledger} />
        </div>
    );
}

/* ---- writing it ---- */

function LevelField(props: {
    draft: Draft;
    incident: Incident;
    sheet: PlanSheet;
    choose: (level: Grade) => void;
}) {
    const { draft, incident, sheet } = props;
    const fit = levelsFor(draft.action, incident.level, sheet);
    /* what was begun stays, though another order has come in between: the daemon tells */
    const levels = draft.level && !fit.includes(draft.level) ? [draft.level, ...fit] : fit;
    return (
        <Field label={say("level")} name="level">
            {(carried) => (
                <select
                    {...carried}
                    required
                    value={draft.level ?? ""}
                    onChange={(e) => props.choose(e.currentTarget.value as Grade)}
                >
                    {draft.level ? null : <option value="">{say("choose")}</option>}
                    {levels.map((level) => (
                        <option key={level} value={level}>
                            {sayName("level_", level)}
                        </option>
                    ))}
                </select>
            )}
        </Field>
    );
}

/* What else art. 72 asks for: the matter, until when, which measures. */
function Statements(props: { draft: Draft; incident: Incident; sheet: PlanSheet }) {
    const { draft, incident, sheet } = props;
    const measures = measuresAt(draft.level, sheet);
    return (
        <>
            <TextField
                label={say("matter")}
                name="matter"
                begin={incident.title ?? ""}
                most={TEXT_MOST}
            />
            <TextField
                key={draft.level}
                label={say("expected")}
                name="expected"
                begin={expectedOf(draft, sheet)}
                hint="72h, 3d"
                most={20}
            />
            {measures.length ? (
                <div class="field">
                    <p class="quiet">{say("measures_of_plan")}</p>
                    <Measures of={measures} level={draft.level} sheet={sheet} />
                </div>
            ) : null}
            <TextField
                label={say(measures.length ? "measures_more" : "measures")}
                name="measures"
                required={!measures.length}
                long
                most={TEXT_MOST}
            />
        </>
    );
}

export function Oral({ sheet }: { sheet: PlanSheet }) {
    const [oral, setOral] = useState(false);
    return (
        <>
            <p class="check">
                <label>
                    <input
                        type="checkbox"
                        checked={oral}
                        onChange={(e) => setOral(e.currentTarget.checked)}
                    />{" "}
                    {say("oral_order")}
                </label>
            </p>
            {oral ? (
                <ChoiceField
                    label={say("oral_taken")}
                    name="oral"
                    of={everybody(sheet)}
                    other={say("person_id")}
                    required
                />
            ) : null}
        </>
    );
}

function Writing(props: {
    draft: Draft;
    incident: Incident;
    sheet: PlanSheet;
    choose: (level: Grade) => void;
}) {
    const { draft, incident, sheet } = props;
    const end = draft.action === "terminate";
    const people = choicesOf(orderers(draft, incident.level, sheet), (t) => targetName(sheet, t));
    const basis = sheet.basis && listed(sheet.basis.map(inLanguage));
    return (
        <>
            <Principles sheet={sheet} />
            {end ? null : <LevelField {...props} />}
            <ChoiceField
                key={draft.level}
                label={say("order_as")}
                name="as"
                of={people}
                other={say("person_id")}
                required
            />
            <TextField
                label={say("reason")}
                name="reason"
                required
                long
                begin={draft.reason}
                most={TEXT_MOST}
            />
            {end ? (
                <TextField label={say("despite")} name="despite" long most={TEXT_MOST} />
            ) : (
                <Statements draft={draft} incident={incident} sheet={sheet} />
            )}
            <TextField label={say("basis")} name="basis" begin={basis} most={TEXT_MOST} />
            <Oral sheet={sheet} />
        </>
    );
}

/* "again" is our word: the same level activated once more renews it. */
function bodyOf(draft: Draft, fields: FormData): Body {
    const body: Body = { action: draft.action === "again" ? "activate" : draft.action };
    if (draft.level) body["level"] = draft.level;
    for (const name of ["as", "oral"]) body[name] = chosen(fields, name);
    for (const name of ["reason", "matter", "expected", "measures", "basis", "despite"]) {
        body[name] = filled(fields, name);
    }
    return body;
}

export function OrderForm(props: {
    draft: Draft;
    incident: Incident;
    sheet: PlanSheet;
    ledger: Item[];
    done: (said: string) => void; /* given, or thought better of: "" */
}) {
    const { incident, sheet, ledger, done } = props;
    const [draft, setDraft] = useState(props.draft);
    const [body, setBody] = useState<Body | null>(null); /* what is looked at; null: WRITING */
    const key = useRef("");
    const heading = useRef<HTMLHeadingElement>(null);
    useEffect(() => {
        const refused = heading.current?.parentElement?.querySelector("[aria-invalid]");
        if (!refused) heading.current?.focus(); /* else the field has the focus */
    }, [body === null]);

    const act = async (fields: FormData, by: string) => {
        const written = bodyOf(draft, fields);
        if (by !== "give") {
            key.current = newKey();
            setBody(written);
            return null;
        }
        try {
            await post(pathOf(incident.id, "/order"), written, key.current);
        } catch (why) {
            if (why instanceof Problem && why.pointer) setBody(null);
            throw why;
        }
        done(say("order_given", { what: actionText(draft) }));
        return "";
    };

    return (
        <ActForm act={act} class="order" label={actionText(draft)}>
            <h4 tabIndex={-1} ref={heading}>
                {body ? say("order_look") : say("order_write", { what: actionText(draft) })}
            </h4>
            <div hidden={body !== null}>
                <Writing
                    draft={draft}
                    incident={incident}
                    sheet={sheet}
                    choose={(level) => setDraft({ ...draft, level })}
                />
            </div>
            {body ? (
                <Look draft={draft} body={body} incident={incident} sheet={sheet} ledger={ledger} />
            ) : null}
            <p class="buttons">
                {body ? (
                    <button key="give" class="grave" value="give" formNoValidate>
                        {say(incident.drill ? "order_give_drill" : "order_give")}
                    </button>
                ) : (
                    <button key="look">{say("order_check")}</button>
                )}
                <button type="button" onClick={() => (body ? setBody(null) : done(""))}>
                    {say(body ? "order_back" : "cancel")}
                </button>
            </p>
        </ActForm>
    );
}
