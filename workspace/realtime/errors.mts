import { MeteorError } from '../server/contract.mts';

/** An error as DDP and `method.call` send it (Meteor: `DDPServer._calculate…`, wrapInternalException). */
export interface MethodError {
    isClientSafe: true;
    error: string | number;
    reason?: string;
    details?: unknown;
    message: string;
    errorType: 'Meteor.Error';
}

const wire = (error: string | number, reason?: string, details?: unknown): MethodError => ({
    isClientSafe: true,
    error,
    ...(reason !== undefined && { reason }),
    ...(details !== undefined && { details }),
    message: reason ? `${reason} [${error}]` : `[${error}]`,
    errorType: 'Meteor.Error',
});

/** Only Meteor's own errors reach the client in words; of any other it learns nothing. Numeric codes go as numbers. */
export function toMethodError(thrown: unknown): MethodError {
    if (!(thrown instanceof MeteorError)) return wire(500, 'Internal server error');
    const code = /^\d{3}$/.test(thrown.error) ? Number(thrown.error) : thrown.error;
    return wire(code, thrown.reason, thrown.details);
}

export const methodNotFound = (name: string): MethodError => wire(404, `Method '${name}' not found`);
export const subscriptionNotFound = (name: string): MethodError => wire(404, `Subscription '${name}' not found`);
export const notAllowed = (): MethodError => wire('not-allowed', 'Not allowed');
