import {finite, formatCount, formatNumber, formatShare} from './format.js';
import {axisScale} from './scale.js';
import {axisText} from './slice.js';

/**
 * Where the best trials lie, for each parameter.
 * @param {object} parallel the answer of `parallel`
 * @returns {Object<string, {low: number, high: number, choice: string|null, share: number,
 *   edge: string|null, count: number}>}
 */
export function goodRanges(parallel) {
  const sign = parallel.objective.maximize ? -1 : 1;
  const ended = parallel.number.map((_, i) => i)
                  .filter((i) => finite(parallel.value[i]) && 'SP'.includes(parallel.state[i]))
                  .sort((a, b) => sign * (parallel.value[a] - parallel.value[b]));
  const top = ended.slice(0, Math.max(4, Math.ceil(ended.length * 0.1)));
  if (ended.length < 5) return {};
  return Object.fromEntries(
    parallel.axes
      .map((axis, k) => [axis.name, rangeOf(axis, top.map((i) => parallel.columns[k][i]), parallel.columns[k])])
      .filter(([, range]) => range));
}

function rangeOf(axis, all, column) {
  const best = all.find(finite);
  const values = all.filter(finite).sort((a, b) => a - b);
  if (values.length === 0) return null;
  const common = commonest(values);
  if (axis.kind === 'categorical' || axis.kind === 'bool') {
    return {
      low: common.value,
      high: common.value,
      choice: axisText(axis, common.value),
      share: common.count / all.length,
      edge: null,
      count: all.length
    };
  }
  const scale = axisScale(axis, column.filter(finite));
  const trim = Math.floor(values.length * 0.1);
  const low = Math.min(best, values[trim]);
  const high = Math.max(best, values[values.length - 1 - trim]);
  const middle = scale.position(values[Math.floor(values.length / 2)]);
  const edge = axis.values ? null : middle > 0.93 ? 'top' : middle < 0.07 ? 'bottom' : null;
  return {low, high, choice: null, share: scale.position(high) - scale.position(low), edge, count: all.length};
}

function commonest(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, count]) => ({value, count})).sort((a, b) => b.count - a.count)[0];
}

/**
 * What was found so far, as sentences, the most useful first.
 * @param {object} experiment the answer of `experiments/NAME`
 * @param {object|null} importance
 * @param {object|null} parallel
 * @returns {Array<string>}
 */
export function findings(experiment, importance, parallel) {
  const ranges = parallel && experiment.objectives.length === 1 ? goodRanges(parallel) : {};
  const ranked = (importance?.parameters ?? []).filter((bar) => finite(bar.importance) && bar.importance > 0);
  const sentences =
    ranked.slice(0, 2)
      .filter((bar, index) => index === 0 || bar.importance >= 0.1)
      .map(
        (bar, index) =>
          (matters(bar, index, ranges[bar.name], parallel?.axes.find((axis) => axis.name === bar.name))));
  const idle = ranked.filter((bar) => bar.importance < 0.03);
  if (idle.length > 0 && ranked.length > 2)
    sentences.push(`Hardly matters: ${idle.map((bar) => bar.name).join(', ')}.`);
  return sentences;
}

function matters(bar, index, range, axis) {
  const first = index === 0 ? `${bar.name} matters most (${formatShare(bar.importance)})` :
                              `Next is ${bar.name} (${formatShare(bar.importance)})`;
  if (!range || !axis) return `${first}.`;
  if (range.choice !== null)
    return `${first}: ${formatShare(range.share)} of the best ${formatCount(range.count)} trials have ${
      range.choice}.`;
  if (range.low === range.high)
    return `${first}: most of the best ${formatCount(range.count)} trials have ${axisText(axis, range.low)}.`;
  const whole = finite(axis.min) && finite(axis.max) ?
    `, of ${formatNumber(axis.min, 3)} to ${formatNumber(axis.max, 3)} searched` :
    '';
  return `${first}: ${range.count < 10 ? '' : 'most of '}the best ${formatCount(range.count)} trials lie between ${
    formatNumber(range.low, 3)} and ${formatNumber(range.high, 3)}${whole}.`;
}

/**
 * What a reader may want to do next.
 * @returns {Array<{text: string, action: string|null}>} `action` is what the page can offer
 */
export function nextSteps(experiment, parallel) {
  const steps = [];
  const {counts} = experiment;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const failed = counts.failed + counts.metricsUnavailable;
  const ended = experiment.state === 'Succeeded' || experiment.state === 'Failed';
  if (failed > 0) {
    const share = failed / Math.max(1, total);
    steps.push({
      text: `${formatCount(failed)} of ${formatCount(total)} trials gave no result (${
        formatShare(share)}). Read why the last one did.`,
      action: 'failed'
    });
  }
  if (experiment.state === 'Suspended') steps.push({text: 'It is stopped. Resume it to go on.', action: 'resume'});
  for (const [name, range] of Object.entries(
         parallel && experiment.objectives.length === 1 ? goodRanges(parallel) : {})) {
    if (range.edge)
      steps.push({
        text: `The best values of ${name} lie at the ${
          range.edge} of its range. Search further there: clone with a wider range.`,
        action: 'clone'
      });
  }
  if (ended && experiment.best && experiment.maxTrials && total >= experiment.maxTrials) {
    steps.push({text: lateBest(experiment, total), action: 'budget'});
  }
  return steps;
}

function lateBest(experiment, total) {
  const share = experiment.best.number / Math.max(1, total);
  if (share > 0.8)
    return `The best came late, in trial ${formatCount(experiment.best.number)} of ${
      formatCount(total)}: more trials may find better.`;
  return `The best came in trial ${formatCount(experiment.best.number)} of ${
    formatCount(total)}. More trials are a matter of the budget.`;
}
