import type { AppBridges } from '@rocket.chat/apps-engine/server/bridges';
import type { Engine } from '../load.mts';

const absent = (what: string) => async (): Promise<never> => {
    throw new Error(`${what} not available in this workspace.`);
};
const nothing = async (): Promise<undefined> => undefined;
const none = async (): Promise<[]> => [];

/**
 * The parts of a server that this workspace does not have. Reading finds nothing, as on a server on which the feature was
 * never used; writing fails with a sentence. Permissions are checked all the same, by the engine's own classes.
 */
export function absentBridges({ bridges }: Engine) {
    const livechat = absent('Omnichannel is');
    const calls = absent('Video conferences are');
    const oauth = absent('OAuth applications are');
    return {
        livechat: fill(bridges.LivechatBridge, {
            isOnline: () => false, isOnlineAsync: async () => false,
            createMessage: livechat, updateMessage: livechat, createVisitor: livechat, createAndReturnVisitor: livechat, transferVisitor: livechat,
            updateVisitorExternalId: livechat, createRoom: livechat, closeRoom: livechat, setCustomFields: livechat, resolveVisitor: livechat,
            getMessageById: nothing, findVisitorById: nothing, findVisitorByEmail: nothing, findVisitorByToken: nothing, findVisitorByPhoneNumber: nothing,
            findDepartmentByIdOrName: nothing, findVisitors: none, findOpenRoomsByAgentId: none, findRooms: none, findDepartmentsEnabledWithAgents: none,
            _fetchLivechatRoomMessages: none, countOpenRoomsByAgentId: async () => 0,
        }),
        // Providers can be registered; nobody calls them.
        videoConference: fill(bridges.VideoConferenceBridge, {
            getById: nothing, create: calls, update: calls, registerProvider: nothing, unRegisterProvider: nothing,
        }),
        cloudWorkspace: fill(bridges.CloudWorkspaceBridge, { getWorkspaceToken: absent('A registration with the cloud is') }),
        moderation: fill(bridges.ModerationBridge, {
            report: absent('Moderation is'), dismissReportsByMessageId: absent('Moderation is'), dismissReportsByUserId: absent('Moderation is'),
        }),
        oauthApps: fill(bridges.OAuthAppsBridge, { create: oauth, getById: nothing, getByName: none, update: oauth, delete: oauth, purge: nothing }),
        email: fill(bridges.EmailBridge, { sendEmail: absent('Mail is') }),
        contact: fill(bridges.ContactBridge, { getById: nothing, verifyContact: livechat, addContactEmail: livechat }),
        outboundMessage: fill(bridges.OutboundMessageBridge, { registerPhoneProvider: nothing, registerEmailProvider: nothing, unRegisterProvider: nothing }),
        experimental: fill(bridges.ExperimentalBridge, {}),
    } satisfies Record<string, ReturnType<AppBridges[keyof AppBridges]>>;
}

/** An instance of an abstract bridge class with its methods filled in. */
function fill<Bridge>(base: abstract new () => Bridge, methods: Record<string, (...args: any[]) => unknown>): Bridge {
    const Filled = class extends (base as unknown as new () => object) {};
    Object.assign(Filled.prototype, methods);
    return new Filled() as Bridge;
}
