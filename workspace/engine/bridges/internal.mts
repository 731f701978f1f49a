import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { IInternalBridge, IInternalFederationBridge } from '@rocket.chat/apps-engine/server/bridges';
import type { Domain } from '../../server/contract.mts';
import type { Collections } from '../../store/collections.mts';
import type { BridgeHost } from '../load.mts';

/** Server: `app/apps/server/bridges/internal.ts`. The room's member names are asked for when an app reads `room.usernames`. */
export function internalBridge({ collections, settings }: Domain, { engine }: BridgeHost): IInternalBridge {
    const usernames = async (roomId: string): Promise<string[]> => {
        const subscriptions = await collections.subscriptions.findAsync({ rid: roomId });
        return subscriptions.map(({ u }) => u.username as string).sort();
    };

    return new (class extends engine.bridges.InternalBridge {
        getUsernamesOfRoomById(roomId: string): Promise<string[]> {
            return usernames(roomId);
        }

        getUsernamesOfRoomByIdSync(): string[] {
            throw new Error('The synchronous reading of members is not available: use the room reader.');
        }

        async getWorkspacePublicKey(): Promise<any> {
            return settings.find('Cloud_Workspace_PublicKey');
        }
    })() as unknown as IInternalBridge;
}

/** One making for all instances of a workspace. */
const keysMade = new WeakMap<object, Promise<void>>();

/** The key pair that signs apps' records: made when it is first asked for, kept. Server: `app/apps/server/bridges/internalFederation.ts`. */
export function internalFederationBridge({ federationKeys }: Collections): IInternalFederationBridge {
    const make = async (): Promise<void> => {
        if ((await federationKeys.countAsync({})) > 0) return;
        const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', {
            modulusLength: 2048,
            publicKeyEncoding: { type: 'spki', format: 'pem' },
            privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
        });
        await federationKeys.insertAsync([{ _id: 'public', type: 'public', key: publicKey }, { _id: 'private', type: 'private', key: privateKey }]);
    };
    const read = async (_id: string): Promise<string | null> => {
        const made = keysMade.get(federationKeys) ?? make();
        keysMade.set(federationKeys, made);
        await made;
        return (await federationKeys.findOneAsync({ _id }))?.key ?? null;
    };
    return { getPrivateKey: () => read('private'), getPublicKey: () => read('public') };
}
