import {button, el, announce} from './dom.js';
import {saveSVG, savePNG} from './export.js';
import {problemNote} from './notes.js';

const TABLE_ROWS = 500;

/**
 * A chart with its title, its controls, and the same as a table or a file. It loads when it comes near the screen, is
 * drawn again when its width changes, and on `refresh` while it is seen.
 */
export class Figure {
  /**
   * @param {{title: string, load: function(AbortSignal): Promise<object>, draw: function(object, number): object|null,
   *   signal: AbortSignal, controls?: Array<Node>, choices?: Array<Node>, height?: number, hint?: string,
   *   id?: string, empty?: string}} options
   *   `draw` gets the data and the width, and gives `{element, note, table}`, or null where there is nothing to show
   */
  constructor(options) {
    this.options = options;
    this.data = null;
    this.drawn = null;
    this.seen = false;
    this.stale = true;
    this.width = 0;
    this.asTable = false;
    this.tableButton = button('Table', () => this.toggleTable(), {'aria-pressed': 'false'});
    this.body = el('div', {class: 'figure-body'}, el('p', {class: 'waiting'}, 'Being worked out …'));
    this.body.style.minHeight = `${options.height ?? 320}px`;
    this.note = el('p', {class: 'figure-note'});
    this.heading = el('h3', {}, options.title);
    this.element = el(
      'figure', {class: 'card figure', id: options.id},
      el(
        'figcaption', {}, this.heading, options.choices ?? [],
        el(
          'div', {class: 'figure-tools'}, this.tableButton, button('SVG', () => this.withChart(saveSVG)),
          button('PNG', () => this.withChart(savePNG)))),
      options.hint ? el('p', {class: 'figure-hint'}, options.hint) : null,
      options.controls?.length ? el('div', {class: 'figure-controls'}, options.controls) : null, this.body,
      this.note);
    this.watch();
  }

  get title() {
    return this.heading.textContent;
  }

  set title(text) {
    this.heading.textContent = text;
  }

  /** Loads again: now where the figure is seen, else when it comes to be. */
  refresh() {
    this.stale = true;
    if (this.seen && !this.loading) this.load();
  }

  /** Draws again from what was loaded. */
  redraw() {
    if (this.data === null || this.width < 50) return;
    const focused = this.body.contains(document.activeElement) && document.activeElement === this.drawn?.element;
    this.drawn = this.options.draw(this.data, this.width);
    this.note.textContent = this.drawn?.note ?? '';
    this.body.style.minHeight = '0';
    if (this.drawn === null) {
      this.body.replaceChildren(el('p', {class: 'figure-empty'}, this.options.empty ?? 'Nothing to show yet.'));
      return;
    }
    this.body.replaceChildren(this.asTable ? dataTable(this.title, this.drawn.table) : this.drawn.element);
    if (focused) this.drawn.element.focus({preventScroll: true});
  }

  watch() {
    const {signal} = this.options;
    const sight = new IntersectionObserver((entries) => {
      this.seen = entries.at(-1).isIntersecting;
      if (this.seen && this.stale && !this.loading) this.load();
    }, {rootMargin: '400px'});
    const size = new ResizeObserver(() => {
      const width = Math.floor(this.body.clientWidth);
      if (Math.abs(width - this.width) < 2) return;
      this.width = width;
      this.redraw();
    });
    sight.observe(this.element);
    size.observe(this.body);
    signal.addEventListener('abort', () => {
      sight.disconnect();
      size.disconnect();
    });
  }

  async load() {
    this.loading = true;
    this.stale = false;
    try {
      const data = await this.options.load(this.options.signal);
      await this.untilReleased();
      this.data = data;
      this.redraw();
    } catch (error) {
      if (error.name !== 'AbortError') this.body.replaceChildren(problemNote(error, () => this.load()));
    } finally {
      this.loading = false;
    }
    if (this.stale && this.seen) this.load();
  }

  /** A chart is not taken away from under a finger. */
  untilReleased() {
    if (!this.body.matches(':active')) return null;
    return new Promise((done) => {
      window.addEventListener('pointerup', done, {once: true});
    });
  }

  toggleTable() {
    this.asTable = !this.asTable;
    this.tableButton.setAttribute('aria-pressed', String(this.asTable));
    this.redraw();
  }

  async withChart(act) {
    if (!this.drawn) return;
    if (this.asTable) this.toggleTable();
    try {
      await act(this.drawn.element, this.title);
      announce(`Saved ${this.title}`);
    } catch (error) {
      announce(`The picture could not be made: ${error.message}`);
    }
  }
}

/** Columns as an HTML table, with a limit that it names. */
export function dataTable(title, {head, rows}) {
  const shown = rows.slice(0, TABLE_ROWS);
  return el(
    'div', {class: 'table-scroll', tabindex: 0, role: 'region', 'aria-label': `${title} as a table`},
    el(
      'table', {},
      rows.length > shown.length ? el('caption', {}, `The first ${TABLE_ROWS} of ${rows.length} rows`) : null,
      el('thead', {}, el('tr', {}, head.map((name) => el('th', {scope: 'col'}, name)))),
      el('tbody', {}, shown.map((row) => el('tr', {}, row.map((cell) => el('td', {}, String(cell))))))));
}
