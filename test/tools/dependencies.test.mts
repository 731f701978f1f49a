/** Every dependency has its reason in docs/development.md, and every reason its dependency. */
import { readFileSync } from 'node:fs';

const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { devDependencies: Record<string, string> };
const section = /\n## Dependencies\n([\s\S]*?)\n## /.exec(readFileSync('docs/development.md', 'utf8'))?.[1] ?? '';
const named = section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...line.split('|')[1].matchAll(/`([^`]+)`/g)].map(([, name]) => name));

const isTypes = (name: string) => name.startsWith('@types/');

test('each dependency is explained', () => {
    const unexplained = Object.keys(devDependencies).filter((name) => !isTypes(name) && !named.includes(name));
    expect(unexplained).toEqual([]);
});

test('nothing is explained that is no dependency', () => {
    expect(named.filter((name) => name !== '@types/*' && !(name in devDependencies))).toEqual([]);
});
