/** What waits in one room for its turn, in one direction. */
export interface Waiting {
    /** By the id of the side that it comes from. */
    room: string;
    /** `in`: from Matrix to Rocket.Chat. */
    direction: 'in' | 'out';
    count: number;
    /** Milliseconds since the epoch. */
    oldestAt: number;
}
