type Child = Node | string | undefined | false;

/** Makes an element: `h('button', { type: 'submit', class: 'send' }, 'Send')`. Texts become text nodes, never markup. */
export function h<K extends keyof HTMLElementTagNameMap>(
    tag: K,
    attributes: Record<string, string | boolean | undefined | ((event: any) => void)> = {},
    ...children: Child[]
): HTMLElementTagNameMap[K] {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (typeof value === 'function') {
            element.addEventListener(name, value);
        } else if (value === true) {
            element.setAttribute(name, '');
        } else if (typeof value === 'string') {
            element.setAttribute(name, value);
        }
    }
    element.append(...children.filter((child): child is Node | string => child !== undefined && child !== false));
    return element;
}

/** Puts the children in place, touching only what moved, so that scroll positions and pictures stay. */
export function place(parent: Element, children: Element[]): void {
    const keep = new Set(children);
    for (const child of [...parent.children]) {
        if (!keep.has(child)) {
            child.remove();
        }
    }
    children.forEach((child, index) => {
        if (parent.children[index] !== child) {
            parent.insertBefore(child, parent.children[index] ?? null);
        }
    });
}

function hue(text: string): number {
    let sum = 0;
    for (const character of text) {
        sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 360;
    }
    return sum;
}

/** A round picture, or the first letter on a colour of its own where there is no picture. */
export function avatar(name: string, id: string, url: string | undefined): HTMLElement {
    const letter = h('span', { 'class': 'avatar', 'aria-hidden': 'true' }, [...name.replace(/^[@#]/, '')][0]?.toUpperCase() ?? '?');
    letter.style.setProperty('--hue', String(hue(id)));
    if (url) {
        const image = h('img', { src: url, alt: '', error: () => image.remove() });
        letter.append(image);
    }
    return letter;
}
