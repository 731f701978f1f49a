import { BridgeError } from '../../errors/BridgeError';

/** Something the bridge does not do, told to the person in words. Certain and final. */
export function refusal(code: string, userMessage: string): BridgeError {
    return new BridgeError({ code, userMessage, retriable: false, certain: true });
}

/** @returns the sentence for the person: a refusal's own words, else a general one */
export function sentenceFor(error: unknown): string {
    return error instanceof BridgeError ? error.userMessage : 'Something unexpected went wrong in the Matrix bridge. The administrator finds details in the app\'s log.';
}
