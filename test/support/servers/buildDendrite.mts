/** Before the files of jest's project `dendrite`, once: builds Dendrite where that has not been done yet. @throws PlainError without Go */
import { installDendrite } from '../../../workspace/homeserver/dendrite/install.mts';

export default async function buildDendrite(): Promise<void> {
    await installDendrite((text) => console.log(text));
}
