/**
 * `npm test`: its own set-up, then lint, type check, package, and the rings of tests. A step that cannot run fails with the
 * reason, and the others run all the same. The last line sums the rings up: `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { installPackages, load, main, root } from './setup.mjs';

const bin = (path) => join(root, 'node_modules', path);
const reports = join(root, '.gitignored', 'rings');

/** In the environment of all that the steps start, and of what that starts. */
const MARK = `RING_OF=${randomUUID()}`;

/** Ends what a step has left behind, however it was started (Linux: by /proc). */
async function sweep() {
    const isOurs = async (id) => (await readFile(`/proc/${id}/environ`, 'latin1').catch(() => '')).includes(MARK);
    const ids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
    for (const id of ids) {
        if (await isOurs(id)) {
            try {
                process.kill(Number(id), 'SIGKILL');
            } catch {
                // It has ended by itself.
            }
        }
    }
}

/** Runs a Node script with our own output; when we are ended, so is it. @returns whether it ended well */
async function run(script, ...args) {
    const [name, value] = MARK.split('=');
    const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, [name]: value } });
    let interrupted = false;
    const interrupt = (signal) => {
        interrupted = true;
        child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    signals.forEach((signal) => process.on(signal, interrupt));
    const code = await new Promise((resolve) => {
        child.once('error', () => resolve(1));
        child.once('close', resolve);
    });
    await sweep();
    if (interrupted) {
        process.exit(1);
    }
    signals.forEach((signal) => process.off(signal, interrupt));
    return code === 0;
}

/** A step that is well or not: counts as one failure when it fails. */
const check = async (...command) => ({ passed: 0, failed: (await run(...command)) ? 0 : 1 });

/** A ring of tests. A file that does not even load, or a jest that ends badly without a failure, is a failure too. */
async function ring(name, ...args) {
    const report = join(reports, `${name}.json`);
    await rm(report, { force: true });
    // What a failed test leaves behind must not keep jest from ending.
    const always = ['--ci', '--forceExit', '--json', `--outputFile=${report}`];
    const well = await run(bin('jest/bin/jest.js'), '--selectProjects', name, ...always, ...args);
    const counts = await readFile(report, 'utf8').then(JSON.parse, () => undefined);
    if (!counts) {
        return { passed: 0, failed: 1, reason: 'jest gave no report' };
    }
    const failed = counts.numFailedTests + counts.numRuntimeErrorTestSuites;
    return { passed: counts.numPassedTests, failed: failed || (well ? 0 : 1), skipped: counts.numPendingTests };
}

/** The end-to-end ring needs a homeserver. */
async function endToEnd() {
    const { installSynapse } = await load('workspace/homeserver/synapse/install.mts');
    await installSynapse((text) => console.log(text));
    return ring('e2e', '--runInBand');
}

/** The same stories on Dendrite, which is built from source: without Go this fails, and says so. */
async function onDendrite() {
    const { installDendrite } = await load('workspace/homeserver/dendrite/install.mts');
    await installDendrite((text) => console.log(text));
    return ring('dendrite', '--maxWorkers=2');
}

const steps = [
    ['lint', () => check(bin('eslint/bin/eslint.js'), '.')],
    ['type check of the app', () => check(bin('typescript/bin/tsc'), '-p', 'tsconfig.json')],
    ['type check of the app as rc-apps does it', () => check(bin('typescript/bin/tsc'), '-p', 'tsconfig.rc-apps.json')],
    ['type check of the workspace', () => check(bin('typescript/bin/tsc'), '-p', 'workspace/tsconfig.json')],
    ['package', () => check(join(root, 'tools/package.mjs'))],
    ['unit', () => ring('unit')],
    ['engine', () => ring('engine', '--runInBand')],
    ['e2e', endToEnd],
    ['dendrite', onDendrite],
    // The short form; the full numbers: `npm run test:abuse`.
    ['abuse', () => ring('abuse', '--runInBand')],
];

async function perform([name, step]) {
    console.log(`\n── ${name}`);
    const begin = Date.now();
    let result;
    try {
        result = await step();
    } catch (error) {
        result = { passed: 0, failed: 1, reason: error?.name === 'PlainError' ? error.message : String(error?.stack ?? error) };
        console.error(`${name} could not run: ${result.reason}`);
    }
    return { name, seconds: (Date.now() - begin) / 1000, ...result };
}

await main(async () => {
    await installPackages();
    await mkdir(reports, { recursive: true });
    const results = [];
    for (const step of steps) {
        results.push(await perform(step));
    }
    console.log('');
    for (const { name, seconds, passed, failed, skipped, reason } of results) {
        const counted = passed + failed > 1 || passed === 1 ? `, ${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}` : '';
        console.log(`${failed ? 'FAILED' : 'ok    '}  ${name} (${seconds.toFixed(1)} s${counted})${reason ? `: ${reason}` : ''}`);
    }
    const sum = (key) => results.reduce((total, result) => total + result[key], 0);
    process.exitCode = sum('failed') === 0 ? 0 : 1;
    console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
});
