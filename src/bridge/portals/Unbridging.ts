import { noticeIdOf } from '../../ids/messages';
import type { MatrixRoomId, MatrixUserId } from '../../ids/types';
import { reasonOf } from '../core/Context';
import type { Parts } from '../core/Parts';
import { OUTWARD } from '../core/Patience';
import { sayAsHost } from './hostNote';
import type { Portal } from './Portal';

/** A room that cannot be read is read once more after so long: nobody shall leave a room because of one wrong answer. */
const LOOK_AGAIN_MS = 2_000;

const FOR_MATRIX = '🚪 This room was deleted in Rocket.Chat. It is not bridged any more: what is written here does not arrive there.';

/** @returns whether a bridged room was deleted in Rocket.Chat. @throws when that cannot be read now */
export async function isDeleted({ context }: Pick<Parts, 'context'>, { rcRoomId }: Portal): Promise<boolean> {
    const { rocketchat, clock } = context;
    if (await rocketchat.room(rcRoomId)) {
        return false;
    }
    await clock.sleep(LOOK_AGAIN_MS);
    return !(await rocketchat.room(rcRoomId));
}

/** The end of a portal whose room was deleted in Rocket.Chat: people on Matrix are told, and all of ours leave. */
export class Unbridging {
    constructor(private readonly parts: Parts) {}

    /**
     * Waits for the homeserver as long as it takes; what it refuses is logged. Doing it twice changes nothing, so whoever was
     * interrupted begins again: the portal goes last.
     */
    public async end(portal: Portal): Promise<void> {
        const { portals, context } = this.parts;
        const { alias, matrixRoomId, formerRooms } = portal;
        // Another instance may have done it.
        if (!(await portals.isStored(portal))) {
            return;
        }
        if (alias) {
            await this.attempt(`The alias ${alias} could not be freed`, async () => {
                const target = await context.homeserver.resolveAlias(alias);
                // A new room may have it by now.
                await (target && target.roomId === matrixRoomId && context.homeserver.deleteAlias(alias));
            });
            await this.attempt(`${matrixRoomId} could not be taken out of the directory`, () => context.homeserver.publish(matrixRoomId, false));
        }
        for (const room of [matrixRoomId, ...formerRooms]) {
            await this.leave(portal, room);
        }
        await portals.remove(portal);
        context.log.info(`The room ${portal.rcRoomId} was deleted in Rocket.Chat and is not bridged to ${matrixRoomId} any more.`);
    }

    /** The host last: it can see who else is there. */
    private async leave(portal: Portal, room: MatrixRoomId): Promise<void> {
        const { homeserver, namespace } = this.parts.context;
        const asHost = namespace.actingAs(portal.host);
        const members = await this.attempt(`The members of ${room} could not be read`, () => homeserver.joinedMembers(room, asHost));
        if (!members) {
            return;
        }
        await sayAsHost(this.parts, portal, room, FOR_MATRIX, noticeIdOf('deleted', portal.rcRoomId));
        const ours = [...members.keys()].filter((user) => namespace.isOurs(user) && user !== portal.host);
        for (const user of [...ours, portal.host]) {
            await this.leaveAs(user, room);
        }
    }

    private async leaveAs(user: MatrixUserId, room: MatrixRoomId): Promise<void> {
        const { homeserver, namespace } = this.parts.context;
        await this.attempt(`${user} could not leave ${room}`, () => homeserver.leave(room, namespace.actingAs(user)));
    }

    /** @returns undefined when the homeserver refuses it */
    private attempt<T>(failed: string, action: () => Promise<T>): Promise<T | undefined> {
        const { patience, context } = this.parts;
        return patience.keepTrying(action, OUTWARD).catch((error) => {
            context.log.warn(`${failed}: ${reasonOf(error)}`);
            return undefined;
        });
    }
}
