/*
 * drafts - texts that somebody has typed and not saved, by what they are of: for as long as the
 * page is there, whatever is looked at in between. A page with one does not go by itself.
 */

export interface Draft {
    text: string;
    rev: number; /* the revision that it began from */
}

export const drafts = new Map<string, Draft>();
