/*
 * link - where an incident is: in the command room, named by the hash, from whichever page.
 */

export function linkTo(incident: string): string {
    return `/#/i/${incident}`;
}

/* The incident that this hash names; null: none. */
export function incidentOf(hash: string): string | null {
    return /^#\/i\/([\w-]+)$/.exec(hash)?.[1] ?? null;
}
