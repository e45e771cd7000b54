/*
 * set_bar - what whoever is on duty must know of the set of plans: what was saved is not in force,
 * or a new version of the program drives a plan otherwise than its record says.
 */
import type { House } from "./house";
import type { Incidents } from "./incidents";
import { linkTo } from "./link";
import { useSource } from "./source";
import { Moment, Written } from "./text";
import { say } from "./words";

/* The first error, by its place; its sentence is the checker's. */
function Refused({ house }: { house: House }) {
    const { refused } = house;
    if (!refused) return null;
    const errors = (refused.findings ?? []).filter((f) => f.severity === "error");
    const first = errors[0];
    return (
        <div class="refused">
            <strong>{say("set_refused")}</strong> <Moment at={refused.at} plain />
            <p>
                {first ? `${first.file}:${first.line}: ` : ""}
                <Written lang="en" text={first?.text ?? refused.error} />
                {errors.length > 1 ? ` ${say("set_refused_more", { n: errors.length - 1 })}` : ""}
            </p>
        </div>
    );
}

function Diverged(props: { house: House; incidents: Incidents }) {
    const { verification } = props.house;
    if (!verification?.open.length) return null;
    return (
        <div class="diverged">
            <strong>{say("set_diverged", { n: verification.diverged })}</strong>
            <ul>
                {verification.open.map((id) => (
                    <li key={id}>
                        <a href={linkTo(id)}>
                            <Written text={props.incidents.all.get(id)?.title ?? id} />
                        </a>
                    </li>
                ))}
            </ul>
        </div>
    );
}

export function SetBar(props: { house: House; incidents: Incidents }) {
    const { house, incidents } = props;
    useSource(house);
    if (!house.refused && !house.verification?.open.length) return null;
    return (
        <section class="alarms" aria-label={say("set_bar")}>
            <Diverged house={house} incidents={incidents} />
            <Refused house={house} />
        </section>
    );
}
