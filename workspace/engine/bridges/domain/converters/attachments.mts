import { withoutEmpty } from '../../../../server/lib/objects.mts';
import { mapDocument, take } from './mapped.mts';

const sameFields: Record<string, string> = {
    collapsed: 'collapsed', color: 'color', text: 'text', timestampLink: 'message_link', thumbnailUrl: 'thumb_url',
    imageDimensions: 'image_dimensions', imagePreview: 'image_preview', imageUrl: 'image_url', imageType: 'image_type', imageSize: 'image_size',
    audioUrl: 'audio_url', audioType: 'audio_type', audioSize: 'audio_size', videoUrl: 'video_url', videoType: 'video_type',
    videoSize: 'video_size', fields: 'fields', actionButtonsAlignment: 'button_alignment', actions: 'actions', type: 'type',
    description: 'description',
};

/** Attachments for apps. `timestamp` is an invalid date where the attachment has none, as on the server. */
export async function attachmentsToApp(attachments: unknown, file: any): Promise<any[] | undefined> {
    if (!Array.isArray(attachments)) return undefined;
    return Promise.all(
        attachments.map((attachment) =>
            mapDocument(attachment, {
                ...sameFields,
                author: (copy) => ({ name: take(copy, 'author_name'), link: take(copy, 'author_link'), icon: take(copy, 'author_icon') }),
                title: (copy) => ({ value: take(copy, 'title'), link: take(copy, 'title_link'), displayDownloadLink: take(copy, 'title_link_download') }),
                timestamp: (copy) => new Date(take(copy, 'ts')),
                // Stays in the copy, so it also lands in `_unmappedProperties_`: the only way by which it comes back.
                fileId: (copy) => copy.fileId ?? (copy.type === 'file' && attachments.length === 1 ? file?._id : undefined),
            }),
        ),
    );
}

/** An app's attachments for the store. `fileId` itself is not among the fields that come through. */
export function attachmentsFromApp(attachments: unknown): any[] | undefined {
    if (!Array.isArray(attachments)) return undefined;
    return attachments.map((attachment) => {
        const same = Object.fromEntries(Object.entries(sameFields).map(([to, from]) => [from, attachment[to]]));
        return withoutEmpty({
            ...same,
            ts: attachment.timestamp ? attachment.timestamp.toJSON() : undefined,
            author_name: attachment.author?.name,
            author_link: attachment.author?.link,
            author_icon: attachment.author?.icon,
            title: attachment.title?.value,
            title_link: attachment.title?.link,
            title_link_download: attachment.title?.displayDownloadLink,
            ...attachment._unmappedProperties_,
        });
    });
}
