/*
 * family - how an incident belongs to others: opened by one, with others under it, merged, split
 * off; how many triggers it is made of, and who has which role in it.
 */
import type { ComponentChildren } from "preact";
import type { Incidents } from "./incidents";
import { linkTo } from "./link";
import type { Child, Incident } from "./shapes";
import { listed, Moment, Person, Written } from "./text";
import { say, sayName, type Word } from "./words";

/* By its title where the page knows it, else by its id. */
function To(props: { incidents: Incidents; id: string; title?: string | null }) {
    const title = props.title ?? props.incidents.titleOf(props.id);
    return (
        <a href={linkTo(props.id)}>
            <Written text={title || props.id} />
        </a>
    );
}

function Part(props: { name: Word; children: ComponentChildren }) {
    return (
        <div>
            <dt>{say(props.name)}</dt>
            <dd>{props.children}</dd>
        </div>
    );
}

function Links(props: { name: Word; incidents: Incidents; of: string[] }) {
    return props.of.length ? (
        <Part name={props.name}>
            <ul>
                {props.of.map((id) => (
                    <li key={id}>
                        <To incidents={props.incidents} id={id} />
                    </li>
                ))}
            </ul>
        </Part>
    ) : null;
}

function Children(props: { incidents: Incidents; of: Child[] }) {
    return props.of.length ? (
        <Part name="children">
            <ul>
                {props.of.map((c) => (
                    <li key={c.id}>
                        <To incidents={props.incidents} id={c.id} title={c.title} />{" "}
                        <span class="mark">{sayName("state_", c.state)}</span>{" "}
                        <Written class="quiet" text={`${c.plan} · ${c.key}`} />
                    </li>
                ))}
            </ul>
        </Part>
    ) : null;
}

/* Where it goes on: said above all else, since nobody looks at it here any more. */
export function GoesOn(props: { incidents: Incidents; incident: Incident }) {
    const { merged_into } = props.incident;
    return merged_into ? (
        <p class="goes-on">
            {say("goes_on")} <To incidents={props.incidents} id={merged_into} />
        </p>
    ) : null;
}

export function FamilyView(props: { incidents: Incidents; incident: Incident }) {
    const { incidents, incident: i } = props;
    const roles = i.roles ?? [];
    const one = (id: string | undefined) => (id ? [id] : []);
    const lone =
        i.count < 2 &&
        !roles.length &&
        !i.reopened &&
        !i.reopen_until &&
        ![i.parent, i.children, i.merged, i.split_from, i.without].some((v) => v?.length);
    if (lone) return null;
    return (
        <section class="family" aria-labelledby="family">
            <h3 id="family">{say("family")}</h3>
            <dl>
                {roles.length ? (
                    <Part name="roles">
                        <ul>
                            {roles.map((r) => (
                                <li key={r.role}>
                                    <Written text={r.role} />:{" "}
                                    <Person id={r.person} name={r.name} />{" "}
                                    <span class="quiet">
                                        <Moment at={r.at} plain />
                                    </span>
                                </li>
                            ))}
                        </ul>
                    </Part>
                ) : null}
                {i.count > 1 ? (
                    <Part name="triggers">{say("joined_n", { n: i.count - 1 })}</Part>
                ) : null}
                <Links name="parent" incidents={incidents} of={one(i.parent)} />
                <Children incidents={incidents} of={i.children ?? []} />
                <Links name="merged" incidents={incidents} of={i.merged ?? []} />
                <Links name="split_from" incidents={incidents} of={one(i.split_from)} />
                {i.without?.length ? (
                    <Part name="without">
                        <Written text={listed(i.without)} />
                    </Part>
                ) : null}
                {i.reopened ? (
                    <Part name="reopened">{say("times", { n: i.reopened })}</Part>
                ) : null}
                {i.reopen_until ? (
                    <Part name="reopen_until">
                        <Moment at={i.reopen_until} plain />
                    </Part>
                ) : null}
            </dl>
        </section>
    );
}
