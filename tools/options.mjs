/** The options of `npm start`, read before anything is installed. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SetupError } from './setup.mjs';

export const usage = `npm start -- [options]

Starts a Rocket.Chat development workspace with the Matrix bridge in it and a homeserver beside it.

  --port <n>             port of the workspace (3000; 0 takes a free one)
  --homeserver-port <n>  port of the homeserver (8008; 0 takes a free one)
  --data-dir <folder>    where everything is kept (.gitignored/data); a folder of its own for each one that runs
  --homeserver <kind>    which homeserver: synapse or dendrite (synapse)
  --no-demo              no demo users and no demo room
  --help                 this text
`;

function port(text, flag) {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number > 65535) {
        throw new SetupError(`${flag} wants a port number from 0 to 65535, not "${text}".`);
    }
    return number;
}

/**
 * @param args the command line after the script's name
 * @param from folder that a relative --data-dir starts from
 * @returns `{ help }` or all options
 * @throws SetupError
 */
export function readOptions(args, from) {
    let values;
    try {
        ({ values } = parseArgs({
            args,
            options: {
                'port': { type: 'string', default: '3000' },
                'homeserver-port': { type: 'string', default: '8008' },
                'data-dir': { type: 'string', default: '.gitignored/data' },
                'homeserver': { type: 'string', default: 'synapse' },
                'no-demo': { type: 'boolean', default: false },
                'help': { type: 'boolean', default: false },
            },
        }));
    } catch (error) {
        throw new SetupError(`${error.message.split('. ')[0]}. See npm start -- --help.`);
    }
    const options = {
        help: values.help,
        port: port(values.port, '--port'),
        homeserverPort: port(values['homeserver-port'], '--homeserver-port'),
        dataDir: resolve(from, values['data-dir']),
        homeserver: values.homeserver,
        demo: !values['no-demo'],
    };
    if (options.port !== 0 && options.port === options.homeserverPort) {
        throw new SetupError(`The workspace and the homeserver cannot both have port ${options.port}: choose another --homeserver-port.`);
    }
    return options;
}
