/**
 * Answers in the shapes that the real server promises: checked by the schemas of `@rocket.chat/core-typings`, against which
 * the server's own test suite checks its answers (`apps/meteor/server/api/ajv.ts`, `packages/http-router/src/Router.ts`).
 */
import { execFileSync } from 'node:child_process';
import Ajv from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { RocketChat } from '../../support/clients/rocketchat.mts';
import { useWorkspace } from '../../support/servers/workspace.mts';

const ajv = new Ajv({ coerceTypes: true, allowUnionTypes: true });
addFormats(ajv);
// Asked of a process of its own: jest cannot load what the package requires.
const print = "process.stdout.write(JSON.stringify(require('@rocket.chat/core-typings').schemas.components.schemas))";
// Some alternatives overlap (a plain file is also a plain attachment), so "one of" is asked as "any of".
const printed = execFileSync(process.execPath, ['-e', print], { maxBuffer: 1e8, encoding: 'utf8' }).replaceAll('"oneOf"', '"anyOf"');
const components = JSON.parse(printed, (key, value) => (key === 'discriminator' ? undefined : value)) as Record<string, object>;
for (const [name, schema] of Object.entries(components)) ajv.addSchema(schema, `#/components/schemas/${name}`);

/** What a document breaks of a schema, in words; nothing when it fits. */
function faults(schema: string, document: unknown): string[] {
    const validate = ajv.getSchema(`#/components/schemas/${schema}`);
    if (!validate) throw new Error(`No schema ${schema}`);
    return validate(structuredClone(document)) ? [] : (validate.errors ?? []).map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
}

describe('REST: shapes', () => {
    const running = useWorkspace();
    let alice: RocketChat;
    let roomId: string;

    beforeAll(async () => {
        const { admin, workspace } = running();
        await admin.createUser({ username: 'alice', name: 'Alice', password: 'alice' });
        alice = await RocketChat.login(workspace.url, 'alice', 'alice');
        const room = await alice.createRoom('c', 'shapes', ['admin']);
        roomId = room._id;
        const root = await alice.send(room, 'Hello *all* of you, @admin #general :smile: https://example.org `code`');
        await alice.send(room, '```js\nlet a;\n```\n- one\n- two\n\n> quote', { tmid: root._id });
        await alice.send(room, `[ ](${workspace.url}/channel/shapes?msg=${root._id}) quoted`);
        await alice.react(root, ':smile:');
        await alice.edit(root, 'Hello again');
        await alice.post('v1/chat.pinMessage', { messageId: root._id });
        await alice.post('v1/channels.setTopic', { roomId, topic: 'T' });
        const form = new FormData();
        form.append('file', new Blob([new Uint8Array(Buffer.from('some text'))], { type: 'text/plain' }), 'a.txt');
        const { file } = await alice.post(`v1/rooms.media/${roomId}`, form);
        await alice.post(`v1/rooms.mediaConfirm/${roomId}/${file._id}`, { msg: 'a file' });
    });

    test('messages: text, thread, quote, reaction, edit, system, file', async () => {
        const { messages } = await alice.get('v1/channels.messages', { roomId, count: 100 });
        expect(messages.length).toBeGreaterThan(5);
        expect(messages.flatMap((message: { _id: string; t?: string; msg: string }) => faults('IMessage', message).map((fault) => `${message.t ?? message.msg}: ${fault}`))).toEqual([]);
    });

    test('(the check finds what is missing)', () => {
        expect(faults('IMessage', { _id: 'x' })).not.toEqual([]);
    });

    test('rooms', async () => {
        const { update } = await alice.get('v1/rooms.get');
        expect(update.flatMap((room: object) => faults('IRoom', room))).toEqual([]);
    });

    test('subscriptions', async () => {
        const { update } = await alice.get('v1/subscriptions.get');
        expect(update.flatMap((subscription: object) => faults('ISubscription', subscription))).toEqual([]);
    });

    test('oneself', async () => {
        expect(faults('IMeApiUser', await alice.get('v1/me'))).toEqual([]);
    });

    test('roles and permissions', async () => {
        expect((await alice.get('v1/roles.list')).roles.flatMap((role: object) => faults('IRole', { _updatedAt: new Date().toISOString(), ...role }))).toEqual([]);
        expect((await alice.get('v1/permissions.listAll')).update.flatMap((permission: object) => faults('IPermission', permission))).toEqual([]);
    });
});
