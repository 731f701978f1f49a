import type { IMessage } from '@rocket.chat/apps-engine/definition/messages';
import { toMessage } from '../../../src/rocketchat/shapes/translate';

const message = (more: object) => toMessage({ id: 'M', room: { id: 'R' }, sender: { id: 'U', username: 'rocket.cat', name: 'Rocket.Cat' }, text: 'x', ...more } as unknown as IMessage, 'app');

test.each([['CI', 'CI'], [' CI ', 'CI'], ['Rocket.Cat', undefined], ['rocket.cat', undefined], ['', undefined], [null, undefined], [7, undefined]])('a message shown under the name %j: %j', (alias, wanted) => {
    expect(message({ alias })?.alias).toBe(wanted);
});
