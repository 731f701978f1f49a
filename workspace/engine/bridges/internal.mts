import { generateKeyPairSync } from 'node:crypto';
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

/** The key pair that signs apps' records: made once, kept. Server: `app/apps/server/bridges/internalFederation.ts`. */
export async function internalFederationBridge({ federationKeys }: Collections): Promise<IInternalFederationBridge> {
    if ((await federationKeys.countAsync({})) === 0) {
        const pair = generateKeyPairSync('rsa', {
            modulusLength: 2048,
            publicKeyEncoding: { type: 'spki', format: 'pem' },
            privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
        });
        await federationKeys.insertAsync([{ _id: 'public', type: 'public', key: pair.publicKey }, { _id: 'private', type: 'private', key: pair.privateKey }]);
    }
    const read = async (_id: string): Promise<string | null> => (await federationKeys.findOneAsync({ _id }))?.key ?? null;
    return { getPrivateKey: () => read('private'), getPublicKey: () => read('public') };
}
