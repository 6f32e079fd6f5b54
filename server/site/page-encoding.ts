// Maps the bytes of a page to characters for finding its tags. One character stands for one byte, or for two in UTF-16.
// So positions in characters are positions in bytes, and the page's bytes are never re-encoded. Pure.

export type Utf = 'utf-8' | 'utf-16le' | 'utf-16be';

export interface ByteOrder {
  readonly utf: Utf;
  /** Set by a byte order mark, which takes precedence in browsers. */
  readonly isMarked: boolean;
}

/** The byte order that the first bytes show; undefined if they show none. */
export function readByteOrder(bytes: Buffer): ByteOrder | undefined {
  const [one, two, three] = bytes;
  if (one === 0xfe && two === 0xff) return { utf: 'utf-16be', isMarked: true };
  if (one === 0xff && two === 0xfe) return { utf: 'utf-16le', isMarked: true };
  if (one === 0xef && two === 0xbb && three === 0xbf) return { utf: 'utf-8', isMarked: true };
  // A page begins with `<`.
  if (one === 0x3c && two === 0) return { utf: 'utf-16le', isMarked: false };
  if (one === 0 && two === 0x3c) return { utf: 'utf-16be', isMarked: false };
  return undefined;
}

/**
 * Decodes pieces of a page, each of whole characters.
 * ASCII-compatible encodings are read byte by byte. This also works for encodings with two-byte characters, because
 * `<`, `>` and quotes are never the second byte (Encoding Standard). ISO-2022-JP is the exception: text between its
 * escapes is blanked out.
 */
export interface PageDecoder {
  decode(piece: Buffer): string;
  /** True if text injected here would be decoded in a different way. */
  readonly isShifted: boolean;
}

export function createPageDecoder(utf: Utf | undefined, isIso2022jp: boolean): PageDecoder {
  let isFirst = true;
  const shift: Shift = { isShifted: false, escape: undefined };
  return {
    decode: (piece) => {
      const text = decodePiece(isIso2022jp ? blankShifted(piece, shift) : piece, utf);
      const shown = isFirst ? text.replace(/^(?:\uFEFF|\xEF\xBB\xBF)/, (mark) => ' '.repeat(mark.length)) : text;
      isFirst = false;
      return shown;
    },
    get isShifted() {
      return shift.isShifted;
    },
  };
}

/** Encodes injected text for the page. Characters beyond ASCII occur only if they were read from the page. */
export function encodeForPage(text: string, utf: Utf | undefined): Buffer {
  if (utf === 'utf-16le') return Buffer.from(text, 'utf16le');
  return utf === 'utf-16be' ? Buffer.from(text, 'utf16le').swap16() : Buffer.from(text, 'latin1');
}

function decodePiece(piece: Buffer, utf: Utf | undefined): string {
  if (utf === 'utf-16le') return piece.toString('utf16le');
  if (utf !== 'utf-16be') return piece.toString('latin1');
  return Buffer.from(piece.subarray(0, piece.length & ~1))
    .swap16()
    .toString('utf16le');
}

interface Shift {
  isShifted: boolean;
  /** The characters since an escape character: up to two. */
  escape: string | undefined;
}

/** @param shift the state after the previous pieces. */
function blankShifted(piece: Buffer, shift: Shift): Buffer {
  const blanked = Buffer.from(piece);
  for (const [nth, byte] of piece.entries()) {
    if (byte === 0x1b) shift.escape = '';
    else if (shift.escape !== undefined) {
      shift.escape += String.fromCharCode(byte);
      if (shift.escape === '$' || shift.escape === '(') continue;
      if (/^(?:\$[@B]|\([BIJ])$/.test(shift.escape))
        shift.isShifted = shift.escape.startsWith('$') || shift.escape === '(I';
      shift.escape = undefined;
    } else if (shift.isShifted) blanked[nth] = 0x78;
  }
  return blanked;
}
