import type { WorkspaceToken } from '../config/BridgeConfig';
import type { Accessors } from './Accessors';
import { EngineStore } from './EngineStore';
import { avatarOf } from './avatars';
import { call } from './failures';
import { messageCalls } from './messages';
import type { RocketChat } from './RocketChat';
import { roomCalls } from './rooms';
import { uploadCalls } from './uploads';
import { userCalls } from './users';
import { Workspace } from './Workspace';
import { workspaceRequest } from './workspaceRequest';

/** The address of the workspace changes hardly ever, and no event tells an app of it. */
const SITE_URL_LIFE_MS = 60_000;

/**
 * The workspace as the bridge uses it, on the engine's accessors.
 * @param appId of this app: its users are recognised by it
 * @param token of the settings, asked for at each use
 */
export function engineRocketChat(accessors: Accessors, appId: string, token: () => WorkspaceToken | undefined): RocketChat {
    const users = userCalls(accessors, appId);
    const serverSetting = async <T>(id: string): Promise<T | undefined> => {
        const value: unknown = await call('setting.get', () => accessors.read.getEnvironmentReader().getServerSettings().getValueById(id));
        return value == null ? undefined : (value as T);
    };
    let site: { url: string; readAt: number } | undefined;
    const siteUrl = async (): Promise<string> => {
        if (!site || Date.now() - site.readAt > SITE_URL_LIFE_MS) {
            site = { url: ((await serverSetting<string>('Site_Url')) || '').replace(/\/+$/, ''), readAt: Date.now() };
        }
        return site.url;
    };
    return {
        store: new EngineStore(accessors),
        workspace: new Workspace(token, workspaceRequest(accessors, siteUrl)),
        serverSetting,
        siteUrl,
        publicUrl: async (path) => `${await siteUrl()}/api/apps/public/${appId}/${path}`,
        ...users,
        avatar: async (username) => avatarOf(accessors, await siteUrl(), username),
        ...roomCalls(accessors, appId),
        ...messageCalls(accessors, appId, async () => (await users.appUser()).id),
        ...uploadCalls(accessors),
    };
}
