// What a page says to a new version of the worker that waits: the reader wants it.

export interface TakeOver {
  readonly type: 'stillhere-take-over';
}

/** Other scripts of the site may talk to their worker, too. */
export function isTakeOver(message: unknown): message is TakeOver {
  return (message as TakeOver | undefined)?.type === 'stillhere-take-over';
}
