/** Two processes that are given the same file at once. */
import { BridgeError } from '../../../src/errors/BridgeError';
import type { MatrixUserId, MxcUri } from '../../../src/ids/types';
import { turns } from '../../support/fakes/FakeClock.mts';
import { worldOfProcesses } from '../../support/fakes/processes.mts';

const CAROL = '@carol:elsewhere.test' as MatrixUserId;

/** @param isRestricted files are shown only where they were uploaded to: then the server's message of the upload is the message */
async function setUp(isRestricted: boolean) {
    const w = worldOfProcesses();
    w.rocketchat.settings.FileUpload_Restrict_to_room_members = isRestricted;
    const alice = w.rocketchat.addUser('alice');
    const room = w.rocketchat.addRoom('c', 'general', [alice]);
    const processes = [w.start(), w.start()];
    const { portal } = await w.bridged(processes[0], alice, room);
    const matrixRoom = w.homeserver.rooms.get(portal.matrixRoomId)!;
    matrixRoom.members.set(w.homeserver.addPerson(CAROL, 'Carol'), 'join');
    const media = (name: string): MxcUri => {
        const url = `mxc://elsewhere.test/${name.length}` as MxcUri;
        w.homeserver.media.set(url, { content: Buffer.from(name), contentType: 'text/plain', by: CAROL });
        return url;
    };
    const file = (name: string, content: object = {}) => w.homeserver.write(matrixRoom, CAROL, 'm.room.message', {
        msgtype: 'm.file', filename: name, body: 'look', url: media(name), ...content,
    }, { origin_server_ts: w.clock.now() });
    const shown = () => w.rocketchat.inRoom(room.id).map(({ files, text }) => [...files.map(({ name }) => name), text]);
    const uploads = () => [...w.rocketchat.uploads.keys()].length;
    return { ...w, room, processes, file, shown, uploads };
}

test.each([true, false])('it is shown once, with its caption; restricted: %s', async (isRestricted) => {
    const w = await setUp(isRestricted);
    const event = w.file('a.txt');
    await Promise.all(w.processes.map(({ bridge }) => bridge.handleTransaction('1', [event], [])));
    await turns(100);
    expect(w.shown()).toEqual([['a.txt', 'look']]);
    expect(w.uploads()).toBe(1);
    // Nothing stays of the lock.
    expect([...w.rocketchat.messages.values()].filter(({ text }) => /^[0-9a-f]{16}$/.test(text))).toEqual([]);
});

test('when the one that is at it dies, the other goes on', async () => {
    const w = await setUp(true);
    const event = w.file('a.txt');
    const { download } = w.homeserver;
    w.homeserver.download = () => new Promise(() => undefined);
    void w.processes[0].bridge.handleTransaction('1', [event], []);
    await turns(20);
    w.processes[0].kill();
    w.homeserver.download = download;
    await w.processes[1].bridge.handleTransaction('1', [event], []);
    await turns(200);
    expect(w.shown()).toEqual([['a.txt', 'look']]);
});

test('where the app can have no room of its own the file comes without a lock', async () => {
    const w = await setUp(true);
    w.rocketchat.createRoom = async () => { throw new BridgeError({ code: 'rocketchat.failed', userMessage: 'no', retriable: false, certain: true, detail: 'no room' }); };
    await w.processes[0].bridge.handleTransaction('1', [w.file('a.txt')], []);
    await turns(100);
    expect(w.shown()).toEqual([['a.txt', 'look']]);
});
