import { MeteorError } from '../../server/contract.mts';
import type { Api } from '../framework/Api.mts';
import { failure } from '../framework/results.mts';

/** What a name may not hold (`insertOrUpdateEmoji.ts`: it becomes part of an address). */
const unfit = /[\s,:><&"'/\\()]/;

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
    // The picture is checked and not kept: nothing here shows it.
    api.post('emoji-custom.create', {}, async (call) => {
        const { file, fields } = await call.form('emoji');
        if (!file?.mimeType.startsWith('image/')) throw new MeteorError('emoji-is-not-image', 'Emoji file provided cannot be uploaded since it\'s not an image');
        const { emojiCustom } = call.domain.collections;
        const names = [fields.name ?? '', ...(fields.aliases ?? '').split(/\s*,\s*/).filter(Boolean)];
        const taken = await emojiCustom.countAsync({ $or: [{ name: { $in: names } }, { aliases: { $in: names } }] });
        if (!(await call.may('manage-emoji')) || names.some((name) => name.trim() === '' || unfit.test(name)) || taken) return failure();
        await emojiCustom.insertAsync({ name: names[0], aliases: names.slice(1), extension: file.mimeType.split('/')[1] } as never);
    });
}
