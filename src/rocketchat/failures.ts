import { BridgeError } from '../errors/BridgeError';

/** Every failure of an accessor reaches the app as a plain `Error` with only a message; a Meteor error's ends in ` [code]`. */
const METEOR_CODE = /\[([a-z0-9-]+)\]\s*$/i;

/** Refusals by the server's rules: trying again changes nothing. */
const PERMANENT = /not[- ]allowed|not enough permission|invalid|duplicate|exceeded|archived|blocked|must exist|muted|is required|not[- ]found|not supported|read[- ]?only|cannot be empty/i;

/** `setReaction` refuses a name that is neither of the server's set nor a custom emoji. */
const UNKNOWN_EMOJI = /invalid emoji/i;

/**
 * @param what the accessor that failed, for the log: `message.create`
 * @returns the failure in the bridge's terms; what is not known as a refusal of the server counts as retriable
 */
export function rocketChatError(what: string, error: unknown): BridgeError {
    if (error instanceof BridgeError) {
        return error;
    }
    const text = error instanceof Error ? error.message : String(error);
    const code = METEOR_CODE.exec(text);
    const permanent = Boolean(code) || PERMANENT.test(text);
    return new BridgeError({
        code: UNKNOWN_EMOJI.test(text) ? 'rocketchat.unknownEmoji' : code ? `rocketchat.${code[1]}` : 'rocketchat.failed',
        userMessage: 'Rocket.Chat did not accept this.',
        retriable: !permanent,
        certain: permanent,
        detail: `${what}: ${text.slice(0, 300)}`,
    });
}

/**
 * A missing permission of the app gives no exception but `null`, and an id made of it is the text `"null"`
 * (apps-engine `AppPermissionManager`, `ModifyCreator.finish`).
 */
export function checkedId(what: string, id: unknown): string {
    if (typeof id !== 'string' || id === '' || id === 'null' || id === 'undefined') {
        throw new BridgeError({
            code: 'rocketchat.permission',
            userMessage: 'The Matrix bridge lacks a permission in Rocket.Chat. Please tell an administrator.',
            retriable: false,
            certain: true,
            detail: `${what}: no id came back; is a permission of the app missing?`,
        });
    }
    return id;
}

/** Runs an accessor call and gives its failure in the bridge's terms. */
export async function call<T>(what: string, action: () => Promise<T>): Promise<T> {
    try {
        return await action();
    } catch (error) {
        throw rocketChatError(what, error);
    }
}
