import type { WorkspaceToken } from '../config/BridgeConfig';
import type { Accessors } from './Accessors';
import { EngineStore } from './EngineStore';
import { avatarOf } from './calls/avatars';
import { call } from './failures';
import { messageCalls } from './calls/messages';
import type { RocketChat } from './RocketChat';
import { roomCalls } from './calls/rooms';
import { uploadCalls } from './calls/uploads';
import { userCalls } from './calls/users';
import { Workspace } from './Workspace';
import { workspaceRequest } from './workspaceRequest';

/** The address of the workspace changes hardly ever, and no event tells an app of it. */
const SITE_URL_LIFE_MS = 60_000;

/** For so long its failure holds, where it never was read. */
const SITE_URL_AGAIN_MS = 5_000;

/**
 * The workspace's address is read by every message, for links alone: a server that keeps it from apps, or cannot read it for a
 * moment, must not hold up a message. @returns the address without a slash at the end; the last known one, or none, while it cannot be read
 */
export function rememberedSiteUrl(read: () => Promise<unknown>, now: () => number = Date.now): () => Promise<string> {
    let site = { url: '', until: 0 };
    return async () => {
        if (now() >= site.until) {
            try {
                const url: unknown = await read();
                site = { url: typeof url === 'string' ? url.trim().replace(/\/+$/, '') : '', until: now() + SITE_URL_LIFE_MS };
            } catch {
                site = { url: site.url, until: now() + SITE_URL_AGAIN_MS };
            }
        }
        return site.url;
    };
}

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
    const siteUrl = rememberedSiteUrl(() => serverSetting('Site_Url'));
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
