/**
 * Conversion between Rocket.Chat's messages and Matrix's events: pure functions, no I/O, no exceptions on strangers' data.
 *
 * Outward: `referencesToMatrix` (what to look up) → `toMatrix` → `relate` (reply, thread) or `asEdit`; files by `outwardFiles` and `mediaContent`.
 * Inward: `referencesFromMatrix` → `fromMatrix` → `splitText`; files by `mediaAttachment`; reactions by `emoji`.
 */
export type {
    InwardContext, InwardEvent, InwardMedia, InwardMessage, MediaKind, OutwardContext, OutwardMessage, OutwardText, Relation, TextContent,
} from './types';
export { answering, messagesLinked, quoteLink, quotesOf, unknownTarget, withoutForeignQuotes } from './inward/answers';
export { mentionsInCode, withoutMentionsInCode } from './inward/dialect/codeMentions';
export { fromMatrix, referencesFromMatrix } from './inward/message';
export type { InwardReferences } from './inward/message';
export { fileLink, mediaAttachment, mediaMissing, mediaTooLarge, size as sizeInWords } from './inward/media';
export { isPollResponse, isPollStart, pollResults } from './inward/polls';
export type { PollAnswer } from './inward/polls';
export { deletionNote, emptyNote, pinNote, replacedNote } from './inward/notes';
export { splitText } from './inward/split';
export { extensibleText, isCall, reactionText } from './inward/kinds';
export { readRelation } from './inward/relations';
export { keepOriginalTime, withOriginalTime, withoutOriginalTime } from './inward/times';
export { referencesToMatrix, toMatrix } from './outward/message';
export type { OutwardReferences } from './outward/message';
export { fileNote, mediaContent, outwardFiles, renoted, withCaption } from './outward/media';
export { asNotice, locationContent } from './outward/kinds';
export { measure } from './outward/measure/measure';
export type { OutwardFile } from './outward/media';
export { asEdit, emptied, mentionsOf, reactionContent, relate } from './outward/relations';
export { reactionKey, reactionName } from './emoji/reactions';
export { eventLink, parseMatrixLink, roomLink, userLink } from './matrixLinks';
export { messageLink, parseMessageLink } from './messageLinks';
export { pinChanges, pinnedEvents, withPin } from './pins';
