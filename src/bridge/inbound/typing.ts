import { typingIn } from '../../matrix/events/ephemeral';
import type { MatrixRoomId, MatrixUserId } from '../../ids/types';
import { reasonOf } from '../core/Context';
import { LruMap } from '../core/LruMap';
import type { Parts } from '../core/Parts';

const MAX_SHOWN = 10;
/** Rocket.Chat's clients show it for 15 s (`apps/meteor/app/ui/client/lib/UserAction.ts`). */
const RENEWED_MS = 10_000;
/** Whoever types longer than this without a word from the homeserver has stopped, and it was lost. */
const LONGEST_MS = 120_000;

/** `m.typing` of the homeserver's push: who types now in a room. Nothing of it must hold up or fail a transaction. */
export class InboundTyping {
    private readonly shown = new LruMap<MatrixRoomId, MatrixUserId[]>(2_000);

    constructor(private readonly parts: Parts) {}

    /** @param ephemeral events as they came */
    public handle(ephemeral: unknown[]): void {
        for (const value of ephemeral) {
            const typing = typingIn(value);
            if (typing) {
                void this.show(typing.roomId, typing.users).catch((error) => this.parts.context.log.debug(`Typing is not shown: ${reasonOf(error)}`));
            }
        }
    }

    private async show(roomId: MatrixRoomId, users: MatrixUserId[]): Promise<void> {
        const { portals, puppets, context } = this.parts;
        const portal = await portals.ofMatrixRoom(roomId);
        if (!portal) {
            return;
        }
        const now = users.filter((user) => !context.namespace.isOurs(user)).slice(0, MAX_SHOWN);
        const before = this.shown.get(roomId) || [];
        this.shown.set(roomId, now);
        const realNames = now.length || before.length ? await context.rocketchat.serverSetting<boolean>('UI_Use_Real_Name').catch(() => false) : false;
        const change = async (user: MatrixUserId, on: boolean): Promise<void> => {
            const puppet = await puppets.ifKnown(user);
            if (puppet) {
                await context.rocketchat.typing(portal.rcRoomId, realNames ? puppet.createdName : puppet.username, on);
            }
        };
        await Promise.all([
            ...now.map((user) => change(user, true)),
            ...before.filter((user) => !now.includes(user)).map((user) => change(user, false)),
        ]);
        // While the same people go on typing the homeserver pushes nothing more.
        for (let shown = RENEWED_MS; now.length && shown <= LONGEST_MS; shown += RENEWED_MS) {
            await context.clock.sleep(RENEWED_MS);
            if (this.shown.get(roomId) !== now) {
                return;
            }
            await Promise.all(now.map((user) => change(user, true)));
        }
    }
}
