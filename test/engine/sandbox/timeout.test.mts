/** The 30 s limit of calls into an app, here 2 s. Engine: `server/runtime/deno/AppsEngineDenoRuntime.js` (`APPS_ENGINE_RUNTIME_TIMEOUT`). */
import { eventually } from '../../support/eventually.mts';
import { Probe } from '../../support/apps/probeApp.mts';
import { useWorkspace } from '../../support/servers/workspace.mts';

describe('a call that takes longer than the limit', () => {
    const running = useWorkspace({ env: { APPS_ENGINE_RUNTIME_TIMEOUT: '2000' } });

    test('is given up with a 500, while the app\'s code runs on and other calls go through', async () => {
        const probe = await Probe.install(running().admin);
        const started = Date.now();
        const slow = probe.run('while (!app.memory.goOn) await new Promise((resolve) => setTimeout(resolve, 50)); app.memory.finished = true;').catch((error: Error) => error.message);
        expect(await probe.run('return app.memory.finished')).toBeUndefined();
        expect(await slow).toMatch(/500.*timed out after 2000ms/s);
        expect(Date.now() - started).toBeGreaterThan(1900);
        await probe.run('app.memory.goOn = true');
        await eventually(() => probe.run('return app.memory.finished'), { what: 'the end of what was given up' });
    });

    test('a body with the key __proto__ makes the sandbox deaf until it is started again, without its memory', async () => {
        const probe = await Probe.install(running().admin);
        await probe.run('app.memory.before = true');
        const response = await fetch(`${running().admin.url}/api/apps/public/${probe.id}/run`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: '{"code":"return 1","args":{"__proto__":{}}}',
        });
        expect(response.status).toBe(500);
        // The process lives on and hears nothing: the engine sees that only by its pings, four of which must fail.
        await expect(probe.run('return 1')).rejects.toThrow('timed out');
        const fresh = await eventually(() => probe.run('return app.memory.before === undefined'), { timeout: 90_000, interval: 1_000 });
        expect(fresh).toBe(true);
    }, 100_000);
});
