// Reads what a form of the gate is sent with.
import type { Context } from 'koa';
import { readFields } from '../http/body.ts';
import { CHOICE_FIELDS } from './measure-choice.ts';

const MAX_FORM_BYTES = 16 * 1024;
const FIELDS = ['email', 'code', 'again', 'next', 'form', 'back', 'invitation', ...CHOICE_FIELDS] as const;

export type GateFields = Partial<Record<(typeof FIELDS)[number], string>>;

/** @throws HttpError if the body is neither a form nor JSON. */
export function readGateFields(ctx: Context): Promise<GateFields> {
  return readFields(ctx, FIELDS, MAX_FORM_BYTES);
}
