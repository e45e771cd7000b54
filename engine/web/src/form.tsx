/*
 * form - the parts of a form that asks the daemon to do something.
 *
 *     READY --submit--> SENDING --done--> DONE (fields empty) --typing--> READY
 *                       SENDING --a step further--> READY (fields kept)
 *                       SENDING --refused--> REFUSED (fields kept) --submit--> SENDING
 *
 * A refusal that names a field is shown beside that field, which gets the focus; any other below.
 */
import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect, useId, useRef, useState } from "preact/hooks";
import { type Problem, unreachable } from "./api";
import type { SheetPerson } from "./shapes";
import { Refusal } from "./text";
import { say } from "./work_words";

/* What a form does. Gives the sentence that says it was done, null where it has only gone a step
 * further; throws a Problem. */
export type Act = (fields: FormData, by: string) => Promise<string | null>;

/* What a form tells its fields. */
interface Told {
    problem: Problem | null;
    field: string; /* whose problem it is; "": of none of them */
    turn: number; /* how often it was done: each time its fields begin anew */
}

const TOLD = createContext<Told>({ problem: null, field: "", turn: 0 });

/* Of the form itself: what the pressed button stands for. */
function pressed(e: SubmitEvent): string {
    return (e.submitter as HTMLButtonElement | null)?.value ?? "";
}

/* The field of this form that a refusal names: "/fields/g7/stage_m" names stage_m. */
function fieldOf(form: HTMLFormElement, problem: Problem): HTMLElement | null {
    const name = problem.pointer.slice(problem.pointer.lastIndexOf("/") + 1);
    const field = name ? form.elements.namedItem(name) : null;
    return field instanceof HTMLElement ? field : null;
}

export function ActForm(props: {
    act: Act;
    class?: string;
    label?: string; /* what it is for, where no heading says so */
    children: ComponentChildren;
}) {
    const form = useRef<HTMLFormElement>(null);
    const busy = useRef(false); /* at once: two clicks may come before the page is drawn again */
    const [sending, setSending] = useState(false);
    const [done, setDone] = useState("");
    const [told, setTold] = useState<Told>({ problem: null, field: "", turn: 0 });

    const refused = (problem: Problem) => {
        const field = form.current && fieldOf(form.current, problem);
        const name = field?.getAttribute("name") ?? "";
        setTold((t) => ({ ...t, problem, field: name }));
    };
    useEffect(() => {
        if (told.field) form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
    }, [told]);
    const submit = async (e: SubmitEvent) => {
        e.preventDefault();
        if (busy.current || !form.current) return;
        busy.current = true;
        setSending(true);
        setTold((t) => ({ ...t, problem: null, field: "" }));
        setDone("");
        try {
            const said = await props.act(new FormData(form.current), pressed(e));
            if (said !== null) {
                setDone(said);
                form.current?.reset();
                setTold((t) => ({ ...t, turn: t.turn + 1 }));
            }
        } catch (why) {
            refused(unreachable(why));
        }
        busy.current = false;
        setSending(false);
    };

    return (
        <form
            ref={form}
            class={props.class}
            aria-busy={sending}
            aria-label={props.label}
            onSubmit={(e) => void submit(e as SubmitEvent)}
            onInput={() => setDone("")}
        >
            <TOLD.Provider value={told}>{props.children}</TOLD.Provider>
            <p class="outcome" role="status">
                {sending ? say("sending") : done}
            </p>
            {told.problem && !told.field ? <Refusal problem={told.problem} /> : null}
        </form>
    );
}

/* What the element of a field carries: its name, its label's id, and what is wrong with it. */
export interface Carried {
    id: string;
    name: string;
    "aria-invalid"?: boolean;
    "aria-describedby"?: string;
}

export function Field(props: {
    label: string;
    name: string;
    children: (carried: Carried) => ComponentChildren;
}) {
    const { label, name, children } = props;
    const id = useId();
    const { problem, field } = useContext(TOLD);
    const bad = problem && field === name;
    const carried: Carried = { id, name };
    if (bad) Object.assign(carried, { "aria-invalid": true, "aria-describedby": `${id}-bad` });
    return (
        <div class="field">
            <label for={id}>{label}</label>
            {children(carried)}
            {bad ? <Refusal problem={problem} id={`${id}-bad`} /> : null}
        </div>
    );
}

/* A text of one or more lines. dir=auto: it is written in its writer's direction. */
export function TextField(props: {
    label: string;
    name: string;
    required?: boolean | undefined;
    long?: boolean;
    hint?: string;
    begin?: string | undefined; /* what stands in it at first */
    most: number;
}) {
    const { required, most, hint, begin } = props;
    return (
        <Field label={props.label} name={props.name}>
            {(carried) =>
                props.long ? (
                    <textarea
                        {...carried}
                        required={required}
                        maxLength={most}
                        placeholder={hint}
                        defaultValue={begin}
                        rows={2}
                        dir="auto"
                    />
                ) : (
                    <input
                        {...carried}
                        required={required}
                        maxLength={most}
                        placeholder={hint}
                        defaultValue={begin}
                        autocomplete="off"
                        dir="auto"
                    />
                )
            }
        </Field>
    );
}

/* ---- somebody, or some target ---- */

const NAME_MOST = 128;
const OTHER = "-"; /* nobody has this id */

export interface Choice {
    id: string;
    text: string;
}

/* "孙伟 · 防指副总指挥" */
export function choicesOf(people: SheetPerson[], nameOf: (target: string) => string): Choice[] {
    return people.map((p) => ({
        id: p.person,
        text: p.as ? `${p.name} · ${nameOf(p.as)}` : p.name,
    }));
}

/* One of those that are known, or any other by its id. */
export function ChoiceField(props: {
    label: string;
    name: string;
    of: Choice[];
    other: string; /* asks for the id */
    required?: boolean | undefined;
    begin?: string | undefined;
}) {
    const { of, name, required } = props;
    const only = required && of.length === 1 ? of[0]?.id : undefined;
    const first = props.begin ?? only ?? (of.length || !required ? "" : OTHER);
    const { turn } = useContext(TOLD);
    const [touched, touch] = useState({ turn: -1, id: "" }); /* what was chosen, in which turn */
    const chosen = touched.turn === turn ? touched.id : first;
    return (
        <>
            <Field label={props.label} name={name}>
                {(carried) => (
                    <select
                        {...carried}
                        required={required}
                        value={chosen}
                        onChange={(e) => touch({ turn, id: e.currentTarget.value })}
                    >
                        <option value="">{say(required ? "choose" : "not_said")}</option>
                        {of.map((one) => (
                            <option key={one.id} value={one.id}>
                                {one.text}
                            </option>
                        ))}
                        <option value={OTHER}>{say("other_one")}</option>
                    </select>
                )}
            </Field>
            {chosen === OTHER ? (
                <TextField label={props.other} name={`${name}_other`} required most={NAME_MOST} />
            ) : null}
        </>
    );
}

/* The id that was chosen or written; undefined: none. */
export function chosen(fields: FormData, name: string): string | undefined {
    const id = filled(fields, name);
    return id === OTHER ? filled(fields, `${name}_other`) : id;
}

/* What a form's field holds, or undefined where it is empty: it is left out of the request then. */
export function filled(fields: FormData, name: string): string | undefined {
    const value = fields.get(name);
    return typeof value === "string" && value !== "" ? value : undefined;
}
