/** English texts of the server's errors and notices that users of the workspace meet (`packages/i18n/src/locales/en.i18n.json`). */
const texts: Record<string, string> = {
    'error-not-allowed': 'Not allowed',
    'error-action-not-allowed': '{{action}} is not allowed',
    'error-invalid-room': 'Invalid room',
    'error-message-size-exceeded': 'Message size exceeds Message_MaxAllowedSize',
    'room_is_archived': 'This room is archived',
    'room_is_blocked': 'This room is blocked',
    'You_have_been_muted': 'You have been muted and cannot speak in this room',
    'Notify_all_in_this_room': 'Notify all in this room',
    'Notify_active_in_this_room': 'Notify active users in this room',
    'FileUpload_Disabled': 'File uploads are disabled.',
    'File_not_allowed_direct_messages': 'File sharing not allowed in direct messages.',
    'File_exceeds_allowed_size_of_bytes': 'File exceeds allowed size of {{size}}.',
    'File_type_is_not_accepted': 'File type is not accepted.',
    'Removed_User': 'Removed User',
};

/** @returns the English text for a key, the key itself where there is none (as i18next does) */
export function translate(key: string, values: Record<string, unknown> = {}): string {
    return (texts[key] ?? key).replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ''));
}

/** A byte count for people: `104857600` → `100 MB`. */
export function fileSize(bytes: number): string {
    const units = ['B', 'kB', 'MB', 'GB'];
    let value = bytes;
    let unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
        value /= 1024;
        unit++;
    }
    return `${Number(value.toFixed(2))} ${units[unit]}`;
}

export function escapeRegExp(text: string): string {
    return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

export function escapeHtml(text: string): string {
    const entities: Record<string, string> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;', '\'': '&#39;' };
    return text.replace(/[<>&"']/g, (character) => entities[character]);
}

/** A name for URLs, as the server's `limax(name, { maintainCase: true })` makes it for names in Latin letters. */
export function slugify(name: string): string {
    return name
        .normalize('NFKD')
        .replace(/[\u0300-\u036f]/g, '')
        .replace(/ß/g, 'ss')
        .replace(/&/g, ' and ')
        .replace(/[^\p{L}\p{N}_]+/gu, '-')
        .replace(/^-+|-+$/g, '');
}
