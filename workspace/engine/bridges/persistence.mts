import type { RocketChatAssociationRecord } from '@rocket.chat/apps-engine/definition/metadata';
import type { PersistenceBridge } from '@rocket.chat/apps-engine/server/bridges';
import type { AppPersistenceDocument } from '../../store/collections.mts';
import { escapeKeys, unescapeKeys } from '../../store/keys.mts';
import { objectId } from '../../store/objectId.mts';
import type { Domain } from '../../server/contract.mts';
import type { BridgeHost } from '../load.mts';

type Association = { model: string; id: string };

/** What crosses from the sandbox is a plain object, whatever the engine's types say. */
const plain = (associations: RocketChatAssociationRecord[]): Association[] =>
    (associations as unknown as Association[]).map(({ model, id }) => ({ model, id }));

/** MongoDB's equality of two sub-documents, for the two fields that these have. */
const same = (left: Association, right: Association): boolean => left.model === right.model && left.id === right.id;

const checkData = (data: unknown): void => {
    if (typeof data !== 'object') throw new Error('Attempted to store an invalid data type, it must be an object.');
};

/**
 * An app's storage: inserts only, no uniqueness, whole-document replacement.
 * Server: `app/apps/server/bridges/persistence.ts`.
 */
export function persistenceBridge({ collections: { appsPersistence: store } }: Domain, { engine }: BridgeHost): PersistenceBridge {
    const data = (document: AppPersistenceDocument): object => unescapeKeys(document.data);

    /** Documents of the app that have all of the associations, oldest first; an empty list matches none (`$all: []`). */
    const having = async (associations: RocketChatAssociationRecord[], appId: string): Promise<AppPersistenceDocument[]> => {
        const [first, ...others] = plain(associations);
        if (!first) return [];
        const found = await store.findAsync({ appId, 'associations.id': first.id } as object).sort({ _id: 1 });
        return found.filter((document) => [first, ...others].every((wanted) => document.associations?.some((one) => same(one, wanted))));
    };

    const insert = async (document: Omit<AppPersistenceDocument, '_id'>): Promise<string> => {
        const { _id } = await store.insertAsync({ _id: objectId(), ...document, data: escapeKeys(document.data) });
        // The server returns the driver's result of the insertion, not the id that the engine's types promise.
        return { acknowledged: true, insertedId: _id } as unknown as string;
    };

    return new (class extends engine.bridges.PersistenceBridge {
        async purge(appId: string): Promise<void> {
            await store.removeAsync({ appId }, { multi: true });
        }

        async create(value: object, appId: string): Promise<string> {
            checkData(value);
            return insert({ appId, data: value });
        }

        async createWithAssociations(value: object, associations: RocketChatAssociationRecord[], appId: string): Promise<string> {
            checkData(value);
            return insert({ appId, associations: plain(associations), data: value });
        }

        async readById(id: string): Promise<object> {
            const document = await store.findOneAsync({ _id: id });
            return document ? data(document) : {};
        }

        async readByAssociations(associations: RocketChatAssociationRecord[], appId: string): Promise<object[]> {
            return (await having(associations, appId)).map(data);
        }

        async remove(id: string, appId: string): Promise<object | undefined> {
            const document = await store.findOneAsync({ _id: id, appId });
            if (!document) return undefined;
            await store.removeAsync({ _id: id, appId }, {});
            return data(document);
        }

        async removeByAssociations(associations: RocketChatAssociationRecord[], appId: string): Promise<object[] | undefined> {
            const documents = await having(associations, appId);
            if (documents.length === 0) return undefined;
            await store.removeAsync({ _id: { $in: documents.map(({ _id }) => _id) } }, { multi: true });
            return documents.map(data);
        }

        async update(_id: string, value: object): Promise<string> {
            checkData(value);
            throw new Error('Not implemented.');
        }

        /** Matches documents whose list is exactly this one, in this order, and replaces the data of one. */
        async updateByAssociations(associations: RocketChatAssociationRecord[], value: object, upsert: boolean, appId: string): Promise<string> {
            checkData(value);
            const wanted = plain(associations);
            const candidates = wanted.length > 0 ? await having(associations, appId) : await store.findAsync({ appId, associations: { $size: 0 } } as object);
            const isWanted = (list: Association[]): boolean => list.length === wanted.length && list.every((one, index) => same(one, wanted[index]));
            const match = candidates.find(({ associations: list }) => isWanted(list ?? []));
            if (match) {
                await store.updateAsync({ _id: match._id }, { $set: { data: escapeKeys(value) } }, {});
                return { acknowledged: true, matchedCount: 1, upsertedCount: 0, upsertedId: null } as unknown as string;
            }
            if (!upsert) return { acknowledged: true, matchedCount: 0, upsertedCount: 0, upsertedId: null } as unknown as string;
            const { insertedId } = (await insert({ appId, associations: wanted, data: value })) as unknown as { insertedId: string };
            return { acknowledged: true, matchedCount: 0, upsertedCount: 1, upsertedId: insertedId } as unknown as string;
        }
    })();
}
