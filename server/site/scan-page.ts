// Reads what the heartbeat needs to know from a page's bytes, in pieces, so that other requests are answered in
// between.
import { createReadStream } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { createPageDecoder, readByteOrder, type Utf } from './page-encoding.ts';
import type { PageFacts, PageReader } from './page-facts.ts';
import { createHtmlPageReader } from './read-html.ts';
import { createXhtmlPageReader } from './read-xhtml.ts';

/** Positions are in bytes. */
export interface ScannedPage extends PageFacts {
  readonly utf: Utf | undefined;
}

/** About 2 ms of work. */
const PIECE_BYTES = 32 * 1024;
/** The rest of a larger page is not read. If it contains a heartbeat, both share one. */
const MOST_SCANNED = 16 * 1024 * 1024;
/** The encoding is declared within these first bytes. */
const PROLOGUE_BYTES = 4096;

/** @param page its bytes, or the path of its file. */
export async function scanPage(page: Buffer | string, isXml: boolean): Promise<ScannedPage> {
  let scan: ReturnType<typeof startScan> | undefined;
  for await (const piece of typeof page === 'string' ? readPieces(page) : cutPieces(page)) {
    scan ??= startScan(piece, isXml);
    scan.write(piece);
  }
  return (scan ?? startScan(Buffer.alloc(0), isXml)).end();
}

/** The encoding that a page declares or that its byte order shows. */
export function readPageCharset(start: Buffer, isXml: boolean): string | undefined {
  const order = readByteOrder(start);
  if (order) return order.utf;
  const reader = createPageReader(isXml);
  reader.write(start.subarray(0, PROLOGUE_BYTES).toString('latin1'), false);
  return toEncoding(reader.facts().charset);
}

function startScan(start: Buffer, isXml: boolean): { write(piece: Buffer): void; end(): ScannedPage } {
  const utf = readByteOrder(start)?.utf;
  const charset = readPageCharset(start, isXml);
  const isIso2022jp = charset === 'iso-2022-jp' || (!charset && (start.includes('\x1b$B') || start.includes('\x1b$@')));
  const decoder = createPageDecoder(utf, isIso2022jp);
  const reader = createPageReader(isXml);
  const width = utf === 'utf-16le' || utf === 'utf-16be' ? 2 : 1;
  let length = 0;
  return {
    write: (piece) => {
      length += piece.length;
      reader.write(decoder.decode(piece), false);
    },
    end: () => {
      if (length < MOST_SCANNED) reader.write('', true);
      const { headEnd, bodyEnd, policies, ...facts } = reader.facts();
      const place = (at: number | undefined): number | undefined =>
        at === undefined || (decoder.isShifted && at * width >= length) ? undefined : at * width;
      return {
        ...facts,
        utf,
        headEnd: place(headEnd),
        bodyEnd: place(bodyEnd),
        policies: policies.map(({ start: from, end, policy }) => ({ start: from * width, end: end * width, policy })),
      };
    },
  };
}

function createPageReader(isXml: boolean): PageReader {
  return isXml ? createXhtmlPageReader() : createHtmlPageReader();
}

async function* cutPieces(page: Buffer): AsyncGenerator<Buffer> {
  for (let start = 0; start < page.length; start += PIECE_BYTES) {
    if (start > 0) await setImmediate();
    yield page.subarray(start, start + PIECE_BYTES);
  }
}

async function* readPieces(file: string): AsyncGenerator<Buffer> {
  const stream = createReadStream(file, { highWaterMark: PIECE_BYTES, end: MOST_SCANNED - 1 });
  for await (const piece of stream as AsyncIterable<Buffer>) yield piece;
}

/** The encoding that a label stands for; undefined if browsers don't know it. */
function toEncoding(label: string | undefined): string | undefined {
  try {
    const { encoding } = new TextDecoder(label?.trim() ?? '-');
    // If the label could be read as bytes, the page isn't UTF-16.
    return encoding.startsWith('utf-16') ? 'utf-8' : encoding;
  } catch {
    return undefined;
  }
}
