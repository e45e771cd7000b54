/*
 * alarms - what nobody may overlook, over all incidents: an order that nobody has given, and what
 * is overdue. Drills stand behind the real ones.
 */
import { useEffect, useRef } from "preact/hooks";
import { awaitsOrder, isRunning } from "./incidents";
import { linkTo } from "./link";
import { DrillMark } from "./marks";
import type { Incident } from "./shapes";
import { sound } from "./sound";
import { useSource } from "./source";
import { Written } from "./text";
import { say } from "./words";

const NAMED = 4; /* the others are counted */

export interface Alarms {
    awaiting: Incident[];
    overdue: Incident[];
    items: number; /* that are overdue */
    late: Incident[];
    reports: number; /* that are overdue */
}

export function alarmsOf(incidents: Incident[]): Alarms {
    const open = incidents.filter(isRunning);
    const sorted = [...open].sort((a, b) => Number(a.drill) - Number(b.drill));
    const sum = (of: "items" | "reports") => sorted.reduce((n, i) => n + i[of].overdue, 0);
    return {
        awaiting: sorted.filter(awaitsOrder),
        overdue: sorted.filter((i) => i.items.overdue > 0),
        items: sum("items"),
        late: sorted.filter((i) => i.reports.overdue > 0),
        reports: sum("reports"),
    };
}

/* Is there more of it than before? */
export function isWorse(now: Alarms, before: Alarms): boolean {
    const known = before.awaiting.map((i) => i.id);
    const more = now.items > before.items || now.reports > before.reports;
    return more || now.awaiting.some((i) => !known.includes(i.id));
}

/* It sounds at each new alarm, for who has switched it on. */
export function useAlarmSound(alarms: Alarms): void {
    const before = useRef(alarms);
    useEffect(() => {
        if (isWorse(alarms, before.current)) sound.ring();
        before.current = alarms;
    });
}

export function SoundSwitch() {
    useSource(sound);
    return (
        <button type="button" class="sound" onClick={() => sound.turn()}>
            {say(sound.on ? "sound_on" : "sound_off")}
        </button>
    );
}

function Links(props: { of: Incident[]; count?: "items" | "reports" }) {
    const more = props.of.length - NAMED;
    return (
        <ul>
            {props.of.slice(0, NAMED).map((i) => (
                <li key={i.id}>
                    {i.drill ? <DrillMark /> : null}{" "}
                    <a href={linkTo(i.id)}>
                        <Written text={i.title ?? say("untitled")} />
                    </a>
                    {props.count ? ` (${i[props.count].overdue})` : null}
                </li>
            ))}
            {more > 0 ? <li>{say("and_more", { n: more })}</li> : null}
        </ul>
    );
}

export function AlarmBar({ alarms }: { alarms: Alarms }) {
    const { awaiting, overdue, items, late, reports } = alarms;
    if (!awaiting.length && !overdue.length && !late.length) return null;
    return (
        <section class="alarms" aria-label={say("alarms")}>
            {awaiting.length ? (
                <div class="awaiting">
                    <strong>{say("alarm_awaiting", { n: awaiting.length })}</strong>
                    <Links of={awaiting} />
                </div>
            ) : null}
            {late.length ? (
                <div class="late">
                    <strong>{say("alarm_late", { n: reports })}</strong>
                    <Links of={late} count="reports" />
                </div>
            ) : null}
            {overdue.length ? (
                <div class="overdue">
                    <strong>{say("alarm_overdue", { n: items })}</strong>
                    <Links of={overdue} count="items" />
                </div>
            ) : null}
        </section>
    );
}
