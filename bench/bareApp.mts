/**
 * The engine's floor: an app that does the least that any bridge must do. Outward one `IHttp` call per message hook,
 * inward one message created per call of its endpoint.
 */
import AdmZip from 'adm-zip';

export const bareAppId = '5c0d3f0e-8f53-4f0c-9a3e-6c1b1d6a1f00';

const manifest = {
    id: bareAppId,
    name: 'Bare',
    nameSlug: 'bare-app',
    version: '1.0.0',
    requiredApiVersion: '^1.62.0',
    description: 'Does next to nothing.',
    author: { name: 'bench', homepage: 'https://example.org', support: 'https://example.org' },
    iconFile: 'icon.png',
    classFile: 'BareApp.js',
    implements: ['IPostMessageSent'],
    permissions: ['networking', 'api', 'message.read', 'message.write', 'room.read', 'user.read'].map((name) => ({ name })),
};

const pixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

const source = (target: string): string => `
const { App } = require('@rocket.chat/apps-engine/definition/App');
const { ApiSecurity, ApiVisibility } = require('@rocket.chat/apps-engine/definition/api');

class BareApp extends App {
    async extendConfiguration(configuration) {
        await configuration.api.provideApi({
            visibility: ApiVisibility.PUBLIC,
            security: ApiSecurity.UNSECURE,
            endpoints: [{
                path: 'in',
                post: async (request, endpoint, read, modify) => {
                    const { room, sender, text } = request.content;
                    const builder = modify.getCreator().startMessage({ room: { id: room }, sender: { id: sender }, text, parseUrls: false });
                    await modify.getCreator().finish(builder);
                    return { status: 200, content: {} };
                },
            }],
        });
    }

    async executePostMessageSent(message, read, http) {
        if (message.sender.type === 'app') {
            return;
        }
        await http.put(${JSON.stringify(target)} + encodeURIComponent(message.id), { data: { msgtype: 'm.text', body: message.text } });
    }
}

module.exports = { BareApp };
`;

/** @param target URL that every message is sent to, its id appended. @returns the zip and what it wants to be allowed */
export const bareApp = (target: string): { zip: Buffer; permissions: { name: string }[] } => {
    const zip = new AdmZip();
    zip.addFile('app.json', Buffer.from(JSON.stringify(manifest)));
    zip.addFile('BareApp.js', Buffer.from(source(target)));
    zip.addFile('icon.png', pixel);
    return { zip: zip.toBuffer(), permissions: manifest.permissions };
};
