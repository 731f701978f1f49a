/** What waits in one room for its turn, in one direction. */
export interface Waiting {
    /** By the id of the side that it comes from. */
    room: string;
    /** `in`: from Matrix to Rocket.Chat. */
    direction: 'in' | 'out';
    count: number;
    /** More waits than is known: it is read from the server's database when its turn has come. */
    hasMore?: boolean;
    /** Milliseconds since the epoch. */
    oldestAt: number;
}
