/**
 * A failure that a person can act on: the message is one clear sentence and is all that the terminal shows.
 * Anything else that is thrown is a bug and is shown with its stack.
 */
export class PlainError extends Error {
    constructor(message: string, options?: { cause?: unknown }) {
        super(message, options);
        this.name = 'PlainError';
    }
}

/** @returns what to print for any thrown value: the sentence, or the stack of a bug */
export function describe(error: unknown): string {
    if (error instanceof PlainError) {
        return error.message;
    }
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
