/** A bridge whose homeserver costs nothing, so that what is measured is the bridge, and whose transactions the test makes itself. */
import { setting } from '../apps/app.mts';
import { eventually, unique } from '../eventually.mts';
import type { RcRoom, RocketChat } from '../clients/rocketchat.mts';
import type { Stack } from '../servers/stack.mts';
import { StubHomeserver } from '../servers/stubHomeserver.mts';
import { freePort } from '../../../workspace/process/ports.mts';

export interface Stubbed {
    stub: StubHomeserver;
    /** Where the app takes transactions: a port of its own. */
    url: string;
    token: string;
    writer: RocketChat;
    rooms: { channel: RcRoom; roomId: string }[];
    /** A person of the homeserver. */
    person: string;
}

/** Connects the app of an environment without homeserver, by a port of the app's own, and bridges rooms. */
export const withStubHomeserver = async (stack: Stack, rooms: number): Promise<Stubbed> => {
    const stub = await StubHomeserver.start();
    const url = `http://127.0.0.1:${await freePort()}`;
    await stack.admin.post('v1/settings/API_Enable_Rate_Limiter', { value: false });
    await stack.app.change({ [setting.homeserverUrl]: stub.url, [setting.domain]: stub.serverName, [setting.bridgeUrl]: url });
    await stack.app.registration(url);
    const token = await stack.app.setting(setting.hsToken);
    stub.register(url, token, await stack.app.setting(setting.localpart));
    await stack.app.change({ [setting.enabled]: true });
    const writer = await stack.rocketchatUser('writer');
    const stubbed: Stubbed = { stub, url, token, writer, rooms: [], person: `@carol:${stub.serverName}` };
    for (let number = 0; number < rooms; number++) {
        const channel = await writer.createRoom('c', unique(`stub${number}`));
        await eventually(() => writer.run(channel, '/matrix bridge', { timeout: 10_000 }), { what: 'an answer of the bridge' });
        const roomId = await eventually(() => stub.roomOf(`#rc_${channel.name}:${stub.serverName}`), { what: 'the Matrix room' });
        stub.push({ type: 'm.room.member', room_id: roomId, sender: stubbed.person, state_key: stubbed.person, content: { membership: 'join' } });
        stubbed.rooms.push({ channel, roomId });
    }
    return stubbed;
};

/** An event of a person as JSON text. @param more further JSON text in its content, e.g. `,"x":1` */
export const personsEvent = (roomId: string, sender: string, id: string, body: string, more = ''): string => JSON.stringify({
    type: 'm.room.message', event_id: `$${id.padEnd(43, '_')}`, room_id: roomId, sender, origin_server_ts: Date.now(), content: { msgtype: 'm.text', body },
}).replace(/\}\}$/, `${more}}}`);
