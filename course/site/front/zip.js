// Zip archives, written and read: as many as a workspace needs of what the format has.

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const UTF8 = 0x0800;
const DEFLATED = 8;
const FOLDER = 0x10;

/** A file that is no zip archive, or one that is damaged or locked. */
export class NotAZip extends Error {}

/** Give a Blob with the entries: `{path, bytes, modified}`; a folder's path ends with a slash. */
export async function zip(entries) {
  const parts = [];
  const list = [];
  let at = 0;
  for (const { path, bytes, modified } of entries) {
    const name = new TextEncoder().encode(path);
    const packed = await through(new CompressionStream("deflate-raw"), bytes);
    const isPacked = packed.length < bytes.length;
    const body = isPacked ? packed : bytes;
    const about = [
      [2, 20], [2, UTF8], [2, isPacked ? DEFLATED : 0], ...when(modified),
      [4, crc32(bytes)], [4, body.length], [4, bytes.length], [2, name.length], [2, 0],
    ];
    const head = numbers([[4, LOCAL], ...about]);
    const attributes = path.endsWith("/") ? (0o40755 << 16) | FOLDER : 0o100644 << 16;
    list.push(
      numbers([
        [4, CENTRAL], [2, (3 << 8) | 20], ...about,
        [2, 0], [2, 0], [2, 0], [4, attributes >>> 0], [4, at],
      ]),
      name
    );
    parts.push(head, name, body);
    at += head.length + name.length + body.length;
  }
  const size = list.reduce((sum, part) => sum + part.length, 0);
  const count = entries.length;
  const end = numbers([[4, END], [2, 0], [2, 0], [2, count], [2, count], [4, size], [4, at], [2, 0]]);
  return new Blob([...parts, ...list, end], { type: "application/zip" });
}

/** Give the entries of an archive, as `zip` takes them. Throws NotAZip. */
export async function unzip(blob) {
  const whole = new Uint8Array(await blob.arrayBuffer());
  try {
    return await entries(whole);
  } catch (error) {
    if (error instanceof NotAZip) throw error;
    throw new NotAZip(String(error.message ?? error));
  }
}

async function entries(whole) {
  const view = new DataView(whole.buffer);
  let end = whole.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== END) end -= 1;
  if (end < 0) throw new NotAZip("no directory");
  const found = [];
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left -= 1) {
    if (view.getUint32(at, true) !== CENTRAL) throw new NotAZip("no entry");
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    const [sum, packed] = [view.getUint32(at + 16, true), view.getUint32(at + 20, true)];
    const lengths = [28, 30, 32].map((place) => view.getUint16(at + place, true));
    const path = new TextDecoder().decode(whole.subarray(at + 46, at + 46 + lengths[0]));
    const local = view.getUint32(at + 42, true);
    const body = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    if (flags & 1 || (method !== 0 && method !== DEFLATED)) throw new NotAZip(path);
    const held = whole.subarray(body, body + packed);
    const bytes = method ? await through(new DecompressionStream("deflate-raw"), held) : held;
    if (crc32(bytes) !== sum) throw new NotAZip(path);
    const modified = moment(view.getUint16(at + 14, true), view.getUint16(at + 12, true));
    found.push({ path: path.replaceAll("\\", "/"), bytes, modified });
    at += 46 + lengths[0] + lengths[1] + lengths[2];
  }
  return found;
}

async function through(stream, bytes) {
  const flowing = new Blob([bytes]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(flowing).arrayBuffer());
}

function numbers(fields) {
  const bytes = new Uint8Array(fields.reduce((sum, [size]) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return bytes;
}

function when(date) {
  const time = (date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1);
  const year = Math.max(0, date.getFullYear() - 1980);
  return [[2, time], [2, (year << 9) | ((date.getMonth() + 1) << 5) | date.getDate()]];
}

function moment(day, time) {
  const [year, month, date] = [(day >> 9) + 1980, ((day >> 5) & 15) - 1, day & 31];
  return new Date(year, month, date, time >> 11, (time >> 5) & 63, (time & 31) * 2);
}

const TABLE = Uint32Array.from({ length: 256 }, (_, number) => {
  let value = number;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc32(bytes) {
  let sum = -1;
  for (const byte of bytes) sum = TABLE[(sum ^ byte) & 255] ^ (sum >>> 8);
  return (sum ^ -1) >>> 0;
}
