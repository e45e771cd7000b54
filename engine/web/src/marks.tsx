/*
 * marks - the small signs on an incident: drill, state, health, level, grade, warning. Each says
 * its meaning in words; colour only helps.
 */
import { awaitsOrder } from "./incidents";
import type { Grade, Incident } from "./shapes";
import { say, sayName } from "./words";

/* Loud wherever it stands: a drill must never be taken for the real thing, nor the other way. */
export function DrillMark() {
    return <strong class="mark drill">{say("drill_mark")}</strong>;
}

/* Somebody has to order, and nobody has. */
export function AwaitingMark() {
    return <strong class="mark bad awaiting">{say("awaiting_order")}</strong>;
}

/* The response level in force: the higher, the heavier. */
export function LevelMark({ level }: { level: Grade }) {
    return <strong class={`mark level l${level}`}>{sayName("level_", level)}</strong>;
}

export function Marks(props: { incident: Incident }) {
    const i = props.incident;
    return (
        <p class="marks">
            {i.drill ? <DrillMark /> : null}
            {i.health === "ok" ? null : (
                <strong class="mark bad">{sayName("health_", i.health)}</strong>
            )}
            {awaitsOrder(i) ? <AwaitingMark /> : null}
            {i.level ? <LevelMark level={i.level} /> : null}
            {i.state === "awaiting_order" ? null : (
                <span class={`mark state ${i.state}`}>{sayName("state_", i.state)}</span>
            )}
            {i.grade ? (
                <span class={`mark grade g${i.grade}`}>{sayName("grade_", i.grade)}</span>
            ) : null}
            {i.warning ? (
                <span class={`mark warning ${i.warning}`}>{sayName("warning_", i.warning)}</span>
            ) : null}
        </p>
    );
}
