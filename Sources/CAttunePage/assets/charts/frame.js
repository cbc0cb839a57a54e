import {px, svg} from './svg.js';

/**
 * The frame of a chart: axes with names, grid, legend, and a clipped group for the marks.
 * @param {{width: number, height: number, x: {scale: object, name: string}, y: {scale: object, name: string},
 *   legend?: Array, label: string, spare?: number}} options `spare` rows are left for a legend of another kind
 * @returns {{element: SVGSVGElement, plot: SVGElement, x: function, y: function, area: object}}
 */
export function chartFrame({width, height, x, y, legend = [], label, spare = 0, right = 14}) {
  const keys = legendRows(legend, width - 24);
  const yTicks = y.scale.ticks(Math.max(2, Math.round((height - 80) / 46)));
  const area = {
    left: Math.min(width * 0.4, 14 + Math.max(18, ...yTicks.map((tick) => textWidth(tick.label)))),
    top: 24 + (keys.length + spare) * 20,
    right: width - right,
    bottom: height - 38,
  };
  const atX = (value) => area.left + x.scale.position(value) * (area.right - area.left);
  const atY = (value) => area.bottom - y.scale.position(value) * (area.bottom - area.top);
  const element = chartElement(width, height, label);
  const axes = svg('g', {class: 'axes', 'aria-hidden': 'true'});
  drawRows(axes, yTicks, atY, area);
  drawColumns(axes, fitting(x.scale, area), atX, area);
  axes.append(
    svg('text', {class: 'axis-name', x: 4, y: 13}, shortened(y.name, (width - 24) / 6.4)),
    svg(
      'text', {class: 'axis-name', x: area.right, y: height - 5, 'text-anchor': 'end'},
      shortened(x.name, (width - 24) / 6.4)),
  );
  drawLegend(axes, keys);
  const plot = svg('g', {class: 'plot', 'aria-hidden': 'true'});
  element.append(axes, plot);
  return {element, plot, x: atX, y: atY, area};
}

/** An empty chart of a size, that assistive technology finds by its label. */
export function chartElement(width, height, label) {
  return svg('svg', {
    class: 'chart',
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: 'group',
    'aria-roledescription': 'chart',
    'aria-label': label,
    tabindex: 0,
  });
}

/** About how wide a text is in the font of the axes. */
export function textWidth(text) {
  return text.length * 6.5;
}

/** Text of at most so many characters. */
export function shortened(text, length) {
  const most = Math.max(4, Math.floor(length));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** The value moved to the nearest edge of the scale, so that outliers stay visible there. */
export function clamped(scale, value) {
  return Math.min(scale.domain[1], Math.max(scale.domain[0], value));
}

function drawRows(axes, ticks, atY, area) {
  for (const {value, label} of ticks) {
    const y = px(atY(value));
    if (y < area.top - 1 || y > area.bottom + 1) continue;
    axes.append(
      svg('path', {class: 'grid', d: `M${px(area.left)} ${y}H${px(area.right)}`}),
      svg(
        'text', {class: 'tick', x: px(area.left - 8), y: y + 4, 'text-anchor': 'end'},
        shortened(label, (area.left - 8) / 6.2)));
  }
}

function drawColumns(axes, ticks, atX, area) {
  axes.append(svg('path', {class: 'axis-line', d: `M${px(area.left)} ${px(area.bottom)}H${px(area.right)}`}));
  const room = (area.right - area.left) / Math.max(1, ticks.length);
  for (const {value, label} of ticks) {
    const x = atX(value);
    const text = shortened(label, room / 6.2);
    const half = textWidth(text) / 2;
    axes.append(
      svg('path', {class: 'axis-line', d: `M${px(x)} ${px(area.bottom)}v4`}),
      svg(
        'text',
        {class: 'tick', x: px(Math.min(x, area.right + 12 - half)), y: area.bottom + 17, 'text-anchor': 'middle'},
        text));
  }
}

/** As many ticks as have room for their labels. */
function fitting(scale, area) {
  const room = area.right - area.left;
  for (let count = Math.max(2, Math.round(room / 70)); count > 1; count -= 1) {
    const ticks = scale.ticks(count);
    const widest = Math.max(...ticks.map((tick) => textWidth(tick.label)), 1) + 12;
    if (ticks.length * widest <= room || ticks.length <= 2) return ticks;
  }
  return scale.ticks(2);
}

function legendRows(entries, width) {
  const rows = [];
  let used = Infinity;
  for (const entry of entries) {
    const needed = 26 + textWidth(entry.name);
    if (used + needed > width) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1).push({...entry, x: 10 + used});
    used += needed;
  }
  return rows;
}

function drawLegend(axes, rows) {
  rows.forEach((row, index) => {
    const y = 32 + index * 20;
    for (const entry of row) {
      axes.append(
        svg('path', {class: entry.key, d: entry.path(entry.x, y)}),
        svg('text', {class: 'legend', x: entry.x + 10, y: y + 4}, entry.name));
    }
  });
}
