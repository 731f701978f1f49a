import type { ILogger } from '@rocket.chat/apps-engine/definition/accessors';
import { BridgeError } from './BridgeError';
import type { Log } from './Log';

type Level = 'info' | 'warn' | 'error';

/** Lines that wait for a handler's logger; older ones are dropped and counted. */
const KEPT = 200;
const LONGEST = 1_000;
/** Of the last error as the status shows it. */
const SHOWN = 300;

/** @returns text for a log: one line, shortened, no matter what was thrown */
export function describeError(error: unknown): string {
    if (error instanceof BridgeError) {
        const http = error.status === undefined ? '' : ` (${[error.status, error.errcode].filter(Boolean).join(' ')})`;
        return `${error.message}${http}`.slice(0, LONGEST);
    }
    if (error instanceof Error) {
        const place = (error.stack || '').split('\n').slice(1, 4).map((line) => line.trim()).join(' < ');
        return `${error.name}: ${error.message}${place ? ` [${place}]` : ''}`.slice(0, LONGEST);
    }
    return String(error).slice(0, LONGEST);
}

/**
 * The log over the engine's loggers. The engine stores what a logger got when its handler returns, and each call of a
 * handler has a logger of its own (apps-engine `deno-runtime/lib/logger.ts`, `wrapAppForRequest.ts`); the bridge's work
 * goes on in the background. So lines are collected here, and written by the next handler that ends.
 */
export class EngineLog implements Log {
    /** The last line of level `error` since this process began; when it was written, in milliseconds since the epoch. */
    public lastError?: { text: string; at: number };
    private lines: { level: Level; text: string }[] = [];
    private dropped = 0;

    /** Dropped: each stored line costs the server's database. */
    public debug(_text: string): void {
        // Nothing is kept.
    }

    public info(text: string): void {
        this.add('info', text);
    }

    public warn(text: string): void {
        this.add('warn', text);
    }

    public error(text: string, error?: unknown): void {
        this.add('error', error === undefined ? text : `${text}: ${describeError(error)}`);
    }

    /** Writes everything that was collected to the logger of the handler that is about to return. */
    public flush(logger: ILogger): void {
        const { lines, dropped } = this;
        this.lines = [];
        this.dropped = 0;
        if (dropped > 0) {
            logger.warn(`${dropped} log lines were dropped`);
        }
        for (const { level, text } of lines) {
            logger[level](text);
        }
    }

    private add(level: Level, text: string): void {
        if (level === 'error') {
            this.lastError = { text: text.slice(0, SHOWN), at: Date.now() };
        }
        if (this.lines.length >= KEPT) {
            this.lines.shift();
            this.dropped += 1;
        }
        this.lines.push({ level, text: `${new Date().toISOString()} ${text.slice(0, LONGEST)}` });
    }
}
