import {el} from '../dom.js';

/**
 * A field for YAML with line numbers, which Tab indents (and Escape, then Tab, leaves).
 * @param {{text: string, label: string, changed: function}} options
 */
export function codeField({text, label, changed}) {
  const gutter = el('div', {class: 'gutter', 'aria-hidden': 'true'});
  const area = el('textarea', {
    class: 'code-area',
    spellcheck: 'false',
    autocapitalize: 'off',
    autocomplete: 'off',
    wrap: 'off',
    'aria-label': label,
    'aria-describedby': 'code-keys',
    value: text,
  });
  const keys = el(
    'p', {id: 'code-keys', class: 'muted small'},
    'Tab indents; Escape, then Tab, leaves the field. Ctrl and Space goes to the hints.');
  let marks = new Map();
  let leaving = false;
  const drawGutter = () => {
    const count = area.value.split('\n').length;
    gutter.replaceChildren(
      ...Array.from({length: count}, (_, i) => el('span', {class: marks.get(i + 1) ?? null}, String(i + 1))));
    gutter.scrollTop = area.scrollTop;
  };
  const edited = () => {
    drawGutter();
    changed();
  };
  area.addEventListener('input', edited);
  area.addEventListener('scroll', () => {
    gutter.scrollTop = area.scrollTop;
  });
  area.addEventListener('keydown', (event) => {
    if (event.key === 'Tab' && !event.shiftKey && !leaving) {
      event.preventDefault();
      insert('  ');
    } else if (event.key === 'Enter') {
      const indent =
        /^(\s*(?:- )?)/.exec(area.value.slice(0, area.selectionStart).split('\n').at(-1))[1].replace('-', ' ');
      event.preventDefault();
      insert(`\n${indent}`);
    }
    leaving = event.key === 'Escape';
  });
  const insert = (piece) => {
    area.setRangeText(piece, area.selectionStart, area.selectionEnd, 'end');
    edited();
    area.dispatchEvent(new Event('caret'));
  };
  drawGutter();
  return {
    element: el('div', {class: 'code-field'}, el('div', {class: 'code-box'}, gutter, area), keys),
    area,
    get text() {
      return area.value;
    },
    replace(next) {
      area.value = next;
      edited();
    },
    insert,
    /** Replaces the word before the caret. */
    complete(word, piece) {
      area.focus();
      area.setSelectionRange(area.selectionStart - word.length, area.selectionStart);
      insert(piece);
    },
    mark(problems) {
      marks = new Map(
        [...problems].reverse().map((problem) => [problem.line, problem.warning ? 'has-warning' : 'has-error']));
      problems.filter((problem) => !problem.warning).forEach((problem) => marks.set(problem.line, 'has-error'));
      area.setAttribute('aria-invalid', String(problems.some((problem) => !problem.warning)));
      drawGutter();
    },
    goTo(line, column) {
      const before = area.value.split('\n').slice(0, line - 1).join('\n');
      const at = (line > 1 ? before.length + 1 : 0) + Math.max(0, (column || 1) - 1);
      area.focus();
      area.setSelectionRange(at, at);
      area.scrollTop = (line - 6) * (area.scrollHeight / Math.max(1, area.value.split('\n').length));
    },
  };
}
