import type { IApiRequest } from '@rocket.chat/apps-engine/definition/api';
import type { Intake } from './Intake';
import type { Answer, ServedRequest } from './MatrixEndpoint';
import { done, MatrixEndpoint, refusal } from './MatrixEndpoint';

/** The older name of `ephemeral` (before Matrix 1.13). Synapse sends the same list under both. */
const OLDER_KEY = 'de.sorunome.msc2409.ephemeral';

/** What a transaction carries, each ephemeral event once; or why the request is refused. */
function readTransaction(request: Pick<IApiRequest, 'content' | 'headers'>): { events: unknown[]; ephemeral: unknown[] } | Answer {
    const body: unknown = request.content;
    // Anything that is not JSON arrives as an empty object (Express 4) or not at all (Express 5); without the header the body decides.
    const type = (request.headers || {})['content-type'];
    if (type == null ? body == null : !/^application\/json\b/i.test(type)) {
        return refusal(400, 'M_NOT_JSON', 'The body must be JSON.');
    }
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
        return refusal(400, 'M_BAD_JSON', 'The body must be a JSON object.');
    }
    const content = body as Record<string, unknown>;
    const lists = [content.ephemeral, content[OLDER_KEY]];
    // Where only something passes the list may be left out.
    const events = content.events === undefined && lists.some(Array.isArray) ? [] : content.events;
    if (!Array.isArray(events)) {
        return refusal(400, 'M_BAD_JSON', 'The body must hold a list "events".');
    }
    const ephemeral = new Map<string, unknown>();
    for (const list of lists) {
        // What is no list is left out: a refusal would hold up the events.
        for (const event of Array.isArray(list) ? list : []) {
            ephemeral.set(JSON.stringify(event), event);
        }
    }
    return { events, ephemeral: [...ephemeral.values()] };
}

/** `PUT /_matrix/app/v1/transactions/{txnId}`: what happened in our rooms. */
export class TransactionsEndpoint extends MatrixEndpoint {
    protected readonly verb = 'put';

    protected async respond(request: ServedRequest, intake: Intake | undefined): Promise<Answer> {
        const transaction = readTransaction(request);
        if ('status' in transaction) {
            return transaction;
        }
        if (!intake) {
            // The homeserver keeps them and comes again.
            return refusal(503, 'M_UNKNOWN', 'The bridge is switched off.');
        }
        await intake.handleTransaction(String((request.params || {}).txnId), transaction.events, transaction.ephemeral);
        return done;
    }
}
