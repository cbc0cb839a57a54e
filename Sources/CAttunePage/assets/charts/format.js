/** Whether a value of a column is a number that has a place on an axis. */
export function finite(value) {
  return typeof value === 'number' && Number.isFinite(value);
}

/**
 * A number for people: four significant digits, exponents where they are shorter. What is reported in place of a number is
 * shown whole.
 * @param {number|string|null} value
 * @param {number} [digits]
 */
export function formatNumber(value, digits = 4) {
  if (value === null || value === undefined) return '–';
  if (!finite(value)) return visibleText(String(value));
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4)
    return value.toExponential(digits - 2).replace(/\.?0+e/, 'e').replace('e+', 'e').replace('-', '−');
  if (Number.isInteger(value)) return formatCount(value);
  return String(Number(value.toPrecision(Math.max(digits, Math.ceil(Math.log10(size)))))).replace('-', '−');
}

/** The same in as little room as a table has. */
export function formatBrief(value) {
  const text = formatNumber(value);
  return text.length > 48 ? `${text.slice(0, 47)}…` : text;
}

/** A text with what could not be seen, or would turn what stands beside it, by its code. */
export function visibleText(text) {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A whole number with thin spaces between thousands. */
export function formatCount(value) {
  const text = String(Math.abs(value));
  const grouped = text.length < 5 ? text : text.replace(/\B(?=(\d{3})+$)/g, '\u202f');
  return value < 0 ? `−${grouped}` : grouped;
}

/** A share from 0 to 1 as a percentage. */
export function formatShare(value) {
  if (!finite(value)) return '–';
  const percent = value * 100;
  return `${percent >= 10 || percent === 0 ? Math.round(percent) : Number(percent.toPrecision(1))} %`;
}

/** A length of time with its two largest units. */
export function formatDuration(seconds) {
  if (!finite(seconds)) return '–';
  if (seconds < 0.0995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${Number(seconds.toFixed(1))} s`;
  let rest = Math.round(seconds);
  const parts = [];
  for (const [name, length] of [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]]) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) parts.push(`${count} ${name}`);
  }
  return parts.slice(0, 2).join(' ');
}

/** A moment in the reader's own time zone. */
export function formatTime(seconds) {
  if (!finite(seconds)) return '–';
  return new Date(seconds * 1000).toLocaleString(undefined, {dateStyle: 'medium', timeStyle: 'short'});
}

/** Any value of an assignment. */
export function formatValue(value) {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}
