/** Sends transactions as a homeserver does: one after the other, each repeated until it is taken. */
import { sleep } from '../eventually.mts';

export class Pusher {
    /** Answers other than 200. */
    refused = 0;
    /** Longest time until an answer, milliseconds. */
    slowest = 0;
    private id = 0;

    /** @param url where the app takes transactions @param token the homeserver's */
    constructor(private readonly url: string, private readonly token: string) {}

    /**
     * @param events each as JSON text
     * @param ephemeral the list of typing and receipts, as JSON text
     * @throws Error when it is not taken at all
     */
    async push(events: string[], ephemeral = '[]'): Promise<void> {
        this.id += 1;
        const body = `{"events":[${events.join(',')}],"ephemeral":${ephemeral}}`;
        for (let pause = 1_000, tries = 0; tries < 8; pause *= 2, tries++) {
            const begin = Date.now();
            const status = await this.once(body);
            this.slowest = Math.max(this.slowest, Date.now() - begin);
            if (status === 200) {
                return;
            }
            this.refused += 1;
            await sleep(pause);
        }
        throw new Error(`The transaction ${this.id} is not taken.`);
    }

    private once(body: string): Promise<number> {
        const headers = { 'Content-Type': 'application/json', 'Authorization': `Bearer ${this.token}` };
        return fetch(`${this.url}/_matrix/app/v1/transactions/${this.id}`, { method: 'PUT', headers, body })
            .then(async (answer) => {
                await answer.arrayBuffer();
                return answer.status;
            }, () => 0);
    }
}
