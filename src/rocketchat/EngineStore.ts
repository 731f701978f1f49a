import { RocketChatAssociationModel, RocketChatAssociationRecord } from '@rocket.chat/apps-engine/definition/metadata';
import type { Accessors } from './Accessors';
import { call } from './failures';
import type { Store, StoreKey } from './RocketChat';

/**
 * The app's persistence (server: `AppPersistenceBridge`). Reading finds documents that have all the keys (and perhaps
 * more), `put` replaces the one whose keys are exactly these in this order, nothing is unique.
 */
export class EngineStore implements Store {
    constructor(private readonly accessors: Accessors) {}

    public async read<T extends object>(...keys: StoreKey[]): Promise<T[]> {
        const found = await call('persistence.read', () => this.accessors.read.getPersistenceReader().readByAssociations(keys.map(record)));
        return Array.isArray(found) ? (found as T[]) : [];
    }

    public async readOne<T extends object>(...keys: StoreKey[]): Promise<T | undefined> {
        return (await this.read<T>(...keys))[0];
    }

    public async put(document: object, ...keys: StoreKey[]): Promise<void> {
        await call('persistence.update', () => this.accessors.persistence.updateByAssociations(keys.map(record), document, true));
    }

    public async add(document: object, ...keys: StoreKey[]): Promise<void> {
        await call('persistence.create', () => this.accessors.persistence.createWithAssociations(document, keys.map(record)));
    }

    public async remove(...keys: StoreKey[]): Promise<void> {
        await call('persistence.remove', () => this.accessors.persistence.removeByAssociations(keys.map(record)));
    }
}

function record({ model, id }: StoreKey): RocketChatAssociationRecord {
    const models = {
        misc: RocketChatAssociationModel.MISC,
        room: RocketChatAssociationModel.ROOM,
        user: RocketChatAssociationModel.USER,
        message: RocketChatAssociationModel.MESSAGE,
    };
    return new RocketChatAssociationRecord(models[model], id);
}
