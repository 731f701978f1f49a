/** What administrators are told of things that last. */
import { AdminNotices } from '../../../src/bridge/status/AdminNotices';
import { turns } from '../../support/fakes/FakeClock.mts';
import { world } from '../../support/fakes/world.mts';

function setUp() {
    const { rocketchat, context } = world();
    const told: string[] = [];
    const send = async (text: string): Promise<void> => {
        await turns(2);
        told.push(text);
    };
    return { rocketchat, told, notices: new AdminNotices(rocketchat.store, context.log, () => true, send) };
}

test('what is over while its begin is still being told is told to be over, and told again the next time', async () => {
    const { notices, told } = setUp();
    await Promise.all([notices.begins('stalled', 'begins'), notices.over('stalled', 'over')]);
    expect(told).toEqual([]);
    void notices.begins('stalled', 'begins');
    await turns(1);
    await notices.over('stalled', 'over');
    await notices.begins('stalled', 'begins');
    expect(told).toEqual(['begins', 'over', 'begins']);
});

test('a failure of the database stops nothing that comes after it', async () => {
    const { rocketchat, notices, told } = setUp();
    const { readOne } = rocketchat.store;
    rocketchat.store.readOne = async () => Promise.reject(new Error('the database is away'));
    await notices.begins('stalled', 'begins');
    expect(told).toEqual([]);
    rocketchat.store.readOne = readOne;
    await notices.look();
    expect(told).toEqual(['begins']);
});
