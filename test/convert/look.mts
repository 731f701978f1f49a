import type { InwardContext, OutwardContext } from '../../src/convert/index';

/** The look-ups that the cases of the corpus speak of. */
export const inward: InwardContext = {
    siteUrl: 'https://chat.example.org',
    roomId: '!room:hs.example' as InwardContext['roomId'],
    username: (id) => ({ '@rc_alice:hs.example': 'alice', '@bob:matrix.org': 'bob.matrix.org' } as Record<string, string>)[id],
    channelName: (room) => ({ '#rc_general:hs.example': 'general', '!general:hs.example': 'general' } as Record<string, string>)[room],
    messageLink: (event) => (event as string === '$known' ? 'https://chat.example.org/channel/general?msg=M1' : undefined),
    mayMentionRoom: true,
};

export const outward = {
    siteUrl: 'https://chat.example.org/',
    roomId: '!room:hs.example',
    user: (name: string) => ({ alice: { id: '@rc_alice:hs.example', name: 'Alice <A>' }, 'bob.matrix.org': { id: '@bob:matrix.org', name: 'Bob' } } as any)[name],
    channel: (name: string) => ({ general: { id: '#rc_general:hs.example' }, old: { id: '!old:hs.example', via: ['hs.example'] } } as any)[name],
    event: (id: string) => ({ M1: '$one', M2: '$two' } as any)[id],
    mayMentionRoom: true,
} as unknown as OutwardContext;

export const textEvent = (content: Record<string, unknown>) => ({ type: 'm.room.message', content: { msgtype: 'm.text', body: 'fallback', ...content } });
export const htmlEvent = (html: string) => textEvent({ format: 'org.matrix.custom.html', formatted_body: html });
