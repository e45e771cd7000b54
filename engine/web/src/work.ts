/*
 * work - all that comes in the second file: see later.tsx.
 */
export { ConfirmForm } from "./confirm";
export { DirectiveForm } from "./directive";
export { ItemForm } from "./item_form";
export { OrderForm } from "./order";
export { OverForm, TerminateForm } from "./over";
export { FactsForm } from "./facts_form";
export { ReportView } from "./report";
