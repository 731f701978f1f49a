/**
 * Events as only an attacker, a broken server or a future version makes them, as JSON text: much of it no object of
 * JavaScript can hold. Deterministic: the same number makes the same event.
 */
import fc from 'fast-check';

export interface Target {
    roomId: string;
    /** Somebody whom the room knows, and one of the bridge's own users. */
    person: string;
    ghost: string;
    /** Event of a message that is there. */
    message: string;
}

const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const listed = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const text = JSON.stringify;

/** Values where another kind is expected, as JSON text. */
const values = [
    'null', '0', '-1', '1e400', '9007199254740993', '-9223372036854775809', '1.5', 'true', '""', '"\\ud800"', '"\\udfff\\ud800"', '[]', '[null]', '{}',
    '{"__proto__":{"polluted":true}}', '{"constructor":{"prototype":{"polluted":true}}}', '{"toString":null,"hasOwnProperty":1}', '"__proto__"', '"\\u0000"',
    nested(100), nested(115), nested(130), listed(101), listed(130), `"${'x'.repeat(60_000)}"`, `[${'1,'.repeat(5_000)}1]`,
];

const bodies = ['a', '`', '<', '*', '[', '_', '>', '&', '~', '|', '\\', '@', ':', '#', '\n', '- ', '> ', '<b>', '](', '![](', '🂡', '\u202e', '$'];

/** Fields of an envelope that the Matrix specification asks for. */
const fields = ['type', 'event_id', 'room_id', 'sender', 'origin_server_ts', 'content', 'state_key', 'unsigned', 'redacts'];

const types = [
    '__proto__', 'constructor', 'toString', 'hasOwnProperty', '', ' ', 'm.', 'm.room.message.', 'M.ROOM.MESSAGE', 'org.example.unknown', 'm.call.invite', 'm.space.child',
    'm.room.create', 'm.room.power_levels', 'm.room.tombstone', 'm.room.pinned_events', 'm.room.join_rules', 'm.room.canonical_alias', 'm.room.server_acl', 'm.room.avatar',
    'm.key.verification.start', 'm.beacon', 'm.poll.response', 'm.poll.end', 'org.matrix.msc3381.poll.end', 'm.room.third_party_invite', 'x'.repeat(255),
];

const known = ['m.room.message', 'm.sticker', 'm.room.encrypted', 'm.poll.start', 'm.reaction', 'm.room.redaction', 'm.room.member', 'm.room.name', 'm.room.topic'];

const senders = [
    '@', '@a', '@:hs', '@a:', 'a:b', '@a b:c d', '@a:b:c:d', '@__proto__:evil.test', '@constructor:evil.test', `@${'l'.repeat(300)}:evil.test`, '@\u202e:evil.test', '@a/../b:evil.test',
    '@rc_:evil.test', '@😀:evil.test',
];

const keysOfContent = [
    'body', 'msgtype', 'format', 'formatted_body', 'url', 'file', 'info', 'filename', 'geo_uri', 'm.relates_to', 'm.new_content', 'm.mentions', 'membership', 'displayname', 'avatar_url',
    'name', 'topic', 'redacts', 'm.poll', 'org.matrix.msc1767.text', 'm.text', 'algorithm', 'ciphertext', '__proto__',
];

const relations = (target: Target): string[] => [
    '{"rel_type":"m.replace"}', '{"rel_type":{"__proto__":1},"event_id":[]}', `{"rel_type":"m.replace","event_id":${text(target.message)}}`,
    `{"rel_type":"m.thread","event_id":"$${'z'.repeat(43)}"}`, `{"m.in_reply_to":{"event_id":"$${'z'.repeat(43)}"}}`, '{"m.in_reply_to":null}', '{"m.in_reply_to":{"event_id":{}}}',
    `{"rel_type":"m.annotation","event_id":${text(target.message)},"key":${text('k'.repeat(5_000))}}`, `{"rel_type":"m.annotation","event_id":${text(target.message)},"key":{}}`,
    `{"rel_type":"m.annotation","event_id":${text(target.message)},"key":"\\ud83d"}`,
];

const pick = <T,>(list: readonly T[], number: number): T => list[number % list.length];

/** A whole event by its fields' JSON texts, with one of them replaced, or left out (`undefined`). */
const envelope = (number: number, target: Target, given: Record<string, string | undefined>): string => {
    const whole: Record<string, string | undefined> = {
        type: '"m.room.message"',
        event_id: text(`$hostile${String(number).padStart(36, '0')}`),
        room_id: text(target.roomId),
        sender: text(target.person),
        origin_server_ts: String(Date.now()),
        content: '{"msgtype":"m.text","body":"hostile"}',
        ...given,
    };
    return `{${Object.entries(whole).filter(([, value]) => value !== undefined).map(([key, value]) => `${text(key)}:${value}`).join(',')}}`;
};

const makers: ((number: number, target: Target) => string)[] = [
    // No event at all.
    (number) => pick(values.filter((value) => value.length < 1_000), number),
    // A field is missing, or of another kind.
    (number, target) => envelope(number, target, { [pick(fields, number)]: undefined }),
    (number, target) => envelope(number, target, { [pick(fields, number)]: pick(values, Math.floor(number / fields.length)) }),
    // Types that nobody knows, or that JavaScript knows too well.
    (number, target) => envelope(number, target, { type: text(pick(types, number)), content: pick(values, number) }),
    (number, target) => envelope(number, target, { type: text(pick(types, number)), state_key: '""', content: `{${text(pick(keysOfContent, number))}:${pick(values, number)}}` }),
    // Types that we know, with contents that make no sense.
    (number, target) => envelope(number, target, { type: text(pick(known, number)), content: pick(values, Math.floor(number / known.length)) }),
    (number, target) => {
        const value = pick(values, Math.floor(number / 7));
        const content = `{"msgtype":"m.text","body":"hostile",${text(pick(keysOfContent, number))}:${value}}`;
        return envelope(number, target, { type: text(pick(known, number)), content, ...(number % 3 === 0 && { state_key: text(target.ghost) }) });
    },
    (number, target) => envelope(number, target, { content: `{"msgtype":${pick(values, number)},"body":"hostile"}` }),
    (number, target) => envelope(number, target, { content: `{"msgtype":"m.image","body":"hostile","url":"mxc://evil.test/${number}","info":${pick(values, number)}}` }),
    // Relations to nothing, to oneself, to others.
    (number, target) => {
        const relation = pick(relations(target), number);
        const content = `{"msgtype":"m.text","body":"hostile","m.new_content":{"msgtype":"m.text","body":"not mine"},"m.relates_to":${relation}}`;
        return envelope(number, target, { type: text(pick(['m.room.message', 'm.reaction', 'm.sticker'], number)), content, ...(number % 2 && { sender: '"@mallory:evil.test"' }) });
    },
    (number, target) => envelope(number, target, { type: '"m.room.redaction"', sender: '"@mallory:evil.test"', redacts: pick([text(target.message), ...values], number), content: '{}' }),
    // People who cannot be, and people of other servers.
    (number, target) => envelope(number, target, { sender: text(pick(senders, number)) }),
    (number, target) => envelope(number, target, { type: '"m.room.member"', sender: text(pick(senders, number)), state_key: text(pick(senders, number + 1)), content: '{"membership":"join"}' }),
    (number, target) => envelope(number, target, { type: '"m.room.member"', state_key: text(target.ghost), content: `{"membership":${pick(values, number)}}` }),
    // One character, as many as an event holds: only now and then, each is a message of its own.
    (number, target) => {
        const body = pick(bodies, Math.floor(number / makers.length));
        const long = (number / makers.length) % 8 < 1 ? body.repeat(Math.floor(60_000 / Buffer.byteLength(body))) : body.repeat(50);
        return envelope(number, target, { content: `{"msgtype":"m.text","body":${text(long)},"format":"org.matrix.custom.html","formatted_body":${text(long)}}` });
    },
    // Whatever else JSON can be.
    (number, target) => {
        const [content] = fc.sample(fc.object({ withUnicodeString: true, maxDepth: 4 }), { numRuns: 1, seed: number });
        return envelope(number, target, { type: text(pick(known, number)), content: text(content) });
    },
];

/** The hostile event of a number, as JSON text. */
export const hostileEvent = (number: number, target: Target): string => pick(makers, number)(number, target);

/** What is no list of typing and receipts. */
export const hostileEphemeral = (number: number): string => pick([
    'null', '{}', '[null,1,"x",[]]', '[{"type":"m.typing"}]', '[{"type":"m.typing","room_id":{},"content":{"user_ids":5}}]', '[{"type":"m.receipt","content":{"__proto__":{"m.read":[]}}}]',
    '[{"type":"m.presence","sender":null,"content":null}]', `[${nested(120)}]`,
], number);
