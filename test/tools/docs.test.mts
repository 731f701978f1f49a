import { stale } from '../../tools/docs.mts';

test('the pages of docs/ that are made from the code are what `npm run docs` makes of it', async () => {
    expect([...(await stale()).keys()]).toEqual([]);
});
