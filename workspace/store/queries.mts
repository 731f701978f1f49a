/**
 * The query for a user's subscription to a room. The embedded store looks at the candidates of **one** index, that of the last key which
 * has one: rooms have fewer members than some users have rooms.
 */
export const membership = (roomId: string, userId: string) => ({ 'u._id': userId, 'rid': roomId });
