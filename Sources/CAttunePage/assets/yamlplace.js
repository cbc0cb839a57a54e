/**
 * Where in a YAML text a place lies, by indentation.
 * @param {string} text
 * @param {number} at an index into the text
 * @returns {{path: Array<string>, key: string|null, word: string, inValue: boolean}} `path` is that of the mapping
 *   around the place; `key` the key whose value is being written
 */
export function yamlPlace(text, at) {
  const lines = text.slice(0, at).split('\n');
  const line = lines.at(-1);
  const flow = flowPlace(line);
  const [start, space, dashes] = /^(\s*)((?:- +)*)/.exec(line);
  const path = parents(lines.slice(0, -1), dashes === '' ? start.length : space.length + 1);
  const dashed = line.slice(start.length);
  const pair = /^([\w./-]+):\s*(.*)$/.exec(dashed);
  if (flow) {
    const outer = pair ? [...path, pair[1]] : path;
    return {path: [...outer, ...flow.path], key: flow.key, word: flow.word, inValue: flow.key !== null};
  }
  if (pair) return {path, key: pair[1], word: pair[2], inValue: true};
  return {path, key: null, word: dashed.replace(/:$/, ''), inValue: false};
}

/** The keys around a place, from the outermost, given the lines before it and the column where its mapping begins. */
function parents(lines, column) {
  const path = [];
  let limit = column;
  for (const line of [...lines].reverse()) {
    const match = /^(\s*)((?:- +)*)([\w./-]+):\s*(.*)$/.exec(line);
    if (!match) continue;
    const [, space, dashes, key, value] = match;
    const begins = space.length + dashes.length;
    const outer = dashes === '' ? begins : space.length + 1;
    if (begins < limit) {
      if (value === '' || value.startsWith('#')) path.unshift(key);
      limit = outer;
    } else if (begins === limit) {
      limit = outer;
    }
    if (limit <= 0) break;
  }
  return path;
}

/** Inside `{a: 1, b: …` on one line: the keys around, and the key being written. */
function flowPlace(line) {
  const path = [];
  let key = null;
  let word = '';
  let depth = 0;
  for (const part of line.split(/([{}[\],])/)) {
    if (part === '{' || part === '[') {
      if (depth > 0 && key) path.push(key);
      depth += 1;
      key = null;
      word = '';
    } else if (part === '}' || part === ']') {
      depth -= 1;
      path.pop();
      key = null;
    } else if (part === ',') {
      key = null;
      word = '';
    } else if (depth > 0) {
      const pair = /^\s*([\w./-]+):\s*(.*)$/.exec(part);
      key = pair ? pair[1] : null;
      word = (pair ? pair[2] : part).trim();
    }
  }
  return depth > 0 ? {path, key, word} : null;
}
