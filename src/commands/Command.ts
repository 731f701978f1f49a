import type { RcMessageId } from '../ids/types';
import type { RcRoom, RcUser } from '../rocketchat/RocketChat';

/** Where, by whom and with what a command was typed. */
export interface CommandCall {
    sender: RcUser;
    room: RcRoom;
    /** What stands behind the name of the sub-command, split at white space; quotes are respected. */
    args: string[];
    threadId?: RcMessageId;
}

/** One sub-command of `/matrix`. */
export interface Command {
    readonly name: string;
    /** What is typed behind the name, for the help: `@user:server`. */
    readonly params: string;
    /** One line for the help. */
    readonly description: string;
    /** Only for users with the role `admin`; the frame checks it. */
    readonly adminOnly: boolean;
    /** True: works also while the bridge is switched off or its settings are wrong. */
    readonly worksWhenOff?: boolean;
    /**
     * Does it and says how it went.
     * @returns the answer, Markdown, shown only to who typed the command
     * @throws BridgeError its `userMessage` becomes the answer
     */
    run(call: CommandCall): Promise<string>;
}
