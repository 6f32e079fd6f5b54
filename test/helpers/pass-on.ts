// Passes on requests that a test intercepts.
import { ProtocolError, type ContinueRequestOverrides, type HTTPRequest } from 'puppeteer-core';

/** A request whose page was closed meanwhile has nobody left to answer. Any other that isn't passed on makes the test time out. */
export async function passOn(request: HTTPRequest, overrides?: ContinueRequestOverrides): Promise<void> {
  try {
    await request.continue(overrides);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
  }
}
