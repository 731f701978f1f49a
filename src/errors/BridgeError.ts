/**
 * What can be said of a failure. The lanes decide by it whether to try again, the notices decide by it what the person
 * reads: "was not delivered" when the failure is certain, "may not have been delivered" when it is not.
 */
export interface Failure {
    /** Stable name of the failure, used in logs, metrics and tests: `homeserver.unreachable`, `matrix.forbidden`, … */
    code: string;
    /** i18n-ready English sentence for the person concerned. Holds no secret, no token, no stack. */
    userMessage: string;
    /** Trying the same again can succeed. */
    retriable: boolean;
    /** True: the action surely did not happen. False: it may have happened (time-out, connection lost). */
    certain: boolean;
    /** Milliseconds that the other side asked us to wait. */
    retryAfterMs?: number;
    /** HTTP status and Matrix error code, when an answer came. */
    status?: number;
    errcode?: string;
    /** For logs: says what happened in the words of the other side, shortened, without secrets. */
    detail?: string;
}

/** The one kind of error that crosses the parts of the bridge. Anything else that is thrown is a bug and is logged so. */
export class BridgeError extends Error implements Failure {
    public readonly code: string;
    public readonly userMessage: string;
    public readonly retriable: boolean;
    public readonly certain: boolean;
    public readonly retryAfterMs?: number;
    public readonly status?: number;
    public readonly errcode?: string;
    public readonly detail?: string;

    constructor(failure: Failure) {
        super(failure.detail ? `${failure.code}: ${failure.detail}` : failure.code);
        this.name = 'BridgeError';
        this.code = failure.code;
        this.userMessage = failure.userMessage;
        this.retriable = failure.retriable;
        this.certain = failure.certain;
        this.retryAfterMs = failure.retryAfterMs;
        this.status = failure.status;
        this.errcode = failure.errcode;
        this.detail = failure.detail;
    }
}
