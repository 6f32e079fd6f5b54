// What the log may say of an error. Errors carry more than their message: the bytes of the request that a parser refused, with its
// cookies and tokens (`rawPacket`), or the input that a query failed with.

/** Plain data for pino, also for a logger that a host has configured. */
export interface ErrorDescription {
  readonly type: string;
  readonly code?: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: ErrorDescription;
}

/** Words are looked at one by one: the cost is linear. */
const WORD = /[^\s"'<>/]+/g;
/** Percent-encoded, too, and more often than once. */
const ADDRESS = /.(?:@|%(?:25)*40)./i;
const MAX_CAUSES = 5;

/** Type, code, message, stack and causes of the error, and nothing else; e-mail addresses in them are left out. */
export function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, message: redact(String(error)) };
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    ...(typeof code === 'string' && { code }),
    message: redact(error.message),
    ...(error.stack !== undefined && { stack: redact(error.stack) }),
    ...(error.cause !== undefined && depth < MAX_CAUSES && { cause: describeError(error.cause, depth + 1) }),
  };
}

/** Without e-mail addresses. */
export function redact(text: string): string {
  return text.replaceAll(WORD, (word) => (ADDRESS.test(word) ? '…@…' : word));
}
