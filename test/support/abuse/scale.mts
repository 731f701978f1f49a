/** The size of the abuse: `npm run test:abuse` runs the full numbers, `npm test` the same scenarios with smaller ones. */
export const isFull = process.env.ABUSE === 'full';

/** One number for each form. */
export const scaled = (full: number, short: number): number => (isFull ? full : short);

const MINUTE = 60_000;

/** What a scenario may take before jest ends it, in milliseconds: none of the assertions is about this. */
export const scenarioTimeout = scaled(20 * MINUTE, 5 * MINUTE);
