/** Loaded before each file of jest's project `dendrite`: the homeserver of its stories is a Dendrite. */
process.env.HOMESERVER_KIND = 'dendrite';
