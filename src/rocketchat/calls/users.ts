import type { IUser } from '@rocket.chat/apps-engine/definition/users';
import type { IBotUser } from '@rocket.chat/apps-engine/definition/users/IBotUser';
import { rcUserId } from '../../ids/rocketchat';
import type { Accessors } from '../Accessors';
import { call, checkedId } from '../failures';
import type { RcUser, RocketChat } from '../RocketChat';
import { toUser } from '../shapes/translate';

type UserCalls = Pick<RocketChat, 'user' | 'userByName' | 'appUser' | 'createPuppet'>;

/** Reading of users, and making of puppets. @param appId of this app */
export function userCalls(accessors: Accessors, appId: string): UserCalls {
    let appUser: RcUser | undefined;
    const users = () => accessors.read.getUserReader();
    const translated = (user: IUser | undefined | null): RcUser | undefined => (user && user.id ? toUser(user, appId) : undefined);

    return {
        user: async (id) => translated(await call('user.getById', () => users().getById(id))),
        userByName: async (username) => translated(await call('user.getByUsername', () => users().getByUsername(username))),

        async appUser() {
            if (!appUser) {
                const user = await call('user.getAppUser', () => users().getAppUser());
                appUser = { ...toUser({ ...user, id: checkedId('user.getAppUser', user && user.id) }, appId), isAppUser: true };
            }
            return appUser;
        },

        /**
         * Server: `AppUserBridge.create`. Stored are only the fields given here; without `roles`, `isEnabled` and `appId` the
         * user cannot be listed, deleted or told from a stranger's bot. The engine strips an id given to `startBotUser`, but
         * not one written onto the object that the builder hands out.
         */
        async createPuppet({ id, username, name }) {
            const creator = accessors.modify.getCreator();
            const builder = creator.startBotUser({ username, name, roles: ['bot'], isEnabled: true, status: 'online', appId } as unknown as Partial<IBotUser>);
            (builder.getUser() as Partial<IUser>).id = id;
            return rcUserId(checkedId('user.create', await call('user.create', () => creator.finish(builder))));
        },
    };
}
