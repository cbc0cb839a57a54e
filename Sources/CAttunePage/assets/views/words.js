import {el} from '../dom.js';
import {finite, formatCount, formatDuration} from '../charts/format.js';

/** The order of outcomes in a progress bar: letter, field of `counts`, and the word. */
export const OUTCOMES = [
  ['S', 'succeeded', 'succeeded'],
  ['E', 'earlyStopped', 'stopped early'],
  ['R', 'running', 'running'],
  ['P', 'paused', 'paused'],
  ['F', 'failed', 'failed'],
  ['K', 'killed', 'killed'],
  ['M', 'metricsUnavailable', 'without a metric'],
];

const STATE_WORDS = {
  EarlyStopped: 'Stopped early',
  MetricsUnavailable: 'No metric',
  Suspended: 'Stopped',
};

/** A state as a word with a colour. */
export function stateBadge(state) {
  return el('span', {class: 'badge', 'data-state': state}, STATE_WORDS[state] ?? state);
}

/** The word for a state of a trial or an experiment. */
export function stateName(state) {
  return STATE_WORDS[state] ?? state;
}

/** How many trials have begun. */
export function begun(counts) {
  return OUTCOMES.reduce((sum, [, field]) => sum + (counts[field] ?? 0), 0);
}

/** How many trials of the budget have begun, as a bar with a part for each outcome. */
export function progressBar({counts, maxTrials, name}) {
  const total = begun(counts);
  const whole = Math.max(maxTrials ?? total, total, 1);
  const ended = total - (counts.running ?? 0) - (counts.paused ?? 0);
  const bar = el('div', {
    class: 'progress',
    role: 'progressbar',
    'aria-label': `Trials of ${name} ended`,
    'aria-valuemin': 0,
    'aria-valuemax': whole,
    'aria-valuenow': ended,
    'aria-valuetext': countsText(counts),
  });
  for (const [letter, field, word] of OUTCOMES) {
    if (!counts[field]) continue;
    const part = el('span', {class: `part part-${letter}`, title: `${formatCount(counts[field])} ${word}`});
    part.style.width = `${(counts[field] / whole) * 100}%`;
    bar.append(part);
  }
  return bar;
}

/** Counts in words, those that are not zero. */
export function countsText(counts) {
  const parts =
    OUTCOMES.filter(([, field]) => counts[field]).map(([, field, word]) => `${formatCount(counts[field])} ${word}`);
  return parts.join(', ') || 'no trial yet';
}

/** How long ago a moment was. */
export function ago(seconds, now = Date.now() / 1000) {
  if (!finite(seconds)) return '–';
  const passed = now - seconds;
  return passed < 5 ? 'just now' : `${formatDuration(passed).split(' ').slice(0, 2).join(' ')} ago`;
}
