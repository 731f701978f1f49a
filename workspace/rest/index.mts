import { Router } from 'express';
import type { AppsHost, Domain } from '../server/contract.mts';
import { appRoutes } from './apps/apps.mts';
import { interactionRoutes } from './apps/interaction.mts';
import { chatRoutes } from './chat/chat.mts';
import { chatReadingRoutes } from './chat/reading.mts';
import { Api } from './framework/Api.mts';
import { cors } from './framework/cors.mts';
import { restTypings } from './framework/typings.mts';
import { roomAdminRoutes } from './rooms/admin.mts';
import { channelRoutes } from './rooms/channels.mts';
import { groupRoutes } from './rooms/groups.mts';
import { directRoutes } from './rooms/im.mts';
import { mediaRoutes } from './rooms/media.mts';
import { roomRoutes } from './rooms/rooms.mts';
import { subscriptionRoutes } from './rooms/subscriptions.mts';
import { avatarRoutes } from './users/avatar.mts';
import { loginRoutes } from './users/login.mts';
import { ownRoutes } from './users/self.mts';
import { userRoutes } from './users/users.mts';
import { commandRoutes } from './workspace/commands.mts';
import { emojiRoutes } from './workspace/emoji.mts';
import { infoRoutes, serverInfo } from './workspace/info.mts';
import { methodCallRoutes } from './workspace/methodCall.mts';
import { roleRoutes } from './workspace/roles.mts';
import { settingsRoutes } from './workspace/settings.mts';

export { fileRoutes } from './files.mts';

const v1 = [
    loginRoutes, userRoutes, ownRoutes, avatarRoutes,
    channelRoutes, groupRoutes, directRoutes, roomRoutes, roomAdminRoutes, mediaRoutes, subscriptionRoutes,
    chatRoutes, chatReadingRoutes,
    infoRoutes, settingsRoutes, roleRoutes, emojiRoutes, commandRoutes, methodCallRoutes,
];

/**
 * Rocket.Chat's REST API for one instance, to be mounted at `/api`: `/api/v1/…`, `/api/apps/…`, `/api/info`.
 * It reads the bodies itself: no body parser may run before it. The endpoints that apps provide (`/api/apps/public/…`,
 * `/api/apps/private/…`) are not its own; what it does not know is 404 in the words of the server's router (Hono).
 */
export function restApi(domain: Domain, apps: AppsHost): Router {
    // Here and not at the first request, which would wait for it.
    restTypings();
    keepTrash(domain);
    const router = Router({ caseSensitive: true });
    const core = new Api(domain, apps);
    for (const register of v1) register(core);
    const management = new Api(domain, apps);
    appRoutes(management);
    const open = new Api(domain, apps);
    open.get('info', { auth: false }, (call) => serverInfo(call.domain, call.user));

    router.use(cors(domain));
    router.use('/v1', core.router);
    router.use('/apps', interactionRoutes(domain, apps));
    router.use('/apps', (request, response, next) => (/^\/(?:public|private)\//.test(request.path) ? next('router') : management.router(request, response, next)));
    router.use('/', open.router);
    router.use((_request, response) => {
        response.status(404).type('text/plain').end('404 Not Found');
    });
    return router;
}

const kept = new WeakSet<Domain>();

/** Notes what is deleted for clients that were away (`chat.getDeletedMessages`, `chat.syncMessages`), once per domain. */
function keepTrash(domain: Domain): void {
    if (kept.has(domain)) return;
    kept.add(domain);
    domain.on('messageDeleted', (rid, _id) => {
        void domain.collections.trash.updateAsync({ _id }, { _id, rid, _deletedAt: new Date() }, { upsert: true });
    });
}
