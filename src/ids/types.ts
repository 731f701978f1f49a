/**
 * Branded ids: a Matrix room id cannot be passed for a Rocket.Chat one. They are plain strings at run time; the brands
 * exist only for the compiler. Make them with the functions of this folder, which check the form.
 */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** `@localpart:server` */
export type MatrixUserId = Branded<'MatrixUserId'>;
/** `!opaque` or `!opaque:server`: from room version 12 on there is no server part, so never split it. */
export type MatrixRoomId = Branded<'MatrixRoomId'>;
/** `#name:server` */
export type MatrixRoomAlias = Branded<'MatrixRoomAlias'>;
/** `$opaque` */
export type MatrixEventId = Branded<'MatrixEventId'>;
/** `mxc://server/media` */
export type MxcUri = Branded<'MxcUri'>;

/** Id of a Rocket.Chat user. */
export type RcUserId = Branded<'RcUserId'>;
/** Id of a Rocket.Chat room. */
export type RcRoomId = Branded<'RcRoomId'>;
/** Id of a Rocket.Chat message. */
export type RcMessageId = Branded<'RcMessageId'>;
