import type { Domain, IUser } from '../../server/contract.mts';
import type { Command, CommandCall, Commands } from './registry.mts';

type Run = (call: CommandCall & { words: string[] }) => Promise<unknown>;

/**
 * The commands that a server has without apps (`app/slashcommands-*`), under their names, so that an app which wants one
 * of them is refused. They do what they do on the server; failures are told to the user in an ephemeral message.
 */
export function builtinCommands(domain: Domain): Commands {
    const { rooms, users, messages } = domain;
    const commands: Commands = new Map();

    const add = (command: string, params: string, description: string, run: Run | undefined, options: Partial<Command> = {}): void => {
        const tell = (call: CommandCall, text: string): void => domain.notify('ephemeral', call.user._id, { rid: call.room._id, msg: text });
        const safely = run && ((call: CommandCall) =>
            run({ ...call, words: call.params.trim().split(/\s+/).filter(Boolean) }).catch((error: Error) => tell(call, error.message)));
        commands.set(command, { command, params, description, clientOnly: !run, run: safely, ...options });
    };
    const named = async (word: string | undefined): Promise<IUser> => {
        const user = await users.findByUsername((word ?? '').replace(/^@/, ''));
        if (!user) throw new Error(`No user with username "${(word ?? '').replace(/^@/, '')}" was found!`);
        return user;
    };
    const room = async (word: string | undefined, fallback: CommandCall['room']): Promise<CommandCall['room']> => {
        if (!word) return fallback;
        const found = await rooms.findByName(word.replace(/^#/, ''));
        if (!found) throw new Error(`No channel with name "${word}" was found!`);
        return found;
    };
    const allowed = async ({ user, room: { _id } }: CommandCall, permission: string): Promise<void> => {
        if (!(await users.hasPermission(user, permission, _id))) throw new Error('Not allowed [error-not-allowed]');
    };
    const say = ({ user, room: { _id }, threadId }: CommandCall, msg: string): Promise<unknown> =>
        messages.send(user._id, { rid: _id, msg, ...(threadId && { tmid: threadId }) });

    const faces: Record<string, string> = {
        gimme: '༼ つ ◕_◕ ༽つ', lennyface: '( ͡° ͜ʖ ͡°)', shrug: '¯\\\\_(ツ)_/¯', tableflip: '(╯°□°）╯︵ ┻━┻', unflip: '┬─┬ ノ( ゜-゜ノ)',
    };
    for (const [name, face] of Object.entries(faces)) {
        add(name, 'your_message_optional', `Slash_${name[0].toUpperCase()}${name.slice(1)}_Description`, (call) =>
            say(call, name === 'gimme' ? `${face} ${call.params}`.trim() : `${call.params} ${face}`.trim()));
    }
    add('me', 'your_message', 'Displays_action_text', async (call) => (call.params.trim() ? say(call, `_${call.params}_`) : undefined));
    add('topic', 'Slash_Topic_Params', 'Slash_Topic_Description', async (call) => {
        await allowed(call, 'edit-room');
        await rooms.saveTopic(call.room._id, call.params, call.user);
    }, { permission: 'edit-room' });
    for (const name of ['leave', 'part']) add(name, '', 'Leave_the_current_channel', ({ room: { _id }, user }) => rooms.removeUser(_id, user));
    add('invite', '@username', 'Invite_user_to_join_channel', async (call) => {
        await allowed(call, 'add-user-to-joined-room');
        for (const word of call.words) await rooms.addUser(call.room._id, await named(word), call.user);
    }, { permission: 'add-user-to-joined-room' });
    add('kick', '@username', 'Remove_someone_from_room', async (call) => {
        await allowed(call, 'remove-user');
        await rooms.kick(call.room._id, await named(call.words[0]), call.user);
    }, { permission: 'remove-user' });
    add('join', '#channel', 'Join_the_given_channel', async ({ words, room: here, user }) => rooms.addUser((await room(words[0], here))._id, user), { permission: 'view-c-room' });
    add('create', '#channel', 'Create_A_New_Channel', async ({ words, user }) => {
        const type = words.includes('private') ? 'p' : 'c';
        const name = words.find((word) => word !== 'private')?.replace(/^#/, '');
        if (name) await rooms.create(type, name, user, []);
    }, { permission: ['create-c', 'create-p'] });
    add('archive', '#channel', 'Archive', async (call) => {
        await allowed(call, 'archive-room');
        await rooms.archive((await room(call.words[0], call.room))._id, call.user);
    }, { permission: 'archive-room' });
    add('unarchive', '#channel', 'Unarchive', async (call) => {
        await allowed(call, 'unarchive-room');
        await rooms.unarchive((await room(call.words[0], call.room))._id, call.user);
    }, { permission: 'unarchive-room' });
    for (const name of ['mute', 'unmute'] as const) {
        add(name, '@username', `${name === 'mute' ? 'Mute' : 'Unmute'}_someone_in_room`, async (call) => {
            await allowed(call, 'mute-user');
            await rooms[name](call.room._id, (await named(call.words[0])).username as string, call.user);
        }, { permission: 'mute-user' });
    }
    add('msg', '@username <message>', 'Direct_message_someone', async (call) => {
        const other = await named(call.words[0]);
        const { room: direct } = await rooms.createDirect([call.user, other], call.user);
        await messages.send(call.user._id, { rid: direct._id, msg: call.params.trim().slice(call.words[0].length).trim() });
    }, { permission: 'create-d' });
    add('status', 'Slash_Status_Params', 'Slash_Status_Description', ({ user, params }) => users.setStatus(user._id, undefined, params));
    add('hide', '#room', 'Hide_room', async ({ words, room: here, user }) => rooms.open((await room(words[0], here))._id, user._id, false));
    add('open', 'room_name', 'Opens_a_channel_group_or_direct_message', undefined);
    return commands;
}
