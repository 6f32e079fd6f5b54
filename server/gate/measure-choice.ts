// The reader's choice not to be measured: the form's, or else that of the browser (Global Privacy Control).
import type { Context } from 'koa';

/** The form's fields: that it offered the choice, and what was chosen. */
export const CHOICE_FIELDS = ['choice', 'unmeasured'] as const;

type ChoiceFields = Partial<Record<(typeof CHOICE_FIELDS)[number], string>>;

/** @param hasOptOut readers have the choice. */
export function readIsMeasured(ctx: Context, { choice, unmeasured }: ChoiceFields, hasOptOut = false): boolean {
  if (!hasOptOut || unmeasured) return !hasOptOut;
  return choice !== undefined || !sendsGpc(ctx);
}

/** Whether the browser asks not to be tracked (Global Privacy Control, 3.2). Sets `Vary`. */
export function sendsGpc(ctx: Context): boolean {
  ctx.vary('Sec-GPC');
  return ctx.get('sec-gpc') === '1';
}
