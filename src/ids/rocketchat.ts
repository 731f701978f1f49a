import type { RcMessageId, RcRoomId, RcUserId } from './types';

/** Ids that the server gave: trusted for their form, branded here for the compiler. */
export const rcUserId = (id: string): RcUserId => id as RcUserId;
export const rcRoomId = (id: string): RcRoomId => id as RcRoomId;
export const rcMessageId = (id: string): RcMessageId => id as RcMessageId;
