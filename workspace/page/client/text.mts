const URL_PATTERN = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/g;

export function link(url: string, label: string | Node): HTMLElement {
    const element = document.createElement('a');
    if (/^(https?:|mailto:)/i.test(url)) {
        element.href = url;
        element.target = '_blank';
        element.rel = 'noopener noreferrer';
    }
    element.append(label);
    return element;
}

/** Plain text, with its links made clickable. */
export function plain(text: string): DocumentFragment {
    const fragment = document.createDocumentFragment();
    let last = 0;
    for (const match of text.matchAll(URL_PATTERN)) {
        fragment.append(text.slice(last, match.index), link(match[0], match[0]));
        last = match.index + match[0].length;
    }
    fragment.append(text.slice(last));
    return fragment;
}

/** The part of Matrix's allow-list that this page shows; of all attributes only a link's target and a list's start survive. */
const ALLOWED = new Set(
    'A B BLOCKQUOTE BR CODE DEL DETAILS DIV EM H1 H2 H3 H4 H5 H6 HR I LI OL P PRE S SPAN STRONG SUB SUMMARY SUP TABLE TBODY TD TH THEAD TR U UL'.split(' '),
);
const MAX_DEPTH = 100;

function copy(from: Node, to: Node, depth: number): void {
    for (const node of from.childNodes) {
        if (node.nodeType === Node.TEXT_NODE) {
            to.appendChild(document.createTextNode(node.textContent ?? ''));
            continue;
        }
        if (!(node instanceof Element) || depth > MAX_DEPTH || ['MX-REPLY', 'SCRIPT', 'STYLE'].includes(node.tagName)) {
            continue;
        }
        if (!ALLOWED.has(node.tagName)) {
            const label = node.tagName === 'IMG' ? (node.getAttribute('alt') ?? '') : '';
            to.appendChild(document.createTextNode(label));
            copy(node, to, depth + 1);
            continue;
        }
        const element = node.tagName === 'A' ? link(node.getAttribute('href') ?? '', '') : document.createElement(node.tagName);
        if (node.tagName === 'OL' && /^\d+$/.test(node.getAttribute('start') ?? '')) {
            element.setAttribute('start', node.getAttribute('start') as string);
        }
        to.appendChild(element);
        copy(node, element, depth + 1);
    }
}

/** A stranger's HTML, copied element by element through the allow-list (nothing of it runs: the parser's document is inert). */
export function safeHtml(html: string): DocumentFragment {
    const fragment = document.createDocumentFragment();
    copy(new DOMParser().parseFromString(html, 'text/html').body, fragment, 0);
    return fragment;
}
