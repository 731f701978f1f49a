// @ts-expect-error The package brings no types.
import library from 'ejson';

/** Meteor's EJSON: JSON in which dates (`{ "$date": … }`) and bytes survive. */
export const EJSON = library as { parse(text: string): any; stringify(value: unknown): string };
