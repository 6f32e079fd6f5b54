// The OpenAPI 3.1 document of the owner's API, made from the schemas that parse its parameters and describe its answers (the only user of
// @valibot/to-json-schema). It contains no data.
import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { PACKAGE_VERSION } from '../config/package-root.ts';
import { ANSWERS, type AnswerName } from './answers.ts';
import { DAYS } from './days-query.ts';
import { INVITATION_PATHS } from './invitation-operations.ts';
import { BAD_PARAMETER, bodyOf, NOT_FOUND, type Operation, type Operations } from './operation.ts';
import { SPAN_LIST } from './routes.ts';
import { SHARE } from './share-parameters.ts';
import { SESSION_FILTER, SESSION_LIST } from './session-search.ts';
import { PAGE_LIST, PAIR_LIST, READER_LIST } from './totals-routes.ts';

const PATHS: Readonly<Record<string, Operations>> = {
  '/api/sessions': {
    get: { summary: 'Sessions', parameters: SESSION_LIST, answer: 'SessionList', failures: BAD_PARAMETER },
  },
  '/api/sessions/{id}': {
    get: {
      summary: 'One session, by id or ref',
      answer: 'SessionDetail',
      failures: { ...BAD_PARAMETER, ...NOT_FOUND },
    },
  },
  '/api/sessions/{id}/spans': {
    get: {
      summary: 'More spans of one session',
      parameters: SPAN_LIST,
      answer: 'SpanList',
      failures: { ...BAD_PARAMETER, ...NOT_FOUND },
    },
  },
  '/api/sessions/{id}/excluded': {
    put: {
      summary: 'Keep a session out of the totals',
      answer: 'Success',
      failures: { ...BAD_PARAMETER, ...NOT_FOUND },
    },
    delete: { summary: 'Count a session again', answer: 'Success', failures: { ...BAD_PARAMETER, ...NOT_FOUND } },
  },
  '/api/sessions.csv': {
    get: { summary: 'Sessions as CSV', parameters: SESSION_FILTER, type: 'text/csv', failures: BAD_PARAMETER },
  },
  '/api/sessions.ndjson': {
    get: {
      summary: 'Sessions, one a line',
      parameters: SESSION_FILTER,
      type: 'application/x-ndjson',
      answer: 'ExportedSession',
      failures: BAD_PARAMETER,
    },
  },
  '/api/readers': {
    get: { summary: 'Totals by reader', parameters: READER_LIST, answer: 'ReaderList', failures: BAD_PARAMETER },
  },
  '/api/readers/{reader}': {
    get: {
      summary: 'One reader, by address or id',
      parameters: PAIR_LIST,
      answer: 'ReaderDetail',
      failures: { ...BAD_PARAMETER, ...NOT_FOUND },
    },
    delete: {
      summary: 'Erase all that is kept about a reader',
      answer: 'ErasureReceipt',
      failures: { ...BAD_PARAMETER, ...NOT_FOUND },
    },
  },
  '/api/readers/{reader}/erasure': {
    get: {
      summary: 'What an erasure would delete',
      answer: 'ErasurePreview',
      failures: { ...BAD_PARAMETER, ...NOT_FOUND },
    },
  },
  '/api/readers/{reader}/export': {
    get: {
      summary: 'All that is kept about a reader',
      answer: 'ReaderExport',
      failures: { ...BAD_PARAMETER, ...NOT_FOUND },
    },
  },
  '/api/erasures': {
    get: {
      summary: 'Copies of erased sessions that are still to be deleted',
      answer: 'ErasureList',
      failures: BAD_PARAMETER,
    },
  },
  '/api/readers/{reader}/excluded': {
    put: {
      summary: 'Keep all sessions of a reader out of the totals',
      answer: 'Success',
      failures: { ...BAD_PARAMETER, ...NOT_FOUND },
    },
    delete: { summary: 'Count a reader again', answer: 'Success', failures: { ...BAD_PARAMETER, ...NOT_FOUND } },
  },
  '/api/sessions/{id}/access': {
    delete: { summary: 'End the access of a session', answer: 'Success', failures: { ...BAD_PARAMETER, ...NOT_FOUND } },
  },
  '/api/readers/{reader}/access': {
    delete: { summary: 'Take a reader’s access', answer: 'Success', failures: { ...BAD_PARAMETER, ...NOT_FOUND } },
    put: { summary: 'Let a reader pass again', answer: 'Success', failures: { ...BAD_PARAMETER, ...NOT_FOUND } },
  },
  '/api/refusals': {
    get: { summary: 'Who was refused at the gate', answer: 'RefusalList', failures: BAD_PARAMETER },
  },
  '/api/pages': {
    get: { summary: 'Totals by page', parameters: PAGE_LIST, answer: 'PageList', failures: BAD_PARAMETER },
  },
  '/api/pages/{page}': {
    get: {
      summary: 'One page, by id',
      parameters: PAIR_LIST,
      answer: 'PageDetail',
      failures: { ...BAD_PARAMETER, ...NOT_FOUND },
    },
  },
  '/api/days': {
    get: { summary: 'Totals by day', parameters: DAYS, answer: 'DayList', failures: BAD_PARAMETER },
  },
  '/api/shares': {
    get: { summary: 'Links that show a colleague what was read', answer: 'ShareList', failures: BAD_PARAMETER },
    post: {
      summary: 'Make such a link',
      answer: 'CreatedShare',
      body: bodyOf(SHARE),
      failures: { ...BAD_PARAMETER, 409: 'There are too many' },
    },
  },
  '/api/shares/{share}': {
    delete: { summary: 'Revoke a link', answer: 'Success', failures: { ...BAD_PARAMETER, ...NOT_FOUND } },
  },
  ...INVITATION_PATHS,
  '/api/live': { get: { summary: 'Server-sent events: what changed', type: 'text/event-stream' } },
  '/api/openapi.json': { get: { summary: 'This document' } },
  '/api/owner/login': {
    get: { summary: 'Who has logged in', answer: 'Viewer', failures: BAD_PARAMETER },
    post: {
      summary: 'Log in with the code of a link, with the token, or with the token of a shared link',
      answer: 'Success',
      isOpen: true,
      body: {
        type: 'object',
        properties: { code: { type: 'string' }, token: { type: 'string' }, share: { type: 'string' } },
      },
      failures: { 401: 'The code or token is not valid', 403: 'Another site sent it', 429: 'Too many tries' },
    },
    delete: { summary: 'Log out', answer: 'Success', isOpen: true, failures: { 403: 'Another site sent it' } },
  },
};

/** Of a cookie's name. */
const PREFIX = 'Over https its name begins with `__Host-`, or under a path of the host with `__Secure-`';

/**
 * The document, as an object for JSON.
 * @param base the path under which the site lies; empty at the root.
 */
export function describeApi(base = ''): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Stillhere: the owner’s API',
      version: PACKAGE_VERSION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: base || '/' }],
    security: [{ token: [] }, { login: [] }, { share: [] }],
    paths: Object.fromEntries(
      Object.entries(PATHS).map(([path, operations]) => [
        path,
        Object.fromEntries(Object.entries(operations).map(([method, one]) => [method, describeOperation(path, one)])),
      ]),
    ),
    components: {
      schemas: Object.fromEntries(Object.entries(ANSWERS).map(([name, schema]) => [name, describeAnswer(schema)])),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        login: { type: 'apiKey', in: 'cookie', name: 'stillhere_owner', description: PREFIX },
        share: { type: 'apiKey', in: 'cookie', name: 'stillhere_share', description: PREFIX },
      },
    },
  };
}

function describeOperation(
  path: string,
  { summary, answer, type, parameters = {}, body, failures = {}, isOpen }: Operation,
) {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inQuery = Object.entries(parameters).map(([name, schema]) => ({
    name,
    in: 'query',
    description: v.getDescription((schema as v.OptionalSchema<v.GenericSchema, undefined>).wrapped),
    schema: { type: 'string' },
  }));
  const content = (name: AnswerName | undefined, media: string) => ({
    content: { [media]: { schema: name ? { $ref: `#/components/schemas/${name}` } : {} } },
  });
  const refusals = {
    ...failures,
    ...(!isOpen && {
      401: 'Neither the owner’s token nor a login, nor a shared link that is valid',
      403: 'A page of another origin sent it, or a shared link doesn’t show this',
    }),
  };
  return {
    summary,
    parameters: [...inPath, ...inQuery],
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      200: { description: summary, ...content(answer, type ?? 'application/json') },
      ...Object.fromEntries(
        Object.entries(refusals).map(([status, description]) => [
          status,
          { description, ...content('Failure', 'application/json') },
        ]),
      ),
    },
    ...(isOpen && { security: [] }),
  };
}

/** Without `$schema`: in OpenAPI 3.1, the dialect belongs to the document. */
function describeAnswer(schema: v.GenericSchema): object {
  const { $schema: _, ...described } = toJsonSchema(schema, { target: 'draft-2020-12' });
  return described;
}
