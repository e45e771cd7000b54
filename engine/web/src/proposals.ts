/*
 * proposals - what people are asked to order, in words and in order.
 */
import type { Grade, Proposal } from "./shapes";
import { sayName } from "./words";

/* "raise to level III response" */
export function actionText(of: { action: string; level?: Grade | null | undefined }): string {
    const word = sayName("action_", of.action);
    return of.level ? `${word} ${sayName("level_", of.level)}` : word;
}

/* Those that wait for an order first, then as they came. */
export function proposalsInOrder(proposals: Proposal[]): Proposal[] {
    const rank = (p: Proposal) => (p.state === "awaiting_order" ? 0 : 1);
    return [...proposals].sort((a, b) => rank(a) - rank(b) || a.number - b.number);
}
