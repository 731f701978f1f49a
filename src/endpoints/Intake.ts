import type { MatrixRoomAlias, MatrixUserId } from '../ids/types';

/** What the endpoints of the application service API need of the bridge. */
export interface Intake {
    /**
     * Takes over what the homeserver pushed.
     * @param txnId the homeserver's transaction id; proves nothing (Synapse counts from 1 again, Dendrite adds events)
     * @param events room events as they came, not validated
     * @param ephemeral typing, receipts, presence as they came, each once
     * @returns when each event is handled or safely parked: the homeserver is then told never to send it again
     * @throws when that is not so: the homeserver is told to come again
     */
    handleTransaction(txnId: string, events: unknown[], ephemeral: unknown[]): Promise<void>;

    /**
     * @returns whether this id is the ghost of a Rocket.Chat user that exists and may be bridged; then it is registered (application
     * service API, "Querying": a service that knows the user must create it)
     */
    knowsUser(user: MatrixUserId): Promise<boolean>;

    /** @returns whether this alias names a room that is bridged, or was just now */
    knowsAlias(alias: MatrixRoomAlias): Promise<boolean>;
}
