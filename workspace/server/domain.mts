import type { Collections } from '../store/collections.mts';
import type { Domain, Quirks } from './contract.mts';
import type { Server } from './context.mts';
import { createEvents } from './events.mts';
import { messagesService } from './messages/messages.mts';
import { createDefaultPermissions } from './permissions/permissions.mts';
import { createInitialData } from './rooms/defaults.mts';
import { roomsService } from './rooms/rooms.mts';
import { createSettings } from './settings/settings.mts';
import { uploadsService } from './uploads/uploads.mts';
import { forgetLostConnections } from './users/presence.mts';
import { usersService } from './users/users.mts';

export interface DomainOptions {
    /** Address of the workspace for its users: the setting `Site_Url`. */
    siteUrl: string;
}

/**
 * Makes what a Rocket.Chat server is behind its doors: settings, roles, permissions and the first data where they are missing, and the
 * services that change data and tell the apps and the clients.
 */
export async function createDomain(collections: Collections, quirks: Quirks, options: DomainOptions): Promise<Domain> {
    await createDefaultPermissions(collections);
    const settings = await createSettings(collections, options.siteUrl);
    const server = { collections, quirks, settings, ...createEvents() } as unknown as Server & Record<string, unknown>;
    const services = {
        users: usersService(server),
        rooms: roomsService(server),
        messages: messagesService(server),
        uploads: uploadsService(server),
    };
    Object.assign(server, services);
    await createInitialData(server);
    await forgetLostConnections(server);
    return server;
}
