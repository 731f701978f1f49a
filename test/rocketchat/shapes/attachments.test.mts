/** Attachments as the engine hands them over, and back. */
import { decode, encode } from '@msgpack/msgpack';
import { fromEngineAttachment, toEngineAttachment } from '../../../src/rocketchat/shapes/attachments';

/** Over the border of the sandbox, as the engine's codec does it. */
const crossed = (value: object): object => decode(encode(value, { ignoreUndefined: true })) as object;

describe('the time of an attachment', () => {
    test.each([
        ['a quote has one', new Date('2026-01-02T03:04:05.000Z'), '2026-01-02T03:04:05.000Z'],
        ['a file has none: the server hands over an invalid date (`_convertAttachmentsToApp`)', new Date(NaN), undefined],
        ['none at all', undefined, undefined],
        ['null', null, undefined],
        ['a text', '2026-01-02T03:04:05.000Z', '2026-01-02T03:04:05.000Z'],
        ['rubbish', 'yesterday', undefined],
    ])('%s', (_what, timestamp, ts) => {
        expect(fromEngineAttachment(crossed({ title: { value: 'a.png' }, timestamp })).ts).toBe(ts);
    });

    test('goes back as a date: the server asks it for its JSON (`_convertAppAttachments`)', () => {
        expect(toEngineAttachment({ text: 'quoted', ts: '2026-01-02T03:04:05.000Z' }).timestamp).toEqual(new Date('2026-01-02T03:04:05.000Z'));
    });
});
