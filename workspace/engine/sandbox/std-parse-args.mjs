/**
 * Stands in for `jsr:@std/cli/parse-args`: `--name value` pairs, numbers as numbers. The engine passes no other form.
 * @param {string[]} args
 * @returns {Record<string, string | number | boolean>}
 */
export function parseArgs(args) {
    const parsed = {};
    for (let index = 0; index < args.length; index++) {
        if (!args[index].startsWith('--')) continue;
        const value = args[index + 1];
        const isFlag = value === undefined || value.startsWith('--');
        parsed[args[index].slice(2)] = isFlag ? true : value !== '' && Number.isFinite(Number(value)) ? Number(value) : value;
        if (!isFlag) index++;
    }
    return parsed;
}
