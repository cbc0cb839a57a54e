import {px, svg} from './svg.js';
import {formatShare} from './format.js';
import {chartElement, shortened, textWidth} from './frame.js';
import {inspectPoints} from './inspect.js';

/**
 * How much each parameter mattered, as bars with the interval where one is known.
 * @param {object} data the answer of `importance`
 * @param {{width: number}} options
 */
export function importanceChart(data, {width}) {
  const bars = data.parameters.slice(0, 20);
  const row = 30;
  const left = Math.min(width * 0.4, 16 + Math.max(40, ...bars.map((bar) => textWidth(bar.name))));
  const most = Math.max(0.01, ...bars.map((bar) => Math.max(bar.importance, bar.high ?? 0)));
  const x = (share) => left + (Math.max(0, share) / most) * (width - left - 56);
  const height = bars.length * row + 8;
  const element = chartElement(width, height, importanceText(data));
  const plot = svg('g', {'aria-hidden': 'true'});
  const points = bars.map((bar, index) => {
    const y = index * row + 6;
    plot.append(
      svg(
        'text', {class: 'legend', x: left - 10, y: y + 14, 'text-anchor': 'end'},
        shortened(bar.name, (left - 10) / 6.2)),
      svg(
        'rect',
        {class: 'bar', x: left, y: y + 1, width: px(Math.max(1.5, x(bar.importance) - left)), height: 17, rx: 2}),
      svg(
        'text', {class: 'tick', x: px(x(Math.max(bar.importance, bar.high ?? 0)) + 8), y: y + 14},
        formatShare(bar.importance)));
    if (Number.isFinite(bar.high))
      plot.append(svg('path', {class: 'whisker', d: whisker(x(bar.low), x(bar.high), y + 9.5)}));
    const interval =
      Number.isFinite(bar.high) ? [`between ${formatShare(bar.low)} and ${formatShare(bar.high)}`] : [];
    return {
      x: x(bar.importance),
      y: y + 9,
      lines: [bar.name, `${formatShare(bar.importance)} of what is explained`, ...interval]
    };
  });
  element.append(plot);
  inspectPoints(element, points, {reach: 200});
  const rows = data.parameters.map(
    (bar) => [bar.name, formatShare(bar.importance), formatShare(bar.low), formatShare(bar.high)]);
  return {
    element,
    note: [data.method && `By ${data.method}.`, data.note].filter(Boolean).join(' '),
    table: {head: ['Parameter', 'Importance', 'Low', 'High'], rows},
  };
}

function whisker(low, high, y) {
  return `M${px(low)} ${y - 4}v8M${px(low)} ${y}H${px(high)}M${px(high)} ${y - 4}v8`;
}

function importanceText(data) {
  const first = data.parameters.slice(0, 3).map((bar) => `${bar.name} ${formatShare(bar.importance)}`);
  return `Importance of parameters: ${first.join(', ')}. Arrow keys walk over them.`;
}
