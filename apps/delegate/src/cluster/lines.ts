import { StringDecoder } from 'node:string_decoder';

/** The lines of a byte stream, without their ends. A line longer than `limitBytes` (default 64 MiB) throws. */
export async function* linesOf(
  chunks: AsyncIterable<unknown>,
  limitBytes = 64 * 1024 * 1024,
): AsyncGenerator<string, void, void> {
  const decoder = new StringDecoder('utf8');
  // Parts are joined once per line: adding a long line up chunk by chunk would copy it each time.
  let parts: string[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    const text =
      typeof chunk === 'string'
        ? chunk
        : chunk instanceof Uint8Array
          ? decoder.write(Buffer.from(chunk))
          : '';
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      parts.push(text.slice(from, end));
      yield parts.join('');
      parts = [];
      size = 0;
      from = end + 1;
    }
    const rest = text.slice(from);
    size += rest.length;
    if (size > limitBytes) throw new Error(`A line is longer than ${limitBytes} bytes.`);
    if (rest !== '') parts.push(rest);
  }
  const last = parts.join('') + decoder.end();
  if (last !== '') yield last;
}
