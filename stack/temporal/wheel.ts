// Reads one member out of a wheel, which is a zip archive: enough of the format for files below
// 4 GiB, so that no unzip program and no package is needed.
// Source: PKWARE APPNOTE.TXT 6.3, sections 4.3.7 (local header), 4.3.12, 4.3.16.
import { inflateRawSync } from 'node:zlib';

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const END_RECORD_BYTES = 22;
const COMMENT_BYTES_MAX = 0xffff;
const ENTRIES_MAX = 10_000;
const MEMBER_BYTES_MAX = 1024 ** 3;
const METHOD_STORED = 0;
const METHOD_DEFLATED = 8;

function endRecordOffset(archive: Buffer): number {
  const lowest = Math.max(0, archive.length - END_RECORD_BYTES - COMMENT_BYTES_MAX);
  for (let offset = archive.length - END_RECORD_BYTES; offset >= lowest; offset -= 1) {
    if (archive.readUInt32LE(offset) === END_SIGNATURE) return offset;
  }
  throw new Error('not a zip archive: it has no end record');
}

function memberBytes(archive: Buffer, entry: number): Buffer {
  const method = archive.readUInt16LE(entry + 10);
  const packedBytes = archive.readUInt32LE(entry + 20);
  const header = archive.readUInt32LE(entry + 42);
  const nameBytes = archive.readUInt16LE(header + 26);
  const extraBytes = archive.readUInt16LE(header + 28);
  const start = header + 30 + nameBytes + extraBytes;
  const packed = archive.subarray(start, start + packedBytes);
  if (method === METHOD_STORED) return Buffer.from(packed);
  if (method === METHOD_DEFLATED) {
    return inflateRawSync(packed, { maxOutputLength: MEMBER_BYTES_MAX });
  }
  throw new Error(`zip compression method ${method} is not supported`);
}

/**
 * Gives the bytes of the first member whose name ends with `suffix`.
 * @throws Error when the archive cannot be read or has no such member.
 */
export function readWheelMember(archive: Buffer, suffix: string): Buffer {
  const end = endRecordOffset(archive);
  const entries = Math.min(archive.readUInt16LE(end + 10), ENTRIES_MAX);
  let offset = archive.readUInt32LE(end + 16);
  for (let index = 0; index < entries; index += 1) {
    if (archive.readUInt32LE(offset) !== ENTRY_SIGNATURE) throw new Error('broken zip directory');
    const nameBytes = archive.readUInt16LE(offset + 28);
    const extraBytes = archive.readUInt16LE(offset + 30);
    const commentBytes = archive.readUInt16LE(offset + 32);
    const name = archive.toString('utf8', offset + 46, offset + 46 + nameBytes);
    if (name.endsWith(suffix)) return memberBytes(archive, offset);
    offset += 46 + nameBytes + extraBytes + commentBytes;
  }
  throw new Error(`the archive has no member that ends with ${suffix}`);
}
