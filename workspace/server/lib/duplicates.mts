/**
 * What MongoDB says when a unique index refuses a document, for the embedded store's own error; other errors stay as they are.
 * @param fields the indexed fields besides `_id`, with the document's values
 */
export function duplicateKeyError(error: any, collection: string, document: { _id?: unknown }, fields: Record<string, unknown> = {}): Error {
    if (error?.errorType !== 'uniqueViolated') return error;
    const [field] = Object.entries(fields).find(([, value]) => value !== undefined && value === error.key) ?? ['_id'];
    const index = field === '_id' && error.key === document._id ? '_id_' : `${field}_1`;
    return new Error(`E11000 duplicate key error collection: rocketchat.${collection} index: ${index} dup key: { ${field}: "${error.key}" }`);
}
