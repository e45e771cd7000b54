/*
 * room - the command room: the open incidents, one of them whole, and those that are over.
 *
 * The hash says what is shown: "#/" the list, "#/i/ID" one incident (beside the list where there is
 * room for both).
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { AlarmBar, alarmsOf, SoundSwitch, useAlarmSound } from "./alarms";
import { Card } from "./card";
import { KeepFocus } from "./focus";
import type { House } from "./house";
import { IncidentView } from "./incident";
import { awaitsOrder, type Incidents } from "./incidents";
import { fetchSoon, LaterFold } from "./later";
import { incidentOf, linkTo } from "./link";
import { SetBar } from "./set_bar";
import type { Incident } from "./shapes";
import { useSource } from "./source";
import { Refusal } from "./text";
import { useUsableMark } from "./usable";
import { language, say } from "./words";

interface Shown {
    id: string | null;
    before: string | null; /* shown before that */
    moved: boolean; /* somebody went there; the page did not begin with it */
}

function useShown(): Shown {
    const [shown, set] = useState<Shown>({
        id: incidentOf(location.hash),
        before: null,
        moved: false,
    });
    useEffect(() => {
        const changed = () =>
            set((s) => {
                const id = incidentOf(location.hash);
                return id === s.id ? s : { id, before: s.id, moved: true };
            });
        addEventListener("hashchange", changed);
        changed(); /* it may have changed before anybody listened */
        return () => removeEventListener("hashchange", changed);
    }, []);
    return shown;
}

/* Back in the list, the focus is where one left it. */
function useWayBack({ id, before, moved }: Shown): void {
    useEffect(() => {
        const card = moved && !id && document.querySelector(`[data-incident="${before}"]`);
        if (card) card.querySelector("a")?.focus();
    }, [id]);
}

/* The tab tells that an order is waited for, and how many calls nobody has answered. */
function useTabTitle(open: Incident[]): void {
    const calling = open.filter((i) => i.calls.length > 0).length;
    const awaiting = open.some(awaitsOrder) ? `${say("awaiting_order")} · ` : "";
    const before = calling ? `(${calling}) ` : "";
    document.title = `${before}${awaiting}${say("room")} · ${say("muster")}`;
}

function Cards(props: { house: House; incidents: Incidents; of: Incident[]; id: string | null }) {
    const { house, incidents, id } = props;
    return (
        <ul class="cards">
            <KeepFocus>
                {props.of.map((i) => (
                    <li key={i.id}>
                        <Card
                            house={house}
                            incident={i}
                            answer={incidents.answers.get(i.id)}
                            chosen={i.id === id}
                        />
                    </li>
                ))}
            </KeepFocus>
        </ul>
    );
}

/* How the very first incident comes about. */
function FirstOne(props: { house: House }) {
    const plan = props.house.plans[0]?.name ?? "flood";
    return (
        <div class="empty">
            <p class="all-quiet">{say("all_quiet")}</p>
            {props.house.may("trigger") ? (
                <>
                    <p>{say("first_one")}</p>
                    <pre>
                        <code>
                            {`curl -d '${say("example_title")}' ${location.origin}/t/${plan}\n`}
                            {`out/muster trigger ${plan} --title '${say("example_title")}'`}
                        </code>
                    </pre>
                </>
            ) : null}
        </div>
    );
}

function OpenOnes(props: {
    house: House;
    incidents: Incidents;
    open: Incident[];
    id: string | null;
}) {
    const { house, incidents, open, id } = props;
    const all = house.ping?.incidents;
    return (
        <section class="open" aria-labelledby="open">
            <div class="head">
                <h2 id="open">
                    {say("open_incidents")} <span class="count">{open.length}</span>
                </h2>
                <SoundSwitch />
            </div>
            {incidents.problem ? <Refusal problem={incidents.problem} /> : null}
            {incidents.moreOpen ? (
                <p class="more-open">
                    {all
                        ? say("more_open", { shown: open.length, all })
                        : say("more_open_some", { shown: open.length })}
                </p>
            ) : null}
            {open.length ? (
                <Cards house={house} incidents={incidents} of={open} id={id} />
            ) : incidents.loaded ? (
                <FirstOne house={house} />
            ) : (
                <p class="quiet">{say("loading")}</p>
            )}
        </section>
    );
}

function ClosedOnes(props: { house: House; incidents: Incidents; id: string | null }) {
    const { house, incidents, id } = props;
    const closed = incidents.closed();
    const next = incidents.closedNext;
    if (!incidents.closedShown) {
        return (
            <button type="button" class="wide" onClick={() => void incidents.loadClosed()}>
                {say("show_closed")}
            </button>
        );
    }
    return (
        <section class="closed" aria-labelledby="closed">
            <h2 id="closed">{say("closed_incidents")}</h2>
            {closed.length ? (
                <Cards house={house} incidents={incidents} of={closed} id={id} />
            ) : (
                <p class="quiet">{say("none_closed")}</p>
            )}
            {next ? (
                <button type="button" onClick={() => void incidents.loadClosed(next)}>
                    {say("more")}
                </button>
            ) : null}
        </section>
    );
}

export function Room(props: { house: House; incidents: Incidents }) {
    const { house, incidents } = props;
    const shown = useShown();
    const { id, moved } = shown;
    useSource(house, incidents, language);
    const open = incidents.open();
    const alarms = alarmsOf(open);
    useTabTitle(open);
    useAlarmSound(alarms);
    useWayBack(shown);
    useUsableMark(incidents.loaded);
    useEffect(() => {
        if (incidents.loaded) fetchSoon();
    }, [incidents.loaded]);
    /* open in an empty room, and then left to whoever uses it */
    const begunEmpty = useRef<boolean | undefined>(undefined);
    if (incidents.loaded) begunEmpty.current ??= open.length === 0;
    const show = (opened: string) => {
        location.href = linkTo(opened);
    };
    return (
        <>
            <h1 class="unseen">{say("room")}</h1>
            <AlarmBar alarms={alarms} />
            <SetBar house={house} incidents={incidents} />
            <div class={id ? "room with-one" : "room"}>
                <div class="list">
                    <OpenOnes house={house} incidents={incidents} open={open} id={id} />
                    {house.may("trigger") ? (
                        <LaterFold
                            class="new-one"
                            title={say("trigger")}
                            open={begunEmpty.current ?? false}
                            of={({ TriggerForm }) => <TriggerForm house={house} opened={show} />}
                        />
                    ) : null}
                    <LaterFold
                        class="drills-fold"
                        title={say("drills")}
                        of={({ DrillsView }) => <DrillsView incidents={incidents} />}
                    />
                    <ClosedOnes house={house} incidents={incidents} id={id} />
                </div>
                {id ? (
                    <IncidentView house={house} incidents={incidents} id={id} moved={moved} />
                ) : null}
            </div>
        </>
    );
}
