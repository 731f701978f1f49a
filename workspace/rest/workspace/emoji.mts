import type { Api } from '../framework/Api.mts';

/** Custom emoji (`apps/meteor/server/api/v1/emoji-custom.ts`). */
export function emojiRoutes(api: Api): void {
    api.get('emoji-custom.list', { query: 'isEmojiCustomList' }, async (call) => {
        const { updatedSince, _id } = call.query;
        const filter = { ...(_id && { _id }), ...(updatedSince && { _updatedAt: { $gt: new Date(updatedSince) } }) };
        return { emojis: { update: await call.domain.collections.emojiCustom.findAsync(filter), remove: [] } };
    });
    api.get('emoji-custom.all', {}, async (call) => {
        const { offset, count } = call.page();
        const { emojiCustom } = call.domain.collections;
        const emojis = await emojiCustom.findAsync({}).sort(call.sort({ name: 1 })).skip(offset).limit(count);
        return { emojis, count: emojis.length, offset, total: await emojiCustom.countAsync({}) };
    });
}
