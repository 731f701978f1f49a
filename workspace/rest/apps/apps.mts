import type { AppView } from '../../server/contract.mts';
import type { Api } from '../framework/Api.mts';
import type { Call } from '../framework/Call.mts';
import { failure, internalError, notFound, Result } from '../framework/results.mts';

const manage = { permissions: ['manage-apps'] };
const noApp = (id: string) => notFound(`No App found by the id of: ${id}`);

/** The package in the body: a multipart file, or an address from which it is loaded; else why there is none. */
async function packageOf(call: Call): Promise<{ zip: Buffer; permissions?: { name: string }[] } | Result> {
    if (call.body.url) {
        const response = await fetch(call.body.url).catch(() => undefined);
        if (!response) return internalError();
        const isZip = response.status === 200 && response.headers.get('content-type') === 'application/zip';
        return isZip ? { zip: Buffer.from(await response.arrayBuffer()) } : failure({ error: 'Invalid url. It doesn\'t exist or is not "application/zip".' });
    }
    // A workspace without a cloud registration gets no answer from the marketplace.
    if (call.body.appId && call.body.marketplace && call.body.version) return failure({ error: 'App package download failed' });
    if (!call.request.headers['content-type']?.includes('multipart/form-data')) return failure('[invalid-field]', 'invalid-field');
    const { file, fields } = await call.form('app');
    if (!file) return failure({ error: 'app_file_error', message: 'Failed to get a file to install for the App. ' });
    return { zip: file.content, permissions: permissionsOf(fields.permissions) };
}

function permissionsOf(field: string | undefined): { name: string }[] | undefined {
    try {
        const permissions = JSON.parse(field ?? '') as { name: string }[];
        return permissions.length ? permissions : undefined;
    } catch {
        return undefined;
    }
}

type Installed = { app: AppView; implemented: string[]; storageError?: string; appUserError?: string; username?: string };

/** The answer to an installation or an update. */
function outcome({ app, implemented, storageError, appUserError, username }: Installed): object {
    if (storageError) return failure({ error: 'app_storage_error', status: 'storage_error', messages: [storageError] });
    if (appUserError) return failure({ error: 'app_user_error', status: 'app_user_error', messages: [appUserError], payload: { username } });
    return { app, implemented: Object.fromEntries(implemented.map((name) => [name, true])), licenseValidation: { errors: {}, warnings: {} } };
}

/** Management of apps (`apps/meteor/ee/server/apps/communication/rest.ts`). */
export function appRoutes(api: Api): void {
    fixed(api);
    single(api);
    settings(api);
}

function fixed(api: Api): void {
    api.get('installed', {}, async (call) => ({ apps: await call.apps.list() }));
    api.get('', manage, async (call) => ({ apps: await call.apps.list() }));
    api.post('', manage, async (call) => {
        const sent = await packageOf(call);
        return sent instanceof Result ? sent : outcome(await call.apps.install(sent.zip, sent.permissions, call.user));
    });
    api.get('count', { auth: false }, async (call) => {
        const apps = await call.apps.list();
        const enabled = apps.filter(({ status }) => String(status).includes('enabled')).length;
        return { totalMarketplaceEnabled: 0, totalPrivateEnabled: enabled, maxMarketplaceApps: -1, maxPrivateApps: -1 };
    });
    api.get('languages', { auth: false }, async (call) => ({ apps: Object.entries(await call.apps.languages()).map(([id, languages]) => ({ id, languages })) }));
    api.get('externalComponents', { auth: false }, () => ({ externalComponents: [] }));
    api.get('actionButtons', {}, async (call) => new Result(200, await call.apps.actionButtons()));
    for (const route of ['marketplace', 'categories', 'featured-apps']) api.get(route, {}, () => internalError('Could not reach the Marketplace'));
    api.get('logs', manage, async (call) => {
        const { offset, count } = call.page();
        const all = await Promise.all((await call.apps.list()).map(({ id }) => call.apps.logs(id, { ...call.query, offset: 0, count: offset + count })));
        const logs = all.flatMap((page) => page.logs as { _updatedAt?: Date }[]).sort((a, b) => Number(b._updatedAt) - Number(a._updatedAt));
        const page = logs.slice(offset, offset + count);
        return { offset, logs: page, count: page.length, total: all.reduce((sum, { total }) => sum + total, 0) };
    });
}

function single(api: Api): void {
    api.get(':id', manage, async (call) => {
        const app = await call.apps.find(call.params.id);
        return app ? { app } : noApp(call.params.id);
    });
    api.post(':id', manage, async (call) => {
        const sent = await packageOf(call);
        return sent instanceof Result ? sent : outcome(await call.apps.update(call.params.id, sent.zip, sent.permissions, call.user));
    });
    api.delete(':id', manage, async (call) => {
        const app = await call.apps.find(call.params.id);
        if (!app) return noApp(call.params.id);
        try {
            return { app: { ...(await call.apps.remove(call.params.id, call.user)), status: 'disabled' } };
        } catch {
            return failure({ app });
        }
    });
    api.get(':id/icon', { auth: false }, async (call) => {
        const [type, content] = ((await call.apps.icon(call.params.id)) ?? '').split(';base64,');
        if (!content) return noApp(call.params.id);
        const icon = Buffer.from(content, 'base64');
        return new Result(200, icon, { 'Content-Type': type.replace('data:', ''), 'Content-Length': String(icon.length) });
    });
    api.get(':id/languages', { auth: false }, async (call) => {
        const app = await call.apps.find(call.params.id);
        return app ? { languages: (await call.apps.languages())[call.params.id] ?? {} } : noApp(call.params.id);
    });
    api.get(':id/apis', manage, async (call) => ((await call.apps.find(call.params.id)) ? { apis: await call.apps.apis(call.params.id) } : noApp(call.params.id)));
    api.get(':id/logs', manage, async (call) => {
        if (!(await call.apps.find(call.params.id))) return noApp(call.params.id);
        const { offset, count } = call.page();
        const { logs, total } = await call.apps.logs(call.params.id, { ...call.query, offset, count, sort: call.sort({ _updatedAt: -1 }) });
        return { offset, logs, count: logs.length, total };
    });
    api.get(':id/status', manage, async (call) => {
        const app = await call.apps.find(call.params.id);
        return app ? { status: app.status } : noApp(call.params.id);
    });
    api.post(':id/status', manage, async (call) => {
        const { status } = call.body;
        if (!status || typeof status !== 'string') return failure('Invalid status provided, it must be "status" field and a string.');
        if (!(await call.apps.find(call.params.id))) return noApp(call.params.id);
        return { status: await call.apps.setStatus(call.params.id, status as 'manually_enabled') };
    });
}

function settings(api: Api): void {
    const explain = (call: Call, error: unknown): Result => {
        const message = error instanceof Error ? error.message : String(error);
        if (message.includes('No setting found')) return notFound(`No Setting found on the App by the id of: "${call.params.settingId}"`);
        return message.includes('No App found') ? noApp(call.params.id) : failure(message);
    };
    api.get(':id/settings', manage, async (call) => {
        if (!(await call.apps.find(call.params.id))) return noApp(call.params.id);
        const all = await call.apps.settings(call.params.id);
        return { settings: Object.fromEntries(Object.entries(all).filter(([, setting]) => !setting.hidden)) };
    });
    api.post(':id/settings', manage, async (call) => {
        if (!call.body?.settings) return failure('The settings to update must be present.');
        if (!(await call.apps.find(call.params.id))) return noApp(call.params.id);
        const known = await call.apps.settings(call.params.id);
        const updated: unknown[] = [];
        for (const setting of call.body.settings) {
            if (!known[setting.id] || known[setting.id].value === setting.value) continue;
            await call.apps.updateSetting(call.params.id, setting);
            updated.push(setting);
        }
        return { updated };
    });
    api.get(':id/settings/:settingId', manage, async (call) => {
        try {
            return { setting: await call.apps.setting(call.params.id, call.params.settingId) };
        } catch (error) {
            return explain(call, error);
        }
    });
    api.post(':id/settings/:settingId', manage, async (call) => {
        if (!call.body.setting) return failure('Setting to update to must be present on the posted body.');
        try {
            await call.apps.updateSetting(call.params.id, call.body.setting);
            return {};
        } catch (error) {
            return explain(call, error);
        }
    });
}
