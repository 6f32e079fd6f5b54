// What may be logged of an error. Errors carry more than their message: the bytes of a rejected request with its
// cookies and tokens (`rawPacket`), or a failed query's input.

/** Plain data for pino, or for a logger that the host has configured. */
export interface ErrorDescription {
  readonly type: string;
  readonly code?: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: ErrorDescription;
}

/** Words are tested one by one, so the cost is linear. */
const WORD = /[^\s"'<>/]+/g;
/** Also matches `@` that is percent-encoded, even repeatedly. */
const ADDRESS = /.(?:@|%(?:25)*40)./i;
const MAX_CAUSES = 5;

/** Returns only type, code, message, stack and causes of the error, with e-mail addresses redacted. */
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

/** Replaces e-mail addresses. */
export function redact(text: string): string {
  return text.replaceAll(WORD, (word) => (ADDRESS.test(word) ? '…@…' : word));
}
