/*
 * marks - the small signs on an incident: drill, state, health, grade, warning. Each says its
 * meaning in words; colour only helps.
 */
import type { Incident } from "./shapes";
import { say, sayName } from "./words";

/* Loud wherever it stands: a drill must never be taken for the real thing, nor the other way. */
export function DrillMark() {
    return <strong class="mark drill">{say("drill_mark")}</strong>;
}

export function Marks(props: { incident: Incident }) {
    const i = props.incident;
    return (
        <p class="marks">
            {i.drill ? <DrillMark /> : null}
            {i.health === "ok" ? null : (
                <strong class="mark bad">{sayName("health_", i.health)}</strong>
            )}
            <span class={`mark state ${i.state}`}>{sayName("state_", i.state)}</span>
            {i.level ? <span class="mark">{sayName("level_", i.level)}</span> : null}
            {i.grade ? (
                <span class={`mark grade g${i.grade}`}>{sayName("grade_", i.grade)}</span>
            ) : null}
            {i.warning ? (
                <span class={`mark warning ${i.warning}`}>{sayName("warning_", i.warning)}</span>
            ) : null}
        </p>
    );
}
