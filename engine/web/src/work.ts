/*
 * work - all that comes in the second file: see later.tsx.
 */
export { AnswerForm, NoteForm } from "./answer";
export { ConfirmForm } from "./confirm";
export { DirectiveForm } from "./directive";
export { DrillsView } from "./drills";
export { ItemForm } from "./item_form";
export { LessonForm } from "./lesson";
export { OrderForm } from "./order";
export { OtherOrderForm, OtherOrders } from "./other_order";
export { OpenItemForm } from "./open_item";
export { OverForm, TerminateForm } from "./over";
export { FactsForm } from "./facts_form";
export { ReportView } from "./report";
export { TriggerForm } from "./trigger";
