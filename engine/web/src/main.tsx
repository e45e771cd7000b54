/* main - the command room's page. */
import { Incidents } from "./incidents";
import { begin } from "./page";
import { Room } from "./room";

const incidents = new Incidents();

begin(
    "room",
    incidents,
    (id) => incidents.all.get(id),
    (house) => <Room house={house} incidents={incidents} />,
);
