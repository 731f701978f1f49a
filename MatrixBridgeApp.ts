import type {
    IAppInstallationContext,
    IAppUpdateContext,
    IConfigurationExtend,
    IConfigurationModify,
    IEnvironmentRead,
    IHttp,
    IModify,
    IPersistence,
    IRead,
} from '@rocket.chat/apps-engine/definition/accessors';
import { App } from '@rocket.chat/apps-engine/definition/App';
import type {
    IMessage,
    IMessageDeleteContext,
    IMessagePinContext,
    IMessageReactionContext,
    IPostMessageDeleted,
    IPostMessagePinned,
    IPostMessageReacted,
    IPostMessageSent,
    IPostMessageUpdated,
    IPostSystemMessageSent,
} from '@rocket.chat/apps-engine/definition/messages';
import type {
    IPostRoomDeleted,
    IPostRoomUserJoined,
    IPostRoomUserLeave,
    IRoom,
    IRoomUserJoinedContext,
    IRoomUserLeaveContext,
} from '@rocket.chat/apps-engine/definition/rooms';
import type { ISetting } from '@rocket.chat/apps-engine/definition/settings';
import type { ISettingUpdateContext } from '@rocket.chat/apps-engine/definition/settings/ISettingUpdateContext';
import type { IPostUserUpdated, IUserContext } from '@rocket.chat/apps-engine/definition/users';
import type { Events } from './src/main';
import { applicationServiceApi, heartbeat, mergedSetting, publicApi, rcUserId, Runtime, SettingId, settings, slashCommands } from './src/main';

/** What the engine gives to a handler of an event. */
type Call = [read: IRead, http: IHttp, persistence: IPersistence, modify: IModify];

/** What the engine sees of the app: registers what it offers, and hands every event on. */
export class MatrixBridgeApp
    extends App
    implements
        IPostMessageSent,
        IPostMessageUpdated,
        IPostMessageDeleted,
        IPostMessageReacted,
        IPostMessagePinned,
        IPostSystemMessageSent,
        IPostRoomDeleted,
        IPostRoomUserJoined,
        IPostRoomUserLeave,
        IPostUserUpdated
{
    private made?: Runtime;

    public async onEnable(_environment: IEnvironmentRead, _configuration: IConfigurationModify): Promise<boolean> {
        await this.runtime.enable(this.getLogger());
        return true;
    }

    public async onDisable(_configuration: IConfigurationModify): Promise<void> {
        await this.runtime.disable(this.getLogger());
    }

    public async onInstall({ user }: Partial<IAppInstallationContext>, read: IRead, http: IHttp, persistence: IPersistence, modify: IModify): Promise<void> {
        if (user && user.id) {
            await this.runtime.adminSeen(rcUserId(user.id), { read, http, persistence, modify });
        }
    }

    public async onUpdate({ user }: IAppUpdateContext, read: IRead, http: IHttp, persistence: IPersistence, modify: IModify): Promise<void> {
        if (user && user.id) {
            await this.runtime.adminSeen(rcUserId(user.id), { read, http, persistence, modify });
        }
    }

    public async onPreSettingUpdate({ oldSetting, newSetting }: ISettingUpdateContext): Promise<ISetting> {
        const setting = mergedSetting(oldSetting, newSetting);
        return setting.id === SettingId.RegistrationFile ? { ...setting, value: await this.runtime.registrationText() } : setting;
    }

    public async onSettingUpdated(_setting: ISetting): Promise<void> {
        await this.runtime.settingUpdated(this.getLogger());
    }

    public async executePostMessageSent(message: IMessage, ...call: Call): Promise<void> {
        await this.on(call, ({ messages }) => messages.sent(message));
    }

    public async executePostMessageUpdated(message: IMessage, ...call: Call): Promise<void> {
        await this.on(call, ({ messages }) => messages.updated(message));
    }

    public async executePostMessageDeleted(message: IMessage, ...call: [...Call, IMessageDeleteContext]): Promise<void> {
        const [read, http, persistence, modify, context] = call;
        await this.on([read, http, persistence, modify], ({ messages }) => messages.deleted(message, context?.user));
    }

    public async executePostMessageReacted(context: IMessageReactionContext, ...call: Call): Promise<void> {
        await this.on(call, ({ messages }) => messages.reacted(context));
    }

    public async executePostMessagePinned(context: IMessagePinContext, ...call: Call): Promise<void> {
        await this.on(call, ({ messages }) => messages.pinned(context));
    }

    public async executePostSystemMessageSent(message: IMessage, ...call: Call): Promise<void> {
        await this.on(call, ({ messages }) => messages.system(message));
    }

    /** @param modify is not in the engine's type of this one event */
    public async executePostRoomDeleted(room: IRoom, read: IRead, http: IHttp, persistence: IPersistence, modify?: IModify): Promise<void> {
        await this.runtime.on({ read, http, persistence, modify }, this.getLogger(), ({ rooms }) => rooms.deleted(room));
    }

    public async executePostRoomUserJoined(context: IRoomUserJoinedContext, ...call: Call): Promise<void> {
        await this.on(call, ({ members }) => members.joined(context));
    }

    public async executePostRoomUserLeave(context: IRoomUserLeaveContext, ...call: Call): Promise<void> {
        await this.on(call, ({ members }) => members.left(context));
    }

    public async executePostUserUpdated({ user }: IUserContext, ...call: Call): Promise<void> {
        await this.on(call, ({ members }) => members.userUpdated(user));
    }

    /** Never called: the engine's type of `IPostUserUpdated` asks for it by mistake (apps-engine 1.62, IPostUserUpdated.d.ts). */
    public async executePostUserCreated(): Promise<void> {
        // Ghosts are made when they are first needed.
    }

    /**
     * Slash commands come last, and nothing may throw: an error here ends the rest without a word, and one of an accessor
     * leaves the engine without an answer (`deno-runtime/handlers/app/handler.ts`).
     */
    protected async extendConfiguration({ settings: settingsExtend, api, scheduler, slashCommands: commandsExtend }: IConfigurationExtend): Promise<void> {
        for (const setting of settings) {
            await this.attempt(setting.id, () => settingsExtend.provideSetting(setting));
        }
        await this.attempt('the application service API', () => api.provideApi(applicationServiceApi(this, () => this.runtime)));
        await this.attempt('the public API', () => api.provideApi(publicApi(this, () => this.runtime)));
        await this.attempt('the heartbeat', async () => { await scheduler.registerProcessors([heartbeat(() => this.runtime, () => this.getLogger())]); });
        for (const command of slashCommands(this, () => this.runtime)) {
            // After disable and enable the command is still registered, and calls the new object all the same; a name can be taken, too.
            await this.attempt(`/${command.command}`, () => commandsExtend.provideSlashCommand(command), 'info');
        }
    }

    private on([read, http, persistence, modify]: Call, handle: (events: Events) => Promise<void>): Promise<void> {
        return this.runtime.on({ read, http, persistence, modify }, this.getLogger(), handle);
    }

    private async attempt(what: string, register: () => Promise<void>, level: 'error' | 'info' = 'error'): Promise<void> {
        try {
            await register();
        } catch (error) {
            this.runtime.log[level](`${what} was not registered: ${error instanceof Error ? error.message : String(error)}`);
        }
    }

    /** Made at the first use: rc-apps constructs the app without accessors, to see whether it is one. */
    private get runtime(): Runtime {
        this.made = this.made || new Runtime(this);
        return this.made;
    }
}
