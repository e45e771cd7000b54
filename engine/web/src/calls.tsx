/*
 * calls - who is being called at this moment, and when the next ones are.
 */
import type { Asked, Call } from "./shapes";
import { Person, Written } from "./text";
import { countdown, useNow } from "./time";
import { say } from "./words";

/* Each person once: in a second round the same are asked again. */
function once(people: Asked[]): Asked[] {
    return people.filter((p, n) => people.findIndex((q) => q.person === p.person) === n);
}

export function calledNow(call: Call): Asked[] {
    return once(call.asked.filter((p) => p.rung === call.rung));
}

export function calledBefore(call: Call): Asked[] {
    const now = calledNow(call).map((p) => p.person);
    return once(call.asked).filter((p) => !now.includes(p.person));
}

export function People(props: { people: Asked[] }) {
    return (
        <ul class="people">
            {props.people.map((p) => (
                <li key={p.person} class={p.declined ? "declined" : ""}>
                    <Person id={p.person} name={p.name} words={p.words} />
                    {p.declined ? <span class="no"> {say("declined")}</span> : null}
                    {p.accepted ? <span class="yes"> {say("accepted")}</span> : null}
                    {p.choice ? (
                        <span class="chosen">
                            {": "}
                            <Written text={p.choice} />
                        </span>
                    ) : null}
                </li>
            ))}
        </ul>
    );
}

/* Counts down to the next rung. Without a due time nothing will happen by itself. */
export function Due(props: { due: string | undefined }) {
    const now = useNow();
    if (!props.due) return null;
    const left = Date.parse(props.due) - now;
    return (
        <span class="due">
            {left > 0 ? say("next_in", { left: countdown(left) }) : say("next_now")}
        </span>
    );
}
