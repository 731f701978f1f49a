/**
 * The source of the probe app, as it runs in the sandbox. It records every call that it gets and evaluates code that tests
 * send to it, with the accessors of the call. `PROBE` (the test's options) is put in front of it.
 */
export const probeSource = String.raw`
const { App } = require('@rocket.chat/apps-engine/definition/App');
const { ApiSecurity, ApiVisibility } = require('@rocket.chat/apps-engine/definition/api');

const AsyncFunction = (async () => undefined).constructor;
// Code that is made here sees the sandbox's globals only, not what the engine gives to a package's own code.
const evaluate = (code, given) => {
    const scope = { Buffer, console, require, ...given };
    return new AsyncFunction(...Object.keys(scope), code)(...Object.values(scope));
};

/** JSON that keeps apart what msgpack keeps apart. */
const encode = (value, depth = 0) => {
    if (value === undefined) return { $undefined: true };
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number') return Number.isFinite(value) ? value : { $number: String(value) };
    if (typeof value === 'function') return { $function: value.name };
    if (value instanceof Date) return { $date: value.toISOString() };
    if (Buffer.isBuffer(value)) return { $buffer: value.toString('base64') };
    if (value instanceof Error) return { $error: { name: value.name, message: value.message, keys: Object.keys(value) } };
    if (depth > 12) return { $deep: true };
    if (Array.isArray(value)) return value.map((item) => encode(item, depth + 1));
    if (typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encode(item, depth + 1)]));
    return { $text: String(value) };
};

const json = (value, status = 200) => ({ status, headers: { 'content-type': 'application/json' }, content: JSON.stringify(encode(value)) });

class ProbeApp extends App {
    constructor(info, logger, accessors) {
        super(info, logger, accessors);
        this.seen = [];
        this.scripts = { ...PROBE.scripts };
        this.memory = { constructedAt: Date.now() };
        this.logger = logger;
        this.appAccessors = accessors;
    }

    note(event, payload, context) {
        this.seen.push({ event, payload: encode(payload), context: encode(context), at: Date.now() });
    }

    async call(event, scope, fallback) {
        const code = this.scripts[event];
        return code === undefined ? fallback : evaluate(code, { app: this, ...scope });
    }

    async extendConfiguration(configuration, environment) {
        this.note('extendConfiguration');
        const endpoint = (path, methods) => ({ path, ...methods });
        await configuration.api.provideApi({
            visibility: ApiVisibility.PUBLIC,
            security: ApiSecurity.UNSECURE,
            endpoints: [
                endpoint('run', {
                    post: async (request, info, read, modify, http, persistence) => {
                        const { code, args } = request.content;
                        try {
                            return json({ result: await evaluate(code, { app: this, request, info, read, modify, http, persistence, args }) });
                        } catch (error) {
                            return json({ error: { name: error.name, message: error.message, keys: Object.keys(error) } });
                        }
                    },
                }),
                endpoint('events', {
                    get: async () => ({ ...json(this.seen), content: JSON.stringify(this.seen) }),
                    delete: async () => { this.seen = []; return json({}); },
                }),
                endpoint('scripts', {
                    post: async (request) => { Object.assign(this.scripts, request.content); return json({}); },
                }),
            ],
        });
        await this.call('configure', { configuration, environment });
    }

    async onInstall(context, ...rest) { this.note('onInstall', context); await this.call('onInstall', { context, args: rest }); }
    async onUninstall(context, ...rest) { this.note('onUninstall', context); await this.call('onUninstall', { context, args: rest }); }
    async onUpdate(context, ...rest) { this.note('onUpdate', context); await this.call('onUpdate', { context, args: rest }); }
    async onDisable(configuration) { this.note('onDisable'); await this.call('onDisable', { configuration }); }
    async onEnable(environment, configuration) {
        this.note('onEnable');
        return this.call('onEnable', { environment, configuration }, true);
    }
    async onSettingUpdated(setting, configuration, read, http) {
        this.note('onSettingUpdated', setting);
        await this.call('onSettingUpdated', { setting, configuration, read, http });
    }
    async onPreSettingUpdate(context, configuration, read, http) {
        this.note('onPreSettingUpdate', context);
        return this.call('onPreSettingUpdate', { context, configuration, read, http }, context.newSetting);
    }
}

// What a handler answers when no script says otherwise: nothing is prevented, nothing is changed.
const harmless = (event, args) => {
    if (event.endsWith('Prevent')) return false;
    if (event.endsWith('Extend')) return args[1].getMessage ? args[1].getMessage() : args[1].getRoom();
    if (event.endsWith('Modify')) return args[0];
    return undefined;
};

const handlers = {
    IUIKitInteractionHandler: ['executeBlockActionHandler', 'executeViewSubmitHandler', 'executeViewClosedHandler', 'executeActionButtonHandler'],
};

for (const event of PROBE.implements) {
    for (const method of handlers[event] ?? [event.replace(/^I/, 'execute')]) {
        ProbeApp.prototype[method] = async function (...args) {
            const interaction = event === 'IUIKitInteractionHandler';
            this.note(interaction ? method : event, interaction ? args[0].getInteractionData() : args[0], event === 'IPostMessageDeleted' ? args[5] : undefined);
            const [payload, ...rest] = args;
            return this.call(interaction ? method : event, { payload, args: rest }, interaction ? args[0].getInteractionResponder().successResponse() : harmless(event, args));
        };
    }
}

exports.ProbeApp = ProbeApp;
`;
