import {button, debounced, el} from '../dom.js';
import {describedAt, keysAt, valuesAt} from '../schema.js';
import {yamlPlace} from '../yamlplace.js';

/**
 * What may be written where the caret is, and what it means.
 * @param {{code: object, schema: object, session: object}} options
 */
export function hintPanel({code, schema, session}) {
  const list = el('ul', {class: 'hints'});
  const title = el('h2', {}, 'What can stand here');
  const meaning = el('p', {class: 'muted'});
  const update = () => {
    const place = yamlPlace(code.text, code.area.selectionStart);
    const whole = place.key ? [...place.path, place.key] : place.path;
    const {entries, word} = place.inValue ? {entries: valueHints(schema, session, whole), word: place.word} :
                                            {entries: keysAt(schema, place.path), word: place.word};
    title.textContent = place.inValue ? whole.join(' › ') :
      place.path.length > 0           ? `In ${place.path.join(' › ')}` :
                                        'At the top';
    meaning.textContent = describedAt(schema, whole);
    const starting = entries.filter((entry) => entry.name.toLowerCase().startsWith(word.toLowerCase()));
    const shown = starting.length > 0 ? starting : entries;
    list.replaceChildren(...shown.map(
      (entry) => el(
        'li', {},
        button(
          entry.name,
          () => code.complete(starting.length > 0 ? word : '', place.inValue ? entry.name : `${entry.name}: `),
          {class: 'hint-key'}),
        entry.text ? el('span', {class: 'muted'}, entry.text) : null)));
  };
  const later = debounced(update, 80);
  for (const event of ['keyup', 'click', 'input', 'caret', 'focus']) code.area.addEventListener(event, later);
  code.area.addEventListener('keydown', (event) => {
    if (event.ctrlKey && event.key === ' ') {
      event.preventDefault();
      update();
      list.querySelector('button')?.focus();
    }
  });
  list.addEventListener('keydown', (event) => {
    const buttons = [...list.querySelectorAll('button')];
    const move = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (event.key === 'Escape')
      code.area.focus();
    else if (move)
      buttons[(buttons.indexOf(event.target) + move + buttons.length) % buttons.length]?.focus();
    else
      return;
    event.preventDefault();
  });
  update();
  return el('aside', {class: 'card hint-panel', 'aria-label': 'Hints'}, title, meaning, list);
}

function valueHints(schema, session, path) {
  if (path.at(-1) === 'algorithmName') {
    return path.includes('earlyStopping') ?
      (session.rules ?? [])
        .map((rule) => (rule.name ? {name: rule.name, text: rule.summary ?? ''} : {name: rule, text: ''})) :
      (session.algorithms ?? []).map(({name, summary}) => ({name, text: summary ?? ''}));
  }
  return valuesAt(schema, path);
}
