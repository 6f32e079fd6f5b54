// Reads the argument that is a reader's e-mail address.
import { ConfigError } from '../config/config.ts';
import { HttpError } from '../http/http-error.ts';
import { email as address } from '../sessions/parameters.ts';
import { readParameters } from '../sessions/read-parameters.ts';

/** @throws ConfigError if it is no address. */
export function readAddress(given: string): string {
  try {
    return readParameters({ address }, { address: given }).address;
  } catch (error) {
    throw error instanceof HttpError ? new ConfigError(error.message) : error;
  }
}
