import { readFileSync } from 'node:fs';
import { sourcesBelow } from '../support/sources.mts';

/** Where in the sources a permission shows (apps-engine `server/bridges/*Bridge.js` names the permission of each call). */
const witnesses: Record<string, RegExp> = {
    'user.read': /getUserReader\(/,
    'user.write': /startBotUser\(/,
    'upload.read': /getUploadReader\(/,
    'upload.write': /getUploadCreator\(/,
    'room.read': /getRoomReader\(/,
    'room.write': /startRoom\(/,
    'message.read': /getMessageReader\(/,
    'message.write': /startMessage\(/,
    'threads.read': /getThreadReader\(/,
    'server-setting.read': /getServerSettings\(/,
    'server-setting.write': /getServerSettings\(\)\.\w*[uU]pdate/,
    'api': /provideApi\(/,
    'networking': /\bhttp\.(get|post|put|del)\(/,
    'persistence': /createWithAssociations\(/,
    'scheduler': /registerProcessors\(|getScheduler\(/,
    'slashcommand': /provideSlashCommand\(|[cC]ommandsExtend\./,
    'env.read': /getEnvironmentVariables\(/,
    'role.read': /getRoleReader\(/,
    'ui.registerButtons': /registerButton\(/,
    'ui.interact': /getUiController\(/,
    'room.system.view-all': /getAllRooms\(/,
};

describe('permissions in app.json', () => {
    const code = ['MatrixBridgeApp.ts', ...sourcesBelow('src')].map((file) => readFileSync(file, 'utf8')).join('\n');
    const listed: string[] = JSON.parse(readFileSync('app.json', 'utf8')).permissions.map(({ name }: { name: string }) => name);

    it.each(Object.keys(witnesses))('%s is listed if and only if it is used', (name) => {
        expect({ listed: listed.includes(name) }).toEqual({ listed: witnesses[name].test(code) });
    });

    it('are known to this test', () => {
        expect(listed.filter((name) => !(name in witnesses))).toEqual([]);
    });
});
