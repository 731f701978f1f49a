import type { IRoom } from '@rocket.chat/apps-engine/definition/rooms';
import type { IUser } from '@rocket.chat/apps-engine/definition/users';

/** The server looks users and rooms up by their id alone (converters `convertAppMessage`, `convertAppRoom`): nothing else is needed. */
export const userReference = (id: string): IUser => ({ id }) as unknown as IUser;
export const roomReference = (id: string): IRoom => ({ id }) as unknown as IRoom;
