import { noticeIdOf } from '../../ids/messages';
import type { RcRoomId, RcUserId } from '../../ids/types';
import type { RcMessage, StoreKey } from '../../rocketchat/RocketChat';
import { reasonOf } from '../core/Context';
import { LruMap } from '../core/LruMap';
import type { Parts } from '../core/Parts';
import { sayAsHost } from './hostNote';
import type { Portal } from './Portal';

/** Messages that only their readers can read, and the switch for it (server: `lib/e2ee`, `saveRoomEncrypted`). */
const MESSAGE = 'e2e';
const ON = 'room_e2e_enabled';
const OFF = 'room_e2e_disabled';

const FOR_WRITERS = ':warning: Messages in this room are end-to-end encrypted: the Matrix bridge cannot read them, and they do not arrive on Matrix. '
    + 'To talk with people there, an owner of the room can switch encryption off.';
const FOR_MATRIX = '🔒 This room was switched to end-to-end encryption in Rocket.Chat. The bridge cannot read encrypted messages: they do not arrive here, '
    + 'and what is written here may be refused there.';

const ofRoom = (room: RcRoomId): StoreKey => ({ model: 'misc', id: `told-e2e:${room}` });
const ofUser = (user: RcUserId): StoreKey => ({ model: 'user', id: user });

/** A bridged room whose people have switched Rocket.Chat's own encryption on: each of its writers is told once, and Matrix is. */
export class EncryptedHere {
    private readonly told = new LruMap<string, true>(5_000);

    constructor(private readonly parts: Parts) {}

    public static knows({ systemType }: RcMessage): boolean {
        return systemType === MESSAGE || systemType === ON || systemType === OFF;
    }

    /** Never throws. */
    public async noticed(message: RcMessage): Promise<void> {
        const { portals, context } = this.parts;
        try {
            const portal = await portals.ofRcRoom(message.roomId);
            if (portal && message.systemType === OFF) {
                this.told.clear();
                await context.rocketchat.store.remove(ofRoom(message.roomId));
            } else if (portal) {
                await this.tellWriter(message);
                await this.tellMatrix(portal, message);
            }
        } catch (error) {
            context.log.error(`Nobody could be told that room ${message.roomId} is encrypted: ${reasonOf(error)}`);
        }
    }

    private async tellWriter({ roomId, sender, threadId }: RcMessage): Promise<void> {
        if (await this.isNew(`${roomId} ${sender.id}`, ofRoom(roomId), ofUser(sender.id))) {
            await this.parts.context.rocketchat.whisper(sender.id, roomId, FOR_WRITERS, { threadId });
        }
    }

    private async tellMatrix(portal: Portal, { roomId, ts }: RcMessage): Promise<void> {
        if (await this.isNew(roomId, ofRoom(roomId), { model: 'room', id: roomId })) {
            await sayAsHost(this.parts, portal, portal.matrixRoomId, FOR_MATRIX, noticeIdOf('encrypted here', `${roomId} ${ts}`));
        }
    }

    private async isNew(name: string, ...keys: StoreKey[]): Promise<boolean> {
        const { store } = this.parts.context.rocketchat;
        if (this.told.has(name)) {
            return false;
        }
        this.told.set(name, true);
        if (await store.readOne(...keys)) {
            return false;
        }
        await store.put({ told: true }, ...keys);
        return true;
    }
}
