/** Whether `a` is at most `b`, as numbers in text: Dendrite's ids are nanoseconds, too long for a number. */
const isNotLater = (a: string, b: string): boolean => (a.length === b.length ? a <= b : a.length < b.length);

/**
 * Notices by the ids of transactions that a homeserver was restarted: Synapse counts from 1 again, Dendrite sends what it
 * kept with the old id after newer ones.
 */
export class RestartSigns {
    private last?: { id: string; first: string };

    /** @returns whether ids were left out: Synapse counts one by one, so another process has got them */
    public hasGap(id: string): boolean {
        return Boolean(this.last) && /^[1-9]\d{0,9}$/.test(id) && Number(id) > Number(this.last?.id) + 1;
    }

    /** @param first id of the first event, empty without one. @returns whether the id went back without being a repetition */
    public wentBack(id: string, first: string): boolean {
        if (!/^[1-9]\d{0,24}$/.test(id)) {
            return false;
        }
        const { last } = this;
        this.last = { id, first };
        return Boolean(last && isNotLater(id, last.id) && !(id === last.id && (first === last.first || !last.first)));
    }
}
