import type { EnvironmentalVariableBridge } from '@rocket.chat/apps-engine/server/bridges';
import type { BridgeHost } from '../load.mts';

const readable = ['NODE_ENV', 'ROOT_URL', 'INSTANCE_IP'];

/** Server: `server/lib/apps/bridges/environmental.ts`: three names, and those with the app's own prefix. */
export function environmentBridge({ engine }: BridgeHost): EnvironmentalVariableBridge {
    const isReadable = (name: string, appId: string): boolean =>
        readable.includes(name.toUpperCase()) || name.toUpperCase().startsWith(`RC_APPS_${appId.toUpperCase().replace(/-/g, '_')}`);

    return new (class extends engine.bridges.EnvironmentalVariableBridge {
        async getValueByName(name: string, appId: string): Promise<string | undefined> {
            if (!isReadable(name, appId)) throw new Error(`The environmental variable "${name}" is not readable.`);
            return process.env[name];
        }

        async isReadable(name: string, appId: string): Promise<boolean> {
            return isReadable(name, appId);
        }

        async isSet(name: string, appId: string): Promise<boolean> {
            if (!isReadable(name, appId)) throw new Error(`The environmental variable "${name}" is not readable.`);
            return typeof process.env[name] !== 'undefined';
        }
    })();
}
