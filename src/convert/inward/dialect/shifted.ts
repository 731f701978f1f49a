export const signs: Record<string, string> = { sup: '^', sub: '_' };

const small: Record<string, Record<string, string>> = {
    sup: { 0: '⁰', 1: '¹', 2: '²', 3: '³', 4: '⁴', 5: '⁵', 6: '⁶', 7: '⁷', 8: '⁸', 9: '⁹', '+': '⁺', '-': '⁻', '=': '⁼', '(': '⁽', ')': '⁾', n: 'ⁿ', i: 'ⁱ' },
    sub: { 0: '₀', 1: '₁', 2: '₂', 3: '₃', 4: '₄', 5: '₅', 6: '₆', 7: '₇', 8: '₈', 9: '₉', '+': '₊', '-': '₋', '=': '₌', '(': '₍', ')': '₎' },
};

/** Raised and lowered text in Unicode where all of it can be written so, else `^(…)` and `_(…)`. */
export function shifted(tag: string, text: string): string {
    const table = small[tag];
    const characters = Array.from(text);
    if (characters.every((character) => Object.prototype.hasOwnProperty.call(table, character))) return characters.map((character) => table[character]).join('');
    const sign = signs[tag];
    return characters.length === 1 ? sign + text : `${sign}(${text})`;
}
