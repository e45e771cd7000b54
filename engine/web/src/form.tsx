/*
 * form - the parts of a form that asks the daemon to do something.
 *
 *     READY --submit--> SENDING --done--> DONE (fields empty) --typing--> READY
 *                       SENDING --refused--> REFUSED (fields kept) --submit--> SENDING
 */
import type { ComponentChildren } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { type Problem, unreachable } from "./api";
import { Refusal } from "./text";
import { say } from "./words";

/* What a form does. Gives the sentence that says it was done; throws a Problem. */
export type Act = (fields: FormData, by: string) => Promise<string>;

/* Of the form itself: what the pressed button stands for. */
function pressed(e: SubmitEvent): string {
    return (e.submitter as HTMLButtonElement | null)?.value ?? "";
}

export function ActForm(props: { act: Act; class?: string; children: ComponentChildren }) {
    const form = useRef<HTMLFormElement>(null);
    const [sending, setSending] = useState(false);
    const [done, setDone] = useState("");
    const [problem, setProblem] = useState<Problem | null>(null);

    const submit = async (e: SubmitEvent) => {
        e.preventDefault();
        if (sending || !form.current) return;
        setSending(true);
        setProblem(null);
        setDone("");
        try {
            setDone(await props.act(new FormData(form.current), pressed(e)));
            form.current?.reset();
        } catch (why) {
            setProblem(unreachable(why));
        }
        setSending(false);
    };

    return (
        <form
            ref={form}
            class={props.class}
            aria-busy={sending}
            onSubmit={(e) => void submit(e as SubmitEvent)}
            onInput={() => setDone("")}
        >
            {props.children}
            <p class="outcome" role="status">
                {sending ? say("sending") : done}
            </p>
            {problem ? <Refusal problem={problem} /> : null}
        </form>
    );
}

export function Field(props: { label: string; children: (id: string) => ComponentChildren }) {
    const id = useId();
    return (
        <p class="field">
            <label for={id}>{props.label}</label>
            {props.children(id)}
        </p>
    );
}

/* A text of one or more lines. dir=auto: it is written in its writer's direction. */
export function TextField(props: {
    label: string;
    name: string;
    required?: boolean;
    long?: boolean;
    hint?: string;
    most: number;
}) {
    const { name, required, most, hint } = props;
    return (
        <Field label={props.label}>
            {(id) =>
                props.long ? (
                    <textarea
                        id={id}
                        name={name}
                        required={required}
                        maxLength={most}
                        placeholder={hint}
                        rows={2}
                        dir="auto"
                    />
                ) : (
                    <input
                        id={id}
                        name={name}
                        required={required}
                        maxLength={most}
                        placeholder={hint}
                        autocomplete="off"
                        dir="auto"
                    />
                )
            }
        </Field>
    );
}

/* What a form's field holds, or undefined where it is empty: it is left out of the request then. */
export function filled(fields: FormData, name: string): string | undefined {
    const value = fields.get(name);
    return typeof value === "string" && value !== "" ? value : undefined;
}

/* A part of the page that opens on demand: a second step before anything happens. */
export function Fold(props: { title: string; class?: string; children: ComponentChildren }) {
    return (
        <details class={`fold ${props.class ?? ""}`}>
            <summary>{props.title}</summary>
            {props.children}
        </details>
    );
}
