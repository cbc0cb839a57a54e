import {button, choice, el} from '../dom.js';
import {experimentPath, get} from '../api.js';
import {emptyNote} from '../notes.js';
import {experimentAddress, go} from '../router.js';
import {save} from '../export.js';

/** The cells that a search of architectures found, drawn. */
export async function cellsTab({name, experiment, signal, query}) {
  const wanted = Number(query.get('trial')) || experiment.best?.number;
  if (!wanted) return emptyNote('No trial has found cells yet.');
  const [cells, {trials}] = await Promise.all([
    get(experimentPath(name, 'cells'), {trial: wanted}, signal),
    get(experimentPath(name, 'trials'), {sort: 'best', limit: 50}, signal),
  ]);
  const options = trials.map((trial) => [String(trial.number), `Trial ${trial.number}`]);
  if (!trials.some((trial) => trial.number === wanted)) options.unshift([String(wanted), `Trial ${wanted}`]);
  return el(
    'div', {},
    el(
      'div', {class: 'filters'},
      choice('Cells of', options, String(wanted), (trial) => go(experimentAddress(name, {tab: 'cells', trial})))),
    drawing('Normal cell', cells.normal, `${name}-${wanted}-normal`),
    drawing('Reduction cell', cells.reduce, `${name}-${wanted}-reduction`),
    el(
      'section', {class: 'card', 'aria-label': 'Genotype'}, el('h2', {}, 'Genotype'),
      el('pre', {class: 'code', tabindex: 0, 'aria-label': 'Genotype'}, cells.text || String(cells.genotype ?? ''))));
}

/** A drawing as an image: whatever its text holds, nothing in it runs. */
function drawing(title, text, file) {
  if (!text) return null;
  return el(
    'figure', {class: 'card cell'},
    el(
      'figcaption', {class: 'card-head'}, el('h2', {}, title),
      button('SVG', () => save(new Blob([text], {type: 'image/svg+xml'}), `${file}.svg`))),
    el('div', {class: 'cell-scroll', tabindex: 0, role: 'region', 'aria-label': title}, el('img', {
         alt: `${title} as a graph; the genotype below says the same in words`,
         src: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`
       })));
}
