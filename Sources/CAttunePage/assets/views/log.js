import {button, el} from '../dom.js';
import {experimentPath, get} from '../api.js';
import {follow} from '../live.js';
import {save} from '../export.js';

const KEPT = 400000;

/** A trial's log, from its end backwards, and following while the trial runs. */
export async function logPane({name, signal}, trial) {
  if (!trial.hasLog) return null;
  const path = experimentPath(name, 'trials', trial.number, 'log');
  const text = el('pre', {class: 'log', tabindex: 0, 'aria-label': `Log of trial ${trial.number}`});
  const note = el('p', {class: 'muted', role: 'status'});
  const following = el('input', {type: 'checkbox', checked: true});
  const atEnd = () => {
    if (following.checked) text.scrollTop = text.scrollHeight;
  };
  const append = (more) => {
    text.append(more);
    while (text.firstChild && text.textContent.length > KEPT) text.firstChild.remove();
    atEnd();
  };
  text.addEventListener('scroll', () => {
    if (text.scrollTop + text.clientHeight < text.scrollHeight - 60) following.checked = false;
  });
  following.addEventListener('change', atEnd);
  try {
    const first = await get(path, {after: 0, limit: 65536}, signal);
    let last = first;
    append(first.text);
    if (first.next < first.size) last = await skipToEnd(path, first, append, signal);
    note.textContent = first.note ?? (first.text === '' ? 'Nothing was printed yet.' : '');
    if (!trial.end && !first.note) {
      follow(`${path}/follow`, {
        query: {after: last.next},
        signal,
        message: (part) => {
          note.textContent = '';
          append(part.text);
        }
      });
    }
  } catch (error) {
    note.textContent = `${error.message} ${error.advice ?? ''}`;
  }
  queueMicrotask(atEnd);
  return el(
    'section', {class: 'card', 'aria-label': 'Log'},
    el(
      'div', {class: 'card-head'}, el('h3', {}, 'Log'),
      trial.end ? null : el('label', {class: 'check'}, following, ' Follow'),
      button(
        'Save',
        () =>
          save(new Blob([text.textContent], {type: 'text/plain'}), `${trial.name ?? `trial-${trial.number}`}.log`))),
    note, text);
}

/** Of a long log only the end is read. */
async function skipToEnd(path, first, append, signal) {
  const from = Math.max(first.next, first.size - 65536);
  if (from > first.next) append(`\n… ${from - first.next} bytes are left out here …\n`);
  const last = await get(path, {after: from, limit: 65536}, signal);
  append(last.text);
  return last;
}
