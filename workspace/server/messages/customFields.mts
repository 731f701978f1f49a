import Ajv from 'ajv';
import type { Server } from '../context.mts';

/**
 * Custom fields of messages (apps/meteor/server/lib/messaging/validateCustomMessageFields.ts): only when an admin switched them on, and
 * only as his schema allows.
 * @throws Error
 */
export function checkCustomFields(server: Server, customFields: unknown): void {
    if (!server.settings.get<boolean>('Message_CustomFields_Enabled')) throw new Error('Custom fields not enabled');
    const schema = server.settings.get<string>('Message_CustomFields');
    if (!schema) throw new Error('Custom fields schema not set');
    const definition = JSON.parse(schema);
    const validate = new Ajv({ allowUnionTypes: true, strict: false }).compile({ type: 'object', additionalProperties: false, ...definition });
    if (!validate(customFields)) throw new Error('Invalid custom fields');
}
