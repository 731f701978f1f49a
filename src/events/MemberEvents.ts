import type { IRoomUserJoinedContext, IRoomUserLeaveContext } from '@rocket.chat/apps-engine/definition/rooms';
import type { IUser } from '@rocket.chat/apps-engine/definition/users';
import type { Outbound } from '../bridge/outbound/Outbound';
import { rcRoomId } from '../ids/rocketchat';
import type { RcUser } from '../rocketchat/RocketChat';
import { toUser } from '../rocketchat/shapes/translate';

/** Events of people (apps-engine `IPostRoomUserJoined`, `IPostRoomUserLeave`, `IPostUserUpdated`). */
export class MemberEvents {
    /** @param appId of this app: tells its users from others */
    constructor(
        private readonly outbound: Outbound,
        private readonly appId: string,
    ) {}

    /** What the app itself added comes without an inviter. */
    public async joined({ room, joiningUser, inviter }: IRoomUserJoinedContext): Promise<void> {
        const user = this.user(joiningUser);
        if (user && room && room.id) {
            await this.outbound.memberJoined(rcRoomId(room.id), user, this.user(inviter));
        }
    }

    /** A leave, and what the app itself removed, come without `removedBy`. */
    public async left({ room, leavingUser, removedBy }: IRoomUserLeaveContext): Promise<void> {
        const user = this.user(leavingUser);
        if (user && room && room.id) {
            await this.outbound.memberLeft(rcRoomId(room.id), user, this.user(removedBy));
        }
    }

    public async userUpdated(changed: IUser): Promise<void> {
        const user = this.user(changed);
        if (user) {
            await this.outbound.userChanged(user);
        }
    }

    private user(user: IUser | undefined | null): RcUser | undefined {
        return user && user.id ? toUser(user, this.appId) : undefined;
    }
}
