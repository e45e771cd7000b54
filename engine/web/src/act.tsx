/*
 * act - what may be done about one incident beside orders and items, as far as the scopes of
 * whoever looks allow it.
 */
import type { House } from "./house";
import { type Incidents, isOver, isRunning } from "./incidents";
import { Later, LaterFold } from "./later";
import type { Incident, Item } from "./shapes";
import { say } from "./words";

function Over(props: { incident: Incident; what: "resolve" | "close" }) {
    return <LaterFold title={say(props.what)} of={({ OverForm }) => <OverForm {...props} />} />;
}

function Lesson(props: { house: House; incident: Incident }) {
    const { house, incident } = props;
    const sheet = house.sheetOf(incident);
    return (
        <LaterFold
            key={sheet?.pin}
            title={say("lesson")}
            of={({ LessonForm }) => <LessonForm incident={incident} sheet={sheet} />}
        />
    );
}

/* What was learnt outlives the incident. */
function IsOver(props: { house: House; incident: Incident }) {
    return (
        <>
            <p class="quiet">{say("over")}</p>
            {props.house.may("respond") ? <Lesson {...props} /> : null}
        </>
    );
}

function Responds(props: { house: House; incident: Incident }) {
    const { house, incident } = props;
    const sheet = house.sheetOf(incident);
    return (
        <>
            <Later
                of={({ AnswerForm, NoteForm }) => (
                    <>
                        {incident.calls.length > 0 ? <AnswerForm incident={incident} /> : null}
                        <NoteForm incident={incident} />
                    </>
                )}
            />
            {sheet ? (
                <LaterFold
                    key={sheet.pin}
                    title={say("report_facts")}
                    of={({ FactsForm }) => <FactsForm incident={incident} sheet={sheet} />}
                />
            ) : null}
            <LaterFold
                title={say("directive")}
                of={({ DirectiveForm }) => <DirectiveForm incident={incident} sheet={sheet} />}
            />
            <LaterFold
                title={say("open_item")}
                of={({ OpenItemForm }) => <OpenItemForm incident={incident} sheet={sheet} />}
            />
            <Lesson house={house} incident={incident} />
            {incident.state === "recovering" ? null : <Over incident={incident} what="resolve" />}
            {incident.level ? null : <Over incident={incident} what="close" />}
        </>
    );
}

export function Acts(props: {
    house: House;
    incidents: Incidents;
    incident: Incident;
    ledger: Item[];
}) {
    const { house, incidents, incident, ledger } = props;
    if (!house.ping) return null;
    if (isOver(incident)) return <IsOver house={house} incident={incident} />;
    if (!isRunning(incident)) return null;
    const respond = house.may("respond");
    const order = house.may("order");
    if (!respond && !order) return <p class="quiet">{say("may_not")}</p>;
    const sheet = house.sheetOf(incident);
    const alone = sheet ? !sheet.levels.length : house.lacksSheet(incident);
    return (
        <>
            {respond ? <Responds house={house} incident={incident} /> : null}
            {order && alone ? (
                <LaterFold
                    title={say("terminate")}
                    class="grave"
                    of={({ TerminateForm }) => <TerminateForm incident={incident} />}
                />
            ) : null}
            {order && (sheet || alone) ? (
                <LaterFold
                    title={say("other_orders")}
                    of={({ OtherOrders }) => (
                        <OtherOrders
                            incidents={incidents}
                            incident={incident}
                            sheet={sheet}
                            ledger={ledger}
                        />
                    )}
                />
            ) : null}
            {order ? null : <p class="quiet">{say("may_not_order")}</p>}
        </>
    );
}
