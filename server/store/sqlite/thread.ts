// Runs in a thread of its own and owns a connection to SQLite, so that neither a commit nor a long query holds up the
// event loop of the server.
import { parentPort, workerData } from 'node:worker_threads';
import { codeOfSqliteError } from '../store-error.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import type { Call, Failure, Reply, ThreadData } from './thread-protocol.ts';

const { file, isReadOnly } = workerData as ThreadData;
const connection = new SqliteConnection(file, isReadOnly);

function answer({ nth, name, values }: Call): Reply {
  try {
    const call = connection[name].bind(connection) as (...its: readonly unknown[]) => unknown;
    return { nth, result: call(...values) };
  } catch (error) {
    return { nth, failure: describe(error) };
  }
}

function describe(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error), code: undefined };
  return { message: error.message, code: codeOfSqliteError(error) };
}

const port = parentPort;
port?.on('message', (call: Call) => {
  port.postMessage(answer(call));
  if (call.name === 'close') port.close();
  // After the answer, so that no acknowledgement waits for it.
  else if (!isReadOnly) connection.checkpoint();
});
