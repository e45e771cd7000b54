/* main_phones - the page of the demo's phones. */
import { Handsets } from "./handsets";
import { begin } from "./page";
import { Phones } from "./phones";

const handsets = new Handsets();

begin(
    "phones",
    handsets,
    (id) => handsets.incident(id),
    () => <Phones handsets={handsets} />,
);
