import type { IRoom, IUser } from '../../server/contract.mts';

export interface CommandCall {
    command: string;
    params: string;
    room: IRoom;
    user: IUser;
    threadId?: string;
    triggerId?: string;
}

/** A slash command as the server holds it (`app/utils/server/slashCommand.ts`). */
export interface Command {
    command: string;
    params: string;
    description: string;
    permission?: unknown;
    clientOnly?: boolean;
    providesPreview?: boolean;
    appId?: string;
    run?(call: CommandCall): Promise<unknown>;
    preview?(call: CommandCall): Promise<unknown>;
    runPreview?(call: CommandCall, item: any): Promise<void>;
}

/** The commands of one instance by their names in lower case. */
export type Commands = Map<string, Command>;
