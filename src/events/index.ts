import type { Outbound } from '../bridge/outbound/Outbound';
import { MemberEvents } from './MemberEvents';
import { MessageEvents } from './MessageEvents';
import { RoomEvents } from './RoomEvents';

/** Events of Rocket.Chat, translated for the bridge. */
export interface Events {
    messages: MessageEvents;
    members: MemberEvents;
    rooms: RoomEvents;
}

/** @param appId of this app: tells its users from others */
export const eventsFor = (outbound: Outbound, appId: string): Events => ({
    messages: new MessageEvents(outbound, appId),
    members: new MemberEvents(outbound, appId),
    rooms: new RoomEvents(outbound),
});
