import type { IHttp, IModify, IPersistence, IRead } from '@rocket.chat/apps-engine/definition/accessors';
import type { IApp } from '@rocket.chat/apps-engine/definition/IApp';
import type { ISlashCommand, SlashCommandContext } from '@rocket.chat/apps-engine/definition/slashcommands';
import type { EngineLog } from '../errors/EngineLog';
import { rcMessageId, rcRoomId } from '../ids/rocketchat';
import type { HandlerAccessors } from '../rocketchat/Accessors';
import type { RocketChat } from '../rocketchat/RocketChat';
import { toUser } from '../rocketchat/shapes/translate';
import type { CommandTable } from './CommandTable';

/** What the slash commands need of the app. */
export interface SlashCommandHost {
    readonly log: EngineLog;
    readonly rocketchat: RocketChat;
    readonly commands: CommandTable;
    /** Keeps the accessors, and waits until the settings are known. */
    enter(accessors: HandlerAccessors): Promise<void>;
}

/**
 * A slash command of Rocket.Chat. The server throws what an executor throws at the person who typed it; so nothing is
 * thrown, and the answer is a message that only this person sees.
 */
export class MatrixCommand implements ISlashCommand {
    public readonly providesPreview = false;

    /**
     * @param getHost as a function: commands are sent to the server when they are registered, with all that they hold but functions
     * @param command `matrix`, or a spelling of the old bridge
     */
    constructor(
        private readonly app: IApp,
        private readonly getHost: () => SlashCommandHost,
        public readonly command: string,
        public readonly i18nParamsExample: string,
        public readonly i18nDescription: string,
    ) {}

    public async executor(context: SlashCommandContext, read: IRead, modify: IModify, http: IHttp, persistence: IPersistence): Promise<void> {
        const host = this.getHost();
        const sender = toUser(context.getSender(), this.app.getID());
        const roomId = rcRoomId(context.getRoom().id);
        const thread = context.getThreadId();
        const threadId = thread ? rcMessageId(thread) : undefined;
        try {
            await host.enter({ read, modify, http, persistence });
            // Read anew: the room in the context lacks what the server's document has beyond the engine's fields.
            const room = await host.rocketchat.room(roomId);
            const answer = room ? await host.commands.run({ sender, room, args: context.getArguments(), threadId }) : 'The bridge does not see this room.';
            await host.rocketchat.whisper(sender.id, roomId, answer, { threadId });
        } catch (error) {
            host.log.error(`/${this.command} could not be answered`, error);
        } finally {
            host.log.flush(this.app.getLogger());
        }
    }
}
