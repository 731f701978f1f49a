import { MeteorError, type ISetting } from '../../server/contract.mts';
import type { Api, Schema } from '../framework/Api.mts';
import type { Call } from '../framework/Call.mts';
import { failure } from '../framework/results.mts';

/** Fields of a setting that a list shows (`v1/settings.ts`, fetchSettings). */
const view = ({ _id, value, enterprise, invalidValue, modules }: ISetting) => ({ _id, value, enterprise, invalidValue, modules });

async function list(call: Call, filter: (setting: ISetting) => boolean) {
    const { offset, count } = call.page();
    const direction = call.sort({ _id: 1 })._id ?? 1;
    const all = (await call.domain.settings.all()).filter((setting) => !setting.hidden && filter(setting));
    all.sort((a, b) => direction * a._id.localeCompare(b._id));
    const page = all.slice(offset, count === 0 ? undefined : offset + count);
    const withDefaults = String(call.query.includeDefaults) === 'true';
    const settings = page.map((setting) => ({ ...view(setting), ...(withDefaults && { packageValue: setting.packageValue }) }));
    return { settings, count: page.length, offset, total: all.length };
}

const update: Schema = { type: 'object', properties: { value: {}, execute: { type: 'boolean' }, editor: { type: 'string' } }, additionalProperties: true };

/** `apps/meteor/server/api/v1/settings.ts`. */
export function settingsRoutes(api: Api): void {
    api.get('settings.public', { auth: false, query: 'isSettingsPublicWithPaginationProps' }, (call) => {
        const wanted = typeof call.query._id === 'string' && call.query._id ? call.query._id.split(',').map((id: string) => id.trim()) : undefined;
        return list(call, ({ _id, public: isPublic }) => isPublic && (!wanted || wanted.includes(_id)));
    });
    api.get('settings.oauth', { auth: false }, () => ({ services: [] }));
    api.get('settings', { query: 'isSettingsGetParams' }, async (call) => {
        const privileged = await call.may('view-privileged-setting');
        return list(call, ({ public: isPublic }) => privileged || isPublic);
    });
    api.get('settings/:_id', { permissions: ['view-privileged-setting'] }, async (call) => {
        const setting = await call.domain.settings.find(call.params._id);
        return setting && !setting.hidden ? { _id: setting._id, value: setting.value } : failure();
    });
    api.post('settings/:_id', { permissions: ['edit-privileged-setting'], body: update }, async (call) => {
        const setting = await call.domain.settings.find(call.params._id);
        if (!setting || setting.hidden || !('value' in call.body)) return failure();
        await call.domain.settings.set(setting._id, call.body.value);
        return {};
    });
    api.post('settings', { body: 'isSettingsBulkProps' }, async (call) => {
        if (!(await call.may('edit-privileged-setting'))) throw new MeteorError('error-action-not-allowed', 'Editing settings is not allowed', { method: 'saveSettings' });
        for (const { _id, value } of call.body.settings) {
            if (!(await call.domain.settings.find(_id))) throw new MeteorError('error-invalid-setting', `Invalid setting: ${_id}`);
            await call.domain.settings.set(_id, value);
        }
    });
}
