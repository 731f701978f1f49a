import { parse } from '@rocket.chat/message-parser';
import type { Server } from '../../context.mts';

/** The syntax tree `md` of the text, made with the server's own parser (apps/meteor/server/services/messages/hooks/BeforeSaveMarkdownParser.ts). */
export function parseMarkdown(server: Server, message: any): void {
    if (message.t === 'e2e') return;
    const domains = server.settings.get<string>('Message_CustomDomain_AutoLink').split(',').map((domain) => domain.trim()).filter(Boolean);
    const options = {
        colors: server.settings.get<boolean>('HexColorPreview_Enabled'),
        emoticons: true,
        customDomains: domains,
        ...(server.settings.get<boolean>('Katex_Enabled') && {
            katex: {
                dollarSyntax: server.settings.get<boolean>('Katex_Dollar_Syntax'),
                parenthesisSyntax: server.settings.get<boolean>('Katex_Parenthesis_Syntax'),
            },
        }),
    };
    try {
        if (message.msg) message.md = parse(message.msg, options);
        const [first] = message.attachments ?? [];
        if (first?.description) first.descriptionMd = parse(first.description, options);
    } catch {
        // A text that the parser cannot take is stored without a tree, as on the server.
    }
}
