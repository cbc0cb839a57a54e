import {button, el} from './dom.js';
import {openDialog} from './dialog.js';

const SHORTCUTS = [
  ['/', 'go to the search or filter field'],
  ['h', 'all experiments'],
  ['n', 'new experiment'],
  ['1 … 6', 'the tabs of an experiment'],
  ['t', 'light or dark'],
  ['?', 'this help'],
];
const CHARTS = [
  ['arrow keys', 'in a chart: walk over its points; on an axis of the parallel coordinates: move the range'],
  ['Enter', 'in a chart: open the trial'],
  ['Escape', 'let go of the point, or clear the range'],
];

/** Listens for shortcuts of one key, unless somebody is writing or has turned them off. */
export function startKeys(actions) {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest?.('input, textarea, select, dialog') || !shortcutsOn()) return;
    const action = event.key === '?' ? showShortcuts : actions[event.key];
    if (!action) return;
    event.preventDefault();
    action(event);
  });
}

/** Shows what keys do, and lets them be turned off. */
export function showShortcuts() {
  const rows = (list) =>
    list.map(([key, text]) => el('div', {}, el('dt', {}, el('kbd', {}, key)), el('dd', {}, text)));
  const off = el('input', {type: 'checkbox', checked: shortcutsOn(), on: {change: () => keep(off.checked)}});
  const dialog = openDialog(
    'Keyboard',
    [
      el('dl', {class: 'shortcuts'}, rows(SHORTCUTS), rows(CHARTS)),
      el('label', {class: 'check'}, off, ' Single keys are shortcuts'),
    ],
    [button('Close', () => dialog.close(), {class: 'primary'})]);
}

function shortcutsOn() {
  try {
    return localStorage.getItem('attune-keys') !== 'off';
  } catch {
    return true;
  }
}

function keep(on) {
  try {
    localStorage.setItem('attune-keys', on ? 'on' : 'off');
  } catch {
    // Without storage the choice holds for this visit's dialogs only.
  }
}
