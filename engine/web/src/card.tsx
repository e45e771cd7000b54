/*
 * card - an incident in the list: what a wall screen shows from across the room.
 */
import { calledNow, Due, People } from "./calls";
import type { House } from "./house";
import { type Answer, awaitsOrder, isOver } from "./incidents";
import { linkTo } from "./link";
import { actionText, proposalsInOrder } from "./proposals";
import { Marks } from "./marks";
import type { Incident } from "./shapes";
import { inLanguage, Moment, Written } from "./text";
import { say } from "./words";

/* Purged with the rest of what is personal, it is not there. */
export function Title({ title }: { title: string | null | undefined }) {
    return title ? <Written text={title} class="title" /> : <i>{say("untitled")}</i>;
}

/* " · 城东区 · g7": the place's words in the order given; its names stand with the incident. */
export function Place(props: { of: Record<string, unknown> | undefined }) {
    const words = Object.values(props.of ?? {}).filter((v) => typeof v !== "object");
    return words.length === 0 ? null : (
        <>
            {" · "}
            <Written text={words.join(" · ")} />
        </>
    );
}

export function Plan(props: { house: House; incident: Incident }) {
    const { plan } = props.incident;
    return plan ? <Written text={props.house.planTitle(plan)} /> : <>{say("no_plan")}</>;
}

/* Who is called, and who has answered. */
function Standing(props: { incident: Incident; answer: Answer | undefined }) {
    const { calls } = props.incident;
    return (
        <div class="standing">
            {calls.map((call) => (
                <p key={call.step} class="calling">
                    <span class="what">{say("calling")}</span>{" "}
                    <People people={calledNow(call)} /> <Due due={call.due} />
                </p>
            ))}
            {props.answer ? (
                <p class="answered">
                    <span class="what">{say("first_answer")}</span>{" "}
                    <Written text={props.answer.name} />{" "}
                    <Moment at={props.answer.at} plain />
                </p>
            ) : null}
            {proposalsInOrder(props.incident.proposals)
                .slice(0, 1)
                .map((p) => (
                    <p key={p.number} class="proposed">
                        <span class="what">{say("proposed")}</span> {actionText(p)}{" "}
                        {p.level || p.draft ? null : <Written text={inLanguage(p.what)} />}
                    </p>
                ))}
            {calls.length === 0 && !props.answer ? (
                <p class="nobody">{say("nobody_called")}</p>
            ) : null}
        </div>
    );
}

export function Card(props: {
    house: House;
    incident: Incident;
    answer: Answer | undefined;
    chosen: boolean;
}) {
    const i = props.incident;
    const names = ["card"];
    if (i.drill) names.push("drill");
    if (i.health !== "ok") names.push("bad");
    if (awaitsOrder(i)) names.push("awaits");
    if (!isOver(i)) names.push(i.calls.length ? "waits" : props.answer ? "answered" : "");
    return (
        <article class={names.join(" ")} data-incident={i.id} data-state={i.state}>
            <Marks incident={i} />
            <h3>
                <a href={linkTo(i.id)} aria-current={props.chosen ? "page" : undefined}>
                    <Title title={i.title} />
                </a>
            </h3>
            <p class="where">
                <Plan house={props.house} incident={i} />
                <Place of={i.place} />
                {" · "}
                {isOver(i) ? say("closed_at") : say("since")}{" "}
                <Moment at={(isOver(i) && i.closed_at) || i.opened_at} />
            </p>
            {isOver(i) ? null : <Standing incident={i} answer={props.answer} />}
            {i.notices.failed ? (
                <p class="undelivered">{say("not_delivered", { n: i.notices.failed })}</p>
            ) : null}
        </article>
    );
}
