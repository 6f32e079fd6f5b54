// Applies edits to the bytes of a page, in memory or as a stream. Everything else in the page stays the same.
import { Transform } from 'node:stream';
import { encodeForPage, type Utf } from './page-encoding.ts';
import type { Edit } from './inject-heartbeat.ts';

/** Positions of the edits are in bytes. */
export function editBytes(bytes: Buffer, edits: readonly Edit[], utf?: Utf): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (const { start, end, text } of edits) {
    parts.push(bytes.subarray(at, start), encodeForPage(text, utf));
    at = end;
  }
  return Buffer.concat([...parts, bytes.subarray(at)]);
}

export function editStream(edits: readonly Edit[], utf?: Utf): Transform {
  const waiting = [...edits];
  /** Offset of the next incoming byte, and of the first byte to pass on. */
  let at = 0;
  let from = 0;
  const pass = (stream: Transform, chunk: Buffer, isLast: boolean): void => {
    const end = at + chunk.length;
    const before = isLast ? Infinity : end;
    for (let next = waiting[0]; next && next.start < before; next = waiting[0]) {
      stream.push(chunk.subarray(Math.max(0, from - at), Math.max(0, next.start - at)));
      stream.push(encodeForPage(next.text, utf));
      from = next.end;
      waiting.shift();
    }
    stream.push(chunk.subarray(Math.max(0, from - at)));
    from = Math.max(from, end);
    at = end;
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      pass(this, chunk, false);
      done();
    },
    flush(done) {
      pass(this, Buffer.alloc(0), true);
      done();
    },
  });
}
