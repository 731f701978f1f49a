/** `npm start`: installs what is missing, then starts everything (`workspace/cli/start.mts`). */
import { readOptions, usage } from './options.mjs';
import { installPackages, load, main, root } from './setup.mjs';

await main(async () => {
    const options = readOptions(process.argv.slice(2), root);
    if (options.help) {
        console.log(usage);
        return;
    }
    await installPackages();
    const { start } = await load('workspace/cli/start.mts');
    process.exitCode = await start(options);
});
