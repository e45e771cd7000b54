/*
 * focus - lists that change under somebody's hands.
 *
 * When a list is put into another order, the browser takes the focus from an element that is moved.
 * KeepFocus gives it back, so that an alarm that comes in cannot interrupt who is typing.
 */
import { Component, type ComponentChildren } from "preact";

export class KeepFocus extends Component<{ children: ComponentChildren }> {
    override getSnapshotBeforeUpdate(): Element | null {
        return document.activeElement;
    }

    override componentDidUpdate(_props: unknown, _state: unknown, held: unknown): void {
        if (!(held instanceof HTMLElement) || !held.isConnected) return;
        const now = document.activeElement;
        if (now && now !== document.body) return; /* somebody went there meanwhile */
        held.focus({ preventScroll: true });
    }

    override render() {
        return this.props.children;
    }
}
