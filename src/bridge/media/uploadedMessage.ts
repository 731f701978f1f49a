import type { RcRoomId } from '../../ids/types';
import type { RcMessage } from '../../rocketchat/RocketChat';
import type { BridgeContext } from '../core/Context';

/** The server may post the message a moment after it has answered. */
const PAUSES_MS = [0, 200, 600, 1_500];

/**
 * The message that the server has posted for an upload of ours (`AppUploadBridge.createUpload`): its answer does not tell it.
 * @param lookBack so many of the room's newest messages are looked at
 */
export async function uploadedMessage(
    { rocketchat, clock }: BridgeContext,
    roomId: RcRoomId,
    uploadId: string,
    lookBack: number,
): Promise<RcMessage | undefined> {
    for (const pause of PAUSES_MS) {
        await (pause && clock.sleep(pause));
        const recent = await rocketchat.recentMessages(roomId, { limit: lookBack });
        const found = recent.find(({ files }) => files.some((file) => file.id === uploadId));
        if (found) {
            return found;
        }
    }
    return undefined;
}
