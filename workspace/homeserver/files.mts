import { rename, stat, writeFile } from 'node:fs/promises';

/** Bytes of a file, 0 when there is none. */
export async function sizeOf(file: string): Promise<number> {
    return stat(file).then(
        ({ size }) => size,
        () => 0,
    );
}

/** Writes JSON, which every YAML reader reads, readable by the owner alone. */
export async function writeYaml(file: string, content: Record<string, unknown>): Promise<void> {
    await writeFile(file, `# Written anew at every start.\n${JSON.stringify(content, undefined, 4)}\n`, { mode: 0o600 });
}

/** Keeps one old log file when the log has grown over 20 MB. */
export async function rotateLog(logFile: string): Promise<void> {
    if ((await sizeOf(logFile)) > 20_000_000) {
        await rename(logFile, `${logFile}.1`);
    }
}
